import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { forecast } from './forecast.ts'
import { ForecastError } from './forecast-error.ts'

const integers = (least: number, most: number, low = -1000, high = 1000) =>
  fc.array(fc.integer({ min: low, max: high }), { minLength: least, maxLength: most })

function kindOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (error instanceof ForecastError) return error.kind
    throw error
  }
  return 'none'
}

describe('a forecast', () => {
  test('of a constant series is the constant, without any width', () => {
    fc.assert(
      fc.property(fc.integer({ min: -500, max: 500 }), fc.constantFrom(1, 7), (value, season) => {
        const { mean, lower95, upper95 } = forecast({
          values: Array.from({ length: 60 }, () => value),
          season,
          horizon: 5,
        })
        for (const bound of [mean, lower95, upper95]) {
          for (const number of bound) expect(number).toBeCloseTo(value, 6)
        }
      }),
      { numRuns: 10 },
    )
  })

  test('continues a pure season exactly, with zeros and without', () => {
    for (const pattern of [
      [5, 9, 2, 7, 30, 12, 4],
      [0, 9, 2, 7, 30, 12, 0],
      [-3, 9, 2, 7, -30, 12, 0],
    ]) {
      for (const length of [21, 70, 73]) {
        const values = Array.from({ length }, (_, at) => pattern[at % 7] ?? 0)
        const { mean } = forecast({ values, season: 7, horizon: 14 })
        for (const [at, number] of mean.entries()) {
          expect(number).toBeCloseTo(pattern[(length + at) % 7] ?? 0, 6)
        }
      }
    }
  })

  test('continues a straight line', () => {
    const values = Array.from({ length: 60 }, (_, at) => 100 + 3 * at)
    const { mean } = forecast({ values, season: 1, horizon: 4 })
    for (const [at, number] of mean.entries()) expect(number).toBeCloseTo(280 + 3 * at, 4)
  })

  test('has the 80 % interval within the 95 % one, and the mean in both', () => {
    fc.assert(
      fc.property(integers(3, 80), fc.constantFrom(1, 4, 7), (values, season) => {
        const found = forecast({ values, season, horizon: 6 })
        for (let at = 0; at < 6; at++) {
          const bounds = [
            found.lower95,
            found.lower80,
            found.mean,
            found.upper80,
            found.upper95,
          ].map((numbers) => numbers[at] ?? Number.NaN)
          expect(bounds).toEqual(bounds.toSorted((a, b) => a - b))
          expect(bounds.every(Number.isFinite)).toBe(true)
        }
      }),
      { numRuns: 40 },
    )
  })

  test('never goes below 0 where the series does not', () => {
    fc.assert(
      fc.property(integers(3, 60, 0, 20), fc.constantFrom(0, 1), (values, least) => {
        const { mean, lower95, upper95 } = forecast({
          values: values.map((value) => value + least),
          season: 7,
          horizon: 10,
        })
        expect(Math.min(...mean, ...lower95)).toBeGreaterThanOrEqual(0)
        expect(Number.isFinite(Math.max(...upper95))).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  test('is the same for the same series', () => {
    fc.assert(
      fc.property(integers(8, 60), (values) => {
        const series = { values, season: 4, horizon: 5 }
        expect(forecast(series)).toEqual(forecast(series))
      }),
      { numRuns: 15 },
    )
  })

  test('of a short series repeats its last value and says so', () => {
    const found = forecast({ values: [3, 5, 4], season: 7, horizon: 2 })
    expect(found).toMatchObject({ kind: 'too_short', method: 'naive' })
    expect([...found.mean]).toEqual([4, 4])
    expect(found.upper95[1]).toBeGreaterThan(found.upper95[0] ?? 0)
  })

  test('is refused with a reason and a next step where there is nothing to forecast from', () => {
    const series = { values: [1, 2, 3, 4], season: 1, horizon: 2 }
    expect(kindOf(() => forecast({ ...series, values: [1, 2] }))).toBe('too_few_values')
    expect(kindOf(() => forecast({ ...series, values: [1, Number.NaN, 2] }))).toBe('not_a_number')
    expect(kindOf(() => forecast({ ...series, season: 1.5 }))).toBe('bad_season')
    expect(kindOf(() => forecast({ ...series, horizon: 0 }))).toBe('bad_horizon')
    expect(() => forecast({ ...series, values: [1, Number.NaN, 2] })).toThrow(
      /Value 2 of 3 is NaN\. Fill the gap/,
    )
  })
})
