import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { MARK_VARIABLE } from './start-mark.ts'

const GUARDIAN = fileURLToPath(new URL('./guardian.ts', import.meta.url))

/**
 * Starts the process that ends all others of a start when this one is killed.
 *
 * @returns dismisses it, once everything has ended
 */
export function startGuardian(mark: string): () => Promise<void> {
  // Without the mark itself: the next start, which ends what has it, lets the guardian finish.
  const guardian = spawn(process.execPath, [GUARDIAN, mark], {
    env: { ...process.env, [MARK_VARIABLE]: undefined },
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const ended = once(guardian, 'exit')
  // It may have been killed, which leaves nobody to write to.
  guardian.stdin.on('error', () => undefined)
  return async () => {
    guardian.stdin.end('ended\n')
    await ended
  }
}
