import type { PulledRows } from '../lead/pull-rows.ts'

/** How far reading has come: redrawn in place on a terminal, a line a page elsewhere. */
export function pulledLine(
  stream: NodeJS.WriteStream,
): (soFar: PulledRows, isLast: boolean) => void {
  return ({ visitors, events, rows }, isLast) => {
    const [of, from] = [rows.length, visitors].map((count) => count.toLocaleString('en-US'))
    const text = `Reading: ${of} rows of ${from} visitors, ${events.toLocaleString('en-US')} events`
    stream.write(stream.isTTY ? `\r\u001b[2K${text}${isLast ? '\n' : ''}` : `${text}\n`)
  }
}
