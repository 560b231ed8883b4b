import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mstl, type Season } from './mstl.ts'

const seasons: Season[] = [{ period: 7, window: 15, degree: 1 }]
const series = fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 40, maxLength: 90 })
const decompose = (values: readonly number[]) => mstl(Float64Array.from(values), seasons, 15)

function expectClose(found: Float64Array, wanted: ArrayLike<number>, within: number) {
  expect(found).toHaveLength(wanted.length)
  for (const [at, value] of found.entries()) {
    expect(Math.abs(value - (wanted[at] ?? Number.NaN)), `at ${at}`).toBeLessThanOrEqual(within)
  }
}

describe('the decomposition', () => {
  test('of a line with two seasons finds line and seasons', () => {
    const line = Array.from({ length: 300 }, (_, at) => 50 + 0.2 * at)
    const pattern = line.map(
      (_, at) => 5 * Math.sin((2 * Math.PI * at) / 6) + (at % 30 < 10 ? 2 : -1),
    )
    const found = mstl(
      Float64Array.from(line, (value, at) => value + (pattern[at] ?? 0)),
      [
        { period: 6, window: 15, degree: 1 },
        { period: 30, window: 15, degree: 1 },
      ],
      61,
    )
    expectClose(found.trend, line, 0.15)
    expectClose(found.seasonal, pattern, 0.15)
  })

  test('of a constant added and a scale is the decomposition, shifted and scaled', () => {
    fc.assert(
      fc.property(
        series,
        fc.integer({ min: -500, max: 500 }),
        fc.constantFrom(-3, 0.5, 1, 20),
        (values, shift, scale) => {
          const plain = decompose(values)
          const moved = decompose(values.map((value) => scale * value + shift))
          const tolerance = 1e-7 * (1 + Math.abs(shift) + 100 * Math.abs(scale))
          expectClose(
            moved.trend,
            plain.trend.map((value) => scale * value + shift),
            tolerance,
          )
          expectClose(
            moved.seasonal,
            plain.seasonal.map((value) => scale * value),
            tolerance,
          )
        },
      ),
      { numRuns: 40 },
    )
  })

  test('moves little for one value however wild it is', () => {
    const values = Array.from({ length: 84 }, (_, at) => 10 + (at % 7) + 0.3 * Math.sin(at * at))
    const plain = decompose(values)
    const wild = decompose(values.map((value, at) => (at === 40 ? 1e6 : value)))
    expectClose(wild.trend, plain.trend, 0.2)
    expectClose(wild.seasonal, plain.seasonal, 0.5)
  })

  test('never sees a missing value, and has a level where one is', () => {
    const values = Array.from({ length: 84 }, (_, at) => 10 + (at % 7))
    const found = decompose(values.map((value, at) => (at >= 30 && at < 37 ? Number.NaN : value)))
    expectClose(
      found.trend.map((level, at) => level + (found.seasonal[at] ?? 0)),
      values,
      1e-6,
    )
  })

  test('knows how much more a residual strays where the value had no say', () => {
    const values = Array.from({ length: 84 }, (_, at) => 10 + (at % 7))
    const within = decompose(values).excess[83] ?? 0
    const without = decompose(values.with(83, Number.NaN)).excess[83] ?? 0
    expect(within).toBeLessThan(0)
    expect(without).toBeGreaterThan(0)
  })

  test('is unsure without bound of a phase that has two values', () => {
    const values = Array.from({ length: 84 }, (_, at) =>
      at % 7 === 3 && at > 14 ? Number.NaN : at,
    )
    const { excess } = decompose(values)
    expect([...excess].map((more) => more === Number.POSITIVE_INFINITY)).toEqual(
      values.map((_, at) => at % 7 === 3),
    )
  })
})
