import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ANNOUNCED_MS,
  STALE_TRUST_MS,
  signingAt,
  TRUST_MS,
  VERIFIES_MS,
  verifyingAt,
} from './key-times.ts'

const ACCESS_TOKEN_LIFE_MS = 900_000

/** What the store holds after rotations at these times. */
const rotatedAt = (times: readonly number[]) =>
  [0, ...times].map((createdAt, index) => ({
    createdAt,
    retiredAt: times[index] === undefined ? null : times[index] + ANNOUNCED_MS,
  }))

const rotations = fc
  .array(fc.integer({ min: ANNOUNCED_MS, max: 20_000_000 }), { maxLength: 5 })
  .map((gaps) =>
    gaps.map((_, index) => gaps.slice(0, index + 1).reduce((sum, gap) => sum + gap, 0)),
  )

describe('whatever rotations there were', () => {
  test('one key signs at every moment, and never one that was made a moment ago', () => {
    fc.assert(
      fc.property(rotations, fc.nat({ max: 120_000_000 }), (times, now) => {
        const keys = rotatedAt(times).filter(({ createdAt }) => createdAt <= now)
        const signing = signingAt(keys, now)
        expect(signing).not.toBeNull()
        expect(signing?.createdAt === 0 || now - (signing?.createdAt ?? 0) >= ANNOUNCED_MS).toBe(
          true,
        )
      }),
    )
  })

  test('what an isolate signed with an old reading verifies in every other for the life of a token', () => {
    const staleness = fc.nat({ max: STALE_TRUST_MS })
    const age = fc.nat({ max: ACCESS_TOKEN_LIFE_MS })
    fc.assert(
      fc.property(
        rotations,
        fc.nat({ max: 120_000_000 }),
        staleness,
        age,
        (times, now, stale, life) => {
          const readAt = Math.max(0, now - stale)
          // The signer knows no rotation after its reading.
          const signed = signingAt(rotatedAt(times.filter((time) => time <= readAt)), now)
          // A verifier's reading is as old as an isolate trusts one, and of what was known then.
          const verifierReadAt = now + life - TRUST_MS
          const known = rotatedAt(times.filter((time) => time <= Math.max(readAt, verifierReadAt)))
          const good = verifyingAt(known, 'access_token', now + life)
          expect(good.map(({ createdAt }) => createdAt)).toContain(signed?.createdAt)
        },
      ),
    )
  })
})

test('an anchor verifies for ever, an access token’s key only as long as one may live', () => {
  const retired = [{ createdAt: 0, retiredAt: 1_000 }]
  const after = 1_000 + VERIFIES_MS.access_token
  expect(verifyingAt(retired, 'access_token', after - 1)).toHaveLength(1)
  expect(verifyingAt(retired, 'access_token', after)).toHaveLength(0)
  expect(verifyingAt(retired, 'audit_anchor', Number.MAX_SAFE_INTEGER)).toHaveLength(1)
})
