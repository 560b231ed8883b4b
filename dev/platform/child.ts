import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { StartError } from './options.ts'

const READY_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 10_000

export interface Child {
  pid: number
  url: string
  /** Resolves when the process is gone, for whatever reason. */
  exited: Promise<number | null>
  stop(): Promise<void>
}

/**
 * Starts one of our own programs and waits for its line `{"url": …}`. One that does not come up, or is
 * no longer wanted before it does, is gone when this throws.
 */
export async function startChild(
  name: string,
  script: string,
  args: readonly string[],
  env: Record<string, string>,
  signal?: AbortSignal,
): Promise<Child> {
  signal?.throwIfAborted()
  const process_ = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = new Promise<number | null>((resolve) => process_.once('exit', resolve))
  const stop = async () => {
    process_.kill('SIGTERM')
    const timer = setTimeout(() => process_.kill('SIGKILL'), STOP_TIMEOUT_MS)
    await exited
    clearTimeout(timer)
  }
  try {
    const url = await firstUrl(name, process_, exited, signal)
    return { pid: process_.pid ?? 0, url, exited, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function firstUrl(
  name: string,
  child: ChildProcess,
  exited: Promise<number | null>,
  signal: AbortSignal | undefined,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new StartError(`${name} did not start in time.`)),
      READY_TIMEOUT_MS,
    )
    const settle = (conclude: () => void) => {
      clearTimeout(timer)
      conclude()
    }
    exited.then((code) =>
      settle(() => reject(new StartError(`${name} ended with code ${code} before it was ready.`))),
    )
    signal?.addEventListener('abort', () => settle(() => reject(signal.reason)), { once: true })
    if (!child.stdout) return
    createInterface(child.stdout).on('line', (line) => {
      const url = urlIn(line)
      if (url === null) {
        console.log(line)
        return
      }
      settle(() => resolve(url))
    })
  })
}

function urlIn(line: string): string | null {
  try {
    const { url } = JSON.parse(line) as { url?: unknown }
    return typeof url === 'string' ? url : null
  } catch {
    return null
  }
}
