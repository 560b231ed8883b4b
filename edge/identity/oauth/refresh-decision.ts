/** A lost answer must not sign an offline person out: so long the previous token gives its successor again. */
export const LOST_ANSWER_GRACE_MS = 60_000

export interface RefreshRow {
  usedAt: number | null
  /** Whether the token that this one gave was used itself. */
  isSuccessorUsed: boolean
  session: { endedAt: number | null; expiresAt: number }
}

export type RefreshDecision =
  /** First use: the successor comes into being. */
  | { kind: 'rotate' }
  /** The answer was lost: the same successor once more. */
  | { kind: 'again' }
  /** Two parties hold the family, and nobody can say which is the thief: it ends. */
  | { kind: 'reused' }
  | { kind: 'refused' }

/**
 * What to do with a refresh token that was sent. Source: RFC 9700 (OAuth security), 4.14; the grace is ours,
 * see docs/decisions/0013.
 *
 * @param row null for a token that was never given
 */
export function refreshDecision(row: RefreshRow | null, now: number): RefreshDecision {
  if (!row || row.session.endedAt !== null || row.session.expiresAt <= now) {
    return { kind: 'refused' }
  }
  if (row.usedAt === null) return { kind: 'rotate' }
  const isInGrace = now - row.usedAt <= LOST_ANSWER_GRACE_MS
  return isInGrace && !row.isSuccessorUsed ? { kind: 'again' } : { kind: 'reused' }
}
