/** Older than this is taken for a broken clock rather than for history. */
const MAX_EVENT_AGE_MS = 5 * 365 * 86_400_000

/**
 * When an event happened, by a clock we trust: `receivedAt − (sentAt − originalTimestamp)`, the
 * Segment rule, which cancels a device clock that is off by any amount. Never later than its arrival;
 * an impossible time becomes the arrival, the event is never dropped for its clock.
 *
 * @returns Unix milliseconds
 */
export function correctedTime(original: unknown, sent: unknown, receivedAt: number): number {
  const originalMs = parseTime(original)
  if (originalMs === null) return receivedAt
  const sentMs = parseTime(sent)
  const occurredAt = sentMs === null ? originalMs : receivedAt - (sentMs - originalMs)
  if (occurredAt > receivedAt || occurredAt < receivedAt - MAX_EVENT_AGE_MS) return receivedAt
  return Math.round(occurredAt)
}

function parseTime(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value !== 'string') return null
  const ms = Date.parse(value)
  return Number.isNaN(ms) ? null : ms
}
