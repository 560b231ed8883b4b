const WIDTH = 24
const MS_A_SECOND = 1000

/** How a bar looks when so much is done; an empty text clears it. */
export function barText(done: number, of: number, what: string, elapsedMs: number): string {
  const share = of > 0 ? done / of : 1
  const filled = Math.round(share * WIDTH)
  const left = done > 0 ? Math.ceil((elapsedMs * (1 / share - 1)) / MS_A_SECOND) : null
  const time =
    left === null ? '' : left < 60 ? ` ${left} s left` : ` ${Math.ceil(left / 60)} min left`
  return `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${String(Math.round(share * 100)).padStart(3)} %${time}  ${what}`
}

/**
 * A progress bar with the time left: redrawn in place on a terminal, one line a step elsewhere, so that a
 * log shows it too.
 */
export function progressBar(
  stream: NodeJS.WriteStream,
  now: () => number,
): (done: number, of: number, what: string) => void {
  const started = now()
  return (done, of, what) => {
    const text = barText(done, of, what, now() - started)
    if (!stream.isTTY) {
      stream.write(`${text}\n`)
      return
    }
    const columns = stream.columns ?? 80
    stream.write(`\r\u001b[2K${done >= of ? '' : text.slice(0, columns - 1)}`)
  }
}
