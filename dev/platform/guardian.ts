/**
 * Outlives a killed platform by a moment: its standard input closes when the platform's process is
 * gone, whichever way, and it ends the children that would otherwise go on with the files open. Each
 * line it reads is the current list of their process ids.
 */
import { createInterface } from 'node:readline'

let children: number[] = []
createInterface(process.stdin)
  .on('line', (line) => {
    // It is a child itself, and must be the last to go.
    children = (JSON.parse(line) as number[]).filter((pid) => pid !== process.pid)
  })
  .on('close', () => {
    for (const pid of children) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // Gone already, as after an orderly stop.
      }
    }
    process.exit(0)
  })
// The guardian is in the terminal's group too; Ctrl-C is for the platform, which then closes the pipe.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)
