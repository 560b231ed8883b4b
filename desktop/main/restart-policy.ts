const WINDOW_MS = 60_000
const MOST_RESTARTS = 3
const FIRST_DELAY_MS = 250

/**
 * What to do when the back end ended by itself: start it again, a little later each time, or give up
 * when it keeps ending.
 *
 * @param endedAt the times it ended so far, the last one now, in Unix milliseconds
 */
export const afterBackendEnd = (
  endedAt: readonly number[],
  now: number,
): { restart: false } | { restart: true; delayMs: number } => {
  const recent = endedAt.filter((at) => now - at < WINDOW_MS).length
  if (recent > MOST_RESTARTS) return { restart: false }
  return { restart: true, delayMs: FIRST_DELAY_MS * 2 ** Math.max(0, recent - 1) }
}
