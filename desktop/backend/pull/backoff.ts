const FIRST_DELAY_MS = 1000
const LONGEST_DELAY_MS = 30_000

/**
 * How long to wait before the next attempt: doubling, between half and the whole of the step, so
 * that the consoles of one office do not all come back in the same instant.
 *
 * @param attempt 1 after the first failure
 * @param random 0 to 1
 */
export const backoffMs = (attempt: number, random: number): number => {
  const step = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt - 1, 20))
  return Math.round(step / 2 + (step / 2) * random)
}
