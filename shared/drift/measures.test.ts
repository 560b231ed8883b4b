import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts'
import { populationStability } from './population-stability.ts'

const counts = fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 2, maxLength: 12 })
const sorted = fc
  .array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 60 })
  .map((values) => values.sort((a, b) => a - b))

describe('the population stability index', () => {
  test('is that of a worked example', () => {
    // Shares 0.5/0.5 and 0.8/0.2: 0.3 ln 1.6 − 0.3 ln 0.4 = 0.41589.
    const { index } = populationStability([50_000, 50_000], [80_000, 20_000])
    expect(index).toBeCloseTo(0.41589, 3)
  })

  test('is never negative, and zero for the same shares', () => {
    fc.assert(
      fc.property(counts, counts, (a, b) => {
        expect(populationStability(a, b.slice(0, a.length)).index).toBeGreaterThanOrEqual(0)
        expect(populationStability(a, a).index).toBeCloseTo(0, 12)
      }),
    )
  })

  test('an emptied bin is a large change, not an infinite one', () => {
    const { index, noise } = populationStability([500, 500], [0, 1000])
    expect(index).toBeGreaterThan(noise)
    expect(Number.isFinite(index)).toBe(true)
  })
})

describe('the Kolmogorov–Smirnov distance', () => {
  test('is the largest gap of the two distribution functions, computed plainly', () => {
    const share = (values: number[], at: number) =>
      values.filter((value) => value <= at).length / values.length
    fc.assert(
      fc.property(sorted, sorted, (a, b) => {
        const plain = Math.max(...[...a, ...b].map((at) => Math.abs(share(a, at) - share(b, at))))
        expect(kolmogorovSmirnov(a, b).distance).toBeCloseTo(plain, 12)
        expect(kolmogorovSmirnov(b, a).distance).toBeCloseTo(plain, 12)
      }),
    )
  })
})
