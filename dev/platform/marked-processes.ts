import { setTimeout as sleep } from 'node:timers/promises'
import { environments } from './environments.ts'
import { MARK_VARIABLE } from './start-mark.ts'

const LOOK_EVERY_MS = 20

/**
 * The processes of a start, or of all starts on a folder. A mark is inherited by whatever they spawn,
 * so it also finds the workerd that Miniflare brings up by itself after a crash; and no other process
 * has it, so it never finds a stranger who got a pid that was one of ours.
 *
 * @param mark what the process's mark begins with
 */
export function markedProcesses(mark: string): number[] {
  const variable = `${MARK_VARIABLE}=${mark}`
  return environments()
    .filter(({ pid, variables }) => {
      return pid !== process.pid && variables.some((text) => text.startsWith(variable))
    })
    .map(({ pid }) => pid)
}

/**
 * Kills them, and those that they bring up meanwhile.
 *
 * @returns the ones that still run when the patience is over
 */
export async function endMarked(mark: string, patienceMs: number): Promise<number[]> {
  const until = performance.now() + patienceMs
  for (;;) {
    const pids = markedProcesses(mark)
    if (pids.length === 0 || performance.now() > until) return pids
    for (const pid of pids) kill(pid)
    await sleep(LOOK_EVERY_MS)
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}
