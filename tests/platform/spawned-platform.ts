import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isRunning } from '#backend/lock/process-identity.ts'
import { waitFor } from './edge-client.ts'

const START = fileURLToPath(new URL('../../dev/start.ts', import.meta.url))
const START_TIMEOUT_MS = 120_000

export interface Ready {
  edge: string
  store: string
  site: string | null
  console: string | null
  mailbox: string
  writeKey: string
  secretKey: string
  email: string
  password: string
  pid: number
}

export interface SpawnedPlatform {
  home: string
  ready: Ready
  /** Ends every process of it at once, as a power cut would. */
  kill(): Promise<void>
  /** Ctrl-C. */
  stop(): Promise<void>
}

export async function newHome(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'edgewise-home-'))
}

export function removeHome(home: string): Promise<void> {
  return rm(home, { recursive: true, force: true })
}

/** `npm start` as a user runs it, in a process group of its own. */
export async function spawnPlatform(
  home: string,
  args: readonly string[] = [],
): Promise<SpawnedPlatform> {
  const child = spawn(process.execPath, [START, '--port', '0', ...args], {
    env: { ...process.env, EDGEWISE_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    output += chunk
  })
  const ready = await readyFile(home, child, () => output)
  return {
    home,
    ready,
    async kill() {
      const group = child.pid ?? 0
      process.kill(-group, 'SIGKILL')
      await gone(child)
    },
    async stop() {
      child.kill('SIGINT')
      await gone(child)
    },
  }
}

async function readyFile(home: string, child: ChildProcess, output: () => string): Promise<Ready> {
  let ready: Ready | null = null
  await waitFor(
    async () => {
      if (child.exitCode !== null)
        throw new Error(`The platform ended while starting:\n${output()}`)
      try {
        const found = JSON.parse(await readFile(join(home, 'ready.json'), 'utf8')) as Ready
        ready = found.pid === child.pid ? found : null
      } catch {
        ready = null
      }
      return ready !== null
    },
    START_TIMEOUT_MS,
    () => `the platform to be ready:\n${output()}`,
  )
  if (!ready) throw new Error('The platform wrote no ready file.')
  return ready
}

async function gone(child: ChildProcess): Promise<void> {
  await waitFor(
    () =>
      child.pid === undefined ||
      child.exitCode !== null ||
      child.signalCode !== null ||
      !isRunning(child.pid),
    30_000,
    () => 'the platform to end',
  )
}
