import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LOST_ANSWER_GRACE_MS, type RefreshRow, refreshDecision } from './refresh-decision.ts'

const NOW = 1_000_000_000
const row = (changed: Partial<RefreshRow> = {}): RefreshRow => ({
  usedAt: null,
  isSuccessorUsed: false,
  session: { endedAt: null, expiresAt: NOW + 1 },
  ...changed,
})
const used = (msAgo: number, isSuccessorUsed = false) =>
  row({ usedAt: NOW - msAgo, isSuccessorUsed })

describe('a refresh token', () => {
  test.each<[string, RefreshRow | null, string]>([
    ['that was never given is refused', null, 'refused'],
    [
      'of an ended session is refused',
      row({ session: { endedAt: 1, expiresAt: NOW + 1 } }),
      'refused',
    ],
    [
      'of a session that expires now is refused',
      row({ session: { endedAt: null, expiresAt: NOW } }),
      'refused',
    ],
    ['gives its successor', row(), 'rotate'],
    ['gives it again at once', used(0), 'again'],
    ['gives it again at the end of the grace', used(LOST_ANSWER_GRACE_MS), 'again'],
    ['ends the family after the grace', used(LOST_ANSWER_GRACE_MS + 1), 'reused'],
    ['ends the family once its successor was used', used(0, true), 'reused'],
    [
      'of an ended session ends nothing twice',
      { ...used(0, true), session: { endedAt: 1, expiresAt: NOW + 1 } },
      'refused',
    ],
  ])('%s', (_what, given, kind) => {
    expect(refreshDecision(given, NOW)).toEqual({ kind })
  })
})

type Party = 'rightful' | 'thief'

/** A session's tokens as the store keeps them, driven by nothing but the decision. */
class Family {
  now = 0
  endedAt: number | null = null
  /** Tokens by number: each one's successor has the next number. */
  readonly usedAt: (number | null)[] = [null]
  readonly usedBy: Set<Party>[] = [new Set()]

  /** @returns the token that is given, or null */
  use(token: number, by: Party): number | null {
    const decision = refreshDecision(
      {
        usedAt: this.usedAt[token] ?? null,
        isSuccessorUsed: (this.usedAt[token + 1] ?? null) !== null,
        session: { endedAt: this.endedAt, expiresAt: Number.POSITIVE_INFINITY },
      },
      this.now,
    )
    switch (decision.kind) {
      case 'refused':
        return null
      case 'reused':
        this.endedAt = this.now
        return null
      case 'rotate':
        this.usedAt[token] = this.now
        this.usedAt.push(null)
        this.usedBy.push(new Set())
    }
    this.usedBy[token]?.add(by)
    return token + 1
  }
}

const events = fc.array(
  fc.record({
    by: fc.constantFrom<Party>('rightful', 'thief'),
    afterMs: fc.oneof(fc.nat(2 * LOST_ANSWER_GRACE_MS), fc.nat(900_000)),
    /** The answer is lost on its way: the party keeps the token that it sent. */
    isLost: fc.boolean(),
  }),
  { maxLength: 30 },
)

describe('of a family that was stolen, whatever the order of events,', () => {
  test('there is one newest token and no second branch', () => {
    fc.assert(
      fc.property(events, (steps) => {
        const family = new Family()
        const held: Record<Party, number> = { rightful: 0, thief: 0 }
        for (const { by, afterMs, isLost } of steps) {
          family.now += afterMs
          const given = family.use(held[by], by)
          if (given !== null && !isLost) held[by] = given
          expect(family.usedAt.filter((at) => at === null)).toHaveLength(1)
          expect(family.usedAt.at(-1)).toBeNull()
        }
      }),
    )
  })

  test('once one party has gone on, the other ends it with its next use', () => {
    fc.assert(
      fc.property(events, (steps) => {
        const family = new Family()
        const held: Record<Party, number> = { rightful: 0, thief: 0 }
        for (const { by, afterMs, isLost } of steps) {
          family.now += afterMs
          const isBehind = (family.usedAt[held[by] + 1] ?? null) !== null
          const usedAt = family.usedAt[held[by]] ?? null
          const isLate = usedAt !== null && family.now - usedAt > LOST_ANSWER_GRACE_MS
          const given = family.use(held[by], by)
          if (isBehind || isLate) {
            expect(given).toBeNull()
            expect(family.endedAt).not.toBeNull()
          }
          if (given !== null && !isLost) held[by] = given
        }
      }),
      { numRuns: 1_000 },
    )
  })

  test('an ended family gives nothing to anybody any more', () => {
    fc.assert(
      fc.property(events, (steps) => {
        const family = new Family()
        const held: Record<Party, number> = { rightful: 0, thief: 0 }
        for (const { by, afterMs, isLost } of steps) {
          family.now += afterMs
          const wasEnded = family.endedAt !== null
          const given = family.use(held[by], by)
          if (wasEnded) expect(given).toBeNull()
          if (given !== null && !isLost) held[by] = given
        }
      }),
    )
  })

  test('a thief lasts only by using each token within the grace of its rightful use', () => {
    fc.assert(
      fc.property(events, (steps) => {
        const family = new Family()
        const held: Record<Party, number> = { rightful: 0, thief: 0 }
        const usedAt: Record<Party, Map<number, number>> = { rightful: new Map(), thief: new Map() }
        for (const { by, afterMs, isLost } of steps) {
          family.now += afterMs
          const token = held[by]
          const given = family.use(token, by)
          if (given === null) continue
          if (!usedAt[by].has(token)) usedAt[by].set(token, family.now)
          if (!isLost) held[by] = given
          for (const [both, at] of usedAt.rightful) {
            const other = usedAt.thief.get(both)
            if (other !== undefined) {
              expect(Math.abs(other - at)).toBeLessThanOrEqual(LOST_ANSWER_GRACE_MS)
            }
          }
        }
      }),
      { numRuns: 1_000 },
    )
  })

  test('the rightful owner alone is never signed out, whatever answers are lost within the grace', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ retries: fc.array(fc.nat(20_000), { maxLength: 3 }), idleMs: fc.nat() }),
        ),
        (refreshes) => {
          const family = new Family()
          let token = 0
          for (const { retries, idleMs } of refreshes) {
            family.now += idleMs
            let given = family.use(token, 'rightful')
            for (const afterMs of retries) {
              family.now += afterMs
              expect(family.use(token, 'rightful')).toBe(given)
              given = token + 1
            }
            expect(given).toBe(token + 1)
            token += 1
          }
          expect(family.endedAt).toBeNull()
        },
      ),
    )
  })
})
