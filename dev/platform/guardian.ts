/**
 * Outlives a killed platform by a moment: its standard input closes when the platform's process is
 * gone, whichever way, and it ends what would otherwise go on with the files open. A line of input says
 * that the platform has ended everything itself.
 *
 * `node guardian.ts <mark of the start>`
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { endMarked } from './marked-processes.ts'

/** A process that was just being spawned has its mark only when its program begins. */
const LOOK_FOR_MS = 1_000
const LOOK_EVERY_MS = 50

const [mark] = process.argv.slice(2)
if (!mark) throw new Error('The guardian needs the mark of the start that it guards.')

async function endStart(mark: string): Promise<void> {
  const until = performance.now() + LOOK_FOR_MS
  while (performance.now() < until) {
    await endMarked(mark, LOOK_FOR_MS)
    await sleep(LOOK_EVERY_MS)
  }
  process.exit(0)
}

process.stdin.once('data', () => process.exit(0))
process.stdin.once('end', () => void endStart(mark))
// The guardian is in the terminal's group too; a signal is for the platform, which then closes the pipe.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined)
