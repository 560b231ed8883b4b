/** So many tokens may be leased in each window; windows begin at multiples of their length. */
export interface Budget {
  tokensPerWindow: number
  windowMs: number
}

/** What the hub remembers of a meter. */
export interface Granted {
  /** Unix milliseconds. */
  windowStart: number
  tokens: number
}

/** Tokens that one holder may spend alone, until they run out or expire. Nothing is given back. */
export interface Lease {
  tokens: number
  /** Unix milliseconds, never after the end of the window that it was granted from. */
  expiresAt: number
}

export type GrantAnswer =
  | { kind: 'leased'; lease: Lease }
  | { kind: 'exhausted'; retryAfterMs: number }

/** Long enough to ask seldom, short enough that a holder who went quiet keeps little from the others. */
const LEASE_MS = 10_000

/**
 * Grants at most `wanted` tokens, and fewer where fewer are left.
 *
 * In one window no more than the budget is granted, whoever asks however often. As a lease ends with its window,
 * no more than that is spent in it by the hub's clock; a holder whose clock is behind spends at most what it
 * held at the window's end a little later. Across the border of two windows, twice the budget may be spent
 * within one window's length.
 */
export function grant(
  before: Granted | null,
  budget: Budget,
  wanted: number,
  now: number,
): { granted: Granted; answer: GrantAnswer } {
  const windowStart = Math.floor(now / budget.windowMs) * budget.windowMs
  const windowEnd = windowStart + budget.windowMs
  // A clock that was set back must not open a window again.
  const isSame = before !== null && before.windowStart >= windowStart
  const granted = isSame ? before : { windowStart, tokens: 0 }
  const tokens = Math.min(Math.max(1, Math.floor(wanted)), budget.tokensPerWindow - granted.tokens)
  if (tokens <= 0) {
    return { granted, answer: { kind: 'exhausted', retryAfterMs: Math.max(1, windowEnd - now) } }
  }
  return {
    granted: { ...granted, tokens: granted.tokens + tokens },
    answer: {
      kind: 'leased',
      lease: { tokens, expiresAt: Math.min(now + LEASE_MS, windowEnd) },
    },
  }
}

/** The lease after one token was spent; null where there is none left to spend. */
export function spend(lease: Lease, now: number): Lease | null {
  return lease.tokens >= 1 && now < lease.expiresAt ? { ...lease, tokens: lease.tokens - 1 } : null
}

const FIRST_TOKENS = 4
const MOST_TOKENS = 512

/**
 * How much to ask for: twice as much after a lease that ran out, half after one that expired. So busy holders ask
 * seldom, and idle ones keep little that others could spend.
 */
export function nextWanted(last: { asked: number; left: number } | null): number {
  if (!last) return FIRST_TOKENS
  if (last.left === 0) return Math.min(MOST_TOKENS, last.asked * 2)
  return Math.max(FIRST_TOKENS, Math.floor(last.asked / 2))
}
