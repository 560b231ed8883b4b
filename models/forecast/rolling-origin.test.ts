import { describe, expect, test } from 'vitest'
import { errorsByMethod, rollingOrigins } from './rolling-origin.ts'

const wave = (length: number) =>
  Array.from({ length }, (_, at) => 50 + 10 * Math.sin(at) + ((at * 7) % 5))

describe('rolling origins', () => {
  test('are four, a horizon apart, the latest first, each with what then came', () => {
    const values = wave(60)
    const origins = rollingOrigins({ values, season: 1, horizon: 5 })
    expect(origins.map(({ actual }) => actual)).toEqual(
      [55, 50, 45, 40].map((end) => values.slice(end, end + 5)),
    )
  })

  test('forecast without what came after them', () => {
    const values = wave(60)
    const changed = values.map((value, at) => (at < 50 ? value : value + 1000))
    const [, before] = rollingOrigins({ values, season: 7, horizon: 5 })
    const [, after] = rollingOrigins({ values: changed, season: 7, horizon: 5 })
    expect(after?.forecasts).toEqual(before?.forecasts)
    expect(after?.actual).not.toEqual(before?.actual)
  })

  test('come closer together where the series is short, and are none where it is too short', () => {
    const lengths = (length: number, season: number) =>
      rollingOrigins({ values: wave(length), season, horizon: 13 }).map(
        ({ actual }) => actual.length,
      )
    expect(lengths(20, 1)).toEqual([4, 4])
    expect(lengths(13, 1)).toEqual([1])
    expect(lengths(12, 1)).toEqual([])
    expect(lengths(21, 7)).toEqual([3, 3])
  })

  test('have one error a method and origin', () => {
    const origins = rollingOrigins({ values: wave(60), season: 1, horizon: 5 })
    const { naive2 } = errorsByMethod(origins)
    const last = wave(60)[54] ?? 0
    const expected = wave(60)
      .slice(55)
      .reduce((sum, value) => sum + Math.abs(value - last) / 5, 0)
    expect(naive2).toHaveLength(4)
    expect(naive2[0]).toBeCloseTo(expected, 12)
  })
})
