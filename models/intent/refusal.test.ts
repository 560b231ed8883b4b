import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inScopeScore } from '#shared/text/in-scope.ts'
import { signalsOf } from '#shared/text/signals.ts'
import { softmaxAt } from '#shared/text/softmax.ts'
import { seededUniform } from '../random/seeded.ts'
import { fitRefusal } from './refusal.ts'
import { fitSharpness } from './temperature.ts'

const ROWS = 400
const NO_MATCH = -1

/** Messages whose best margin is about `centre`. */
function messages(count: number, centre: number, seed: number) {
  const next = seededUniform(seed)
  return Array.from({ length: count }, () =>
    signalsOf(Float64Array.of(NO_MATCH, centre + next() - 0.5), NO_MATCH, next()),
  )
}

describe('the threshold', () => {
  test('refuses no more rightly understood messages than the price allows, and nearly as many', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), fc.integer(), (allowed, seed) => {
        const inside = messages(ROWS, 0.4, seed).map((signals) => ({ signals, correct: true }))
        const refusal = fitRefusal(inside, messages(100, 0, seed + 1), allowed / ROWS)
        const refused = inside.filter(
          ({ signals }) => inScopeScore(signals, refusal) < refusal.threshold,
        )
        expect(refused.length).toBe(allowed)
      }),
      { numRuns: 20, examples: [[29, 0]] },
    )
  })

  test('lies between the two kinds where they are apart', () => {
    const inside = messages(ROWS, 1, 1).map((signals) => ({ signals, correct: true }))
    const outside = messages(100, -1, 2)
    const refusal = fitRefusal(inside, outside, 0)
    const highest = Math.max(...outside.map((signals) => inScopeScore(signals, refusal)))
    const lowest = Math.min(...inside.map(({ signals }) => inScopeScore(signals, refusal)))
    expect(highest).toBeLessThan(refusal.threshold)
    expect(lowest - refusal.threshold).toBeCloseTo(refusal.threshold - highest, 9)
  })

  test('does not count messages taken for another intent as a loss', () => {
    const right = messages(ROWS, 1, 1).map((signals) => ({ signals, correct: true }))
    const wrong = messages(50, -1, 3).map((signals) => ({ signals, correct: false }))
    const refusal = fitRefusal([...right, ...wrong], messages(100, -1, 2), 0)
    const refused = wrong.filter(
      ({ signals }) => inScopeScore(signals, refusal) < refusal.threshold,
    )
    expect(refused.length).toBe(wrong.length)
  })
})

describe('the sharpness', () => {
  test('is found again where labels were drawn from a softmax of known sharpness', () => {
    const next = seededUniform(7)
    const known = 3
    const margins = Array.from({ length: 5_000 }, () => Float64Array.from({ length: 4 }, next))
    const labels = margins.map((row) => {
      let left = next()
      for (const at of row.keys()) {
        left -= softmaxAt(row, at, known)
        if (left < 0) return at
      }
      return row.length - 1
    })
    expect(Math.abs(fitSharpness(margins, labels) - known)).toBeLessThan(0.2)
  })

  test('turns margins into shares that add up to one and keep their order', () => {
    const margin = fc.double({ min: -50, max: 50, noNaN: true })
    fc.assert(
      fc.property(fc.array(margin, { minLength: 2, maxLength: 8 }), (values) => {
        const margins = Float64Array.from(values)
        const shares = values.map((_, at) => softmaxAt(margins, at, 2))
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9)
        const best = values.indexOf(Math.max(...values))
        expect(shares[best]).toBe(Math.max(...shares))
      }),
    )
  })
})
