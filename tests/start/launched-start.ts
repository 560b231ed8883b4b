import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { waitFor } from '#tests/platform/edge-client.ts'

const START = fileURLToPath(new URL('../../dev/start.ts', import.meta.url))
const SAYS_WITHIN_MS = 60_000

export interface LaunchedStart {
  pid: number
  output(): string
  /** Resolves as soon as it has said that. */
  said(text: string): Promise<void>
  ended: Promise<{ code: number | null; output: string }>
  /** Whatever it is doing, and all that it spawned. */
  kill(): void
}

/** `npm start` in a process group of its own, followed from its first line. */
export function launchStart(home: string, args: readonly string[]): LaunchedStart {
  const child = spawn(process.execPath, [START, ...args], {
    env: { ...process.env, EDGEWISE_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const output = collect(child)
  const ended = once(child, 'close').then(([code]: (number | null)[]) => ({
    code: code ?? null,
    output: output().trim(),
  }))
  const pid = child.pid ?? 0
  return {
    pid,
    output,
    ended,
    said: (text) =>
      waitFor(
        () => output().includes(text),
        SAYS_WITHIN_MS,
        () => `${text} in ${output()}`,
      ),
    kill() {
      try {
        process.kill(-pid, 'SIGKILL')
      } catch {
        // All of it has ended.
      }
    },
  }
}

function collect(child: ChildProcess): () => string {
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      output += String(chunk)
    })
  }
  return () => output
}
