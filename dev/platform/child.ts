import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

const READY_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 10_000

export interface Child {
  pid: number
  url: string
  /** Resolves when the process is gone, for whatever reason. */
  exited: Promise<number | null>
  stop(): Promise<void>
}

/** Starts one of our own programs and waits for its line `{"url": …}`. */
export async function startChild(
  name: string,
  script: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<Child> {
  const process_ = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = new Promise<number | null>((resolve) => process_.once('exit', resolve))
  const url = await firstUrl(name, process_, exited)
  return {
    pid: process_.pid ?? 0,
    url,
    exited,
    async stop() {
      process_.kill('SIGTERM')
      const timer = setTimeout(() => process_.kill('SIGKILL'), STOP_TIMEOUT_MS)
      await exited
      clearTimeout(timer)
    },
  }
}

function firstUrl(
  name: string,
  child: ChildProcess,
  exited: Promise<number | null>,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`${name} did not start in time.`)),
      READY_TIMEOUT_MS,
    )
    exited.then((code) => reject(new Error(`${name} ended with code ${code} before it was ready.`)))
    if (!child.stdout) return
    createInterface(child.stdout).on('line', (line) => {
      const url = urlIn(line)
      if (url === null) {
        console.log(line)
        return
      }
      clearTimeout(timer)
      resolve(url)
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
