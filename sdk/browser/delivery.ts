/** What to do with a batch after an answer. `status` 0 is "no answer at all". */
export type Delivery = { kind: 'delivered' } | { kind: 'retry'; delayMs: number } | { kind: 'drop' }

const BASE_DELAY_MS = 1_000
const MAX_DELAY_MS = 60_000
const MAX_RETRY_AFTER_S = 300

/**
 * The Segment clients' contract: 2xx and 3xx are delivered; no answer, 408, 429 and 5xx are tried
 * again with the same ids; every other 4xx can never succeed and is dropped.
 *
 * @param failures how many attempts in a row have failed before this one
 * @param random in [0, 1): spreads the retries of many browsers over half of the delay
 */
export function afterAnswer(
  status: number,
  retryAfter: string | null,
  failures: number,
  random: number,
): Delivery {
  if (status >= 200 && status < 400) return { kind: 'delivered' }
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) return { kind: 'drop' }
  const backoffMs = Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** failures) * (0.5 + random / 2)
  const askedMs = Math.min(MAX_RETRY_AFTER_S, Number(retryAfter) || 0) * 1_000
  return { kind: 'retry', delayMs: Math.max(backoffMs, askedMs) }
}
