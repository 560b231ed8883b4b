/** How wrong answers are slowed down. */
export interface LockoutPolicy {
  /** So many wrong ones cost no time. */
  freeFailures: number
  /** What a right answer takes back: all that came before it, or its own try alone. */
  successForgives: 'everything' | 'itself'
}

export const LOCKOUT_POLICIES = {
  account: { freeFailures: 5, successForgives: 'everything' },
  /**
   * Many people share an address. And whoever guesses others' passwords has an account of their own, whose
   * right answers must not make the address a clean one.
   */
  address: { freeFailures: 20, successForgives: 'itself' },
} satisfies Record<string, LockoutPolicy>
export type LockoutKind = keyof typeof LOCKOUT_POLICIES

const FIRST_DELAY_MS = 2_000
const LONGEST_DELAY_MS = 900_000
/** After a day without a try nothing is remembered. */
export const FORGOTTEN_AFTER_MS = 86_400_000
/** An answer takes a second; a try whose request ended without one counts as wrong from then on. */
const UNANSWERED_MS = 60_000

/** What one account or address did. Times in ms since 1970. */
export interface Tries {
  failures: number
  /** Begun, not answered yet: they count as wrong until they are known to be right. Oldest first. */
  begun: readonly number[]
  /** When the last one began that was let through. */
  lastAt: number
}

export const NO_TRIES: Tries = { failures: 0, begun: [], lastAt: 0 }

export type Attempt = { kind: 'go' } | { kind: 'wait'; seconds: number }

/**
 * Whether somebody may try now. A try is booked before its answer is known, so that of many at the same
 * moment no more get through than one after another. One that has to wait is not booked: it guessed nothing,
 * and whoever keeps knocking does not make the owner's wait longer.
 */
export function attempt(
  tries: Tries,
  policy: LockoutPolicy,
  nowMs: number,
): { answer: Attempt; tries: Tries } {
  const known = remembered(tries, nowMs)
  const waitMs = known.lastAt + delayMs(countOf(known), policy) - nowMs
  if (waitMs > 0) {
    return { answer: { kind: 'wait', seconds: Math.ceil(waitMs / 1000) }, tries: known }
  }
  const begun = [...known.begun, nowMs]
  return { answer: { kind: 'go' }, tries: { ...known, begun, lastAt: nowMs } }
}

/** The oldest begun try was wrong. */
export function failed(tries: Tries, nowMs: number): Tries {
  const known = remembered(tries, nowMs)
  const lastAt = Math.max(known.lastAt, known.begun.length === 0 ? nowMs : 0)
  return { failures: known.failures + 1, begun: known.begun.slice(1), lastAt }
}

/** The oldest begun try was right. Others that are under way go on counting. */
export function succeeded(tries: Tries, policy: LockoutPolicy, nowMs: number): Tries {
  const known = remembered(tries, nowMs)
  const failures = policy.successForgives === 'everything' ? 0 : known.failures
  return { ...known, failures, begun: known.begun.slice(1) }
}

/** Whether nothing is left to remember. */
export function isForgotten(tries: Tries, nowMs: number): boolean {
  return nowMs - tries.lastAt >= FORGOTTEN_AFTER_MS || countOf(tries) === 0
}

function remembered(tries: Tries, nowMs: number): Tries {
  // A clock that was ahead must not lock anybody out until that time comes.
  const lastAt = Math.min(tries.lastAt, nowMs)
  if (nowMs - lastAt >= FORGOTTEN_AFTER_MS) return NO_TRIES
  const begun = tries.begun.filter((at) => nowMs - at < UNANSWERED_MS)
  return { failures: tries.failures + tries.begun.length - begun.length, begun, lastAt }
}

function countOf(tries: Tries): number {
  return tries.failures + tries.begun.length
}

/** 0 for the free ones, then 2 s, 4 s, … up to 15 min. */
function delayMs(count: number, policy: LockoutPolicy): number {
  if (count < policy.freeFailures) return 0
  return Math.min(FIRST_DELAY_MS * 2 ** (count - policy.freeFailures), LONGEST_DELAY_MS)
}
