import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type EtsState, filter } from './ets-filter.ts'
import { type EtsShape, fitEts } from './ets-fit.ts'
import { etsForecast } from './ets-forecast.ts'
import { lineThrough } from './line.ts'
import { lowestPoint } from './nelder-mead.ts'
import { seasonalNaive } from './seasonal-naive.ts'
import { deseasonalised, isSeasonal, reseasonalised, seasonIndices } from './seasonality.ts'
import { theta } from './theta.ts'

const values = fc.array(fc.integer({ min: -200, max: 200 }), { minLength: 16, maxLength: 40 })
const SIMPLE: EtsShape = { trend: 'none', season: 'none' }

describe('exponential smoothing', () => {
  test('walks as worked by hand: level 10, weight ½, values 12 and 8', () => {
    const state: EtsState = { level: 10, slope: 0, seasons: new Float64Array(1) }
    const errors = new Float64Array(2)
    const weights = { level: 0.5, slope: 0, season: 0, damping: 1 }
    expect(filter([12, 8], weights, false, state, errors)).toBe(4 + 9)
    expect([...errors]).toEqual([2, -3])
    expect(state.level).toBe(9.5)
  })

  test('adds a damped slope as worked by hand: 10 + 0.9 × 2, then + 0.81 × 2', () => {
    const fit = {
      ...fitEts([1, 2, 3, 4, 5, 6, 7, 8], 1, { trend: 'damped', season: 'none' }),
      weights: { level: 0.5, slope: 0.1, season: 0, damping: 0.9 },
      state: { level: 10, slope: 2, seasons: new Float64Array(1) },
      deviation: 2,
    }
    const { mean, deviation } = etsForecast(fit, 2)
    expect(mean[0]).toBeCloseTo(11.8, 12)
    expect(mean[1]).toBeCloseTo(13.42, 12)
    expect(deviation[0]).toBe(2)
    expect(deviation[1]).toBeCloseTo(2 * Math.sqrt(1 + (0.5 + 0.1 * 0.9) ** 2), 12)
  })

  test('of a shifted and scaled series is the forecast shifted and scaled', () => {
    const shapes = fc.record({
      trend: fc.constantFrom<EtsShape['trend']>('none', 'additive', 'damped'),
      season: fc.constantFrom<EtsShape['season']>('none', 'additive'),
    })
    fc.assert(
      fc.property(values, shapes, fc.integer({ min: -64, max: 64 }), (series, shape, shift) => {
        const plain = etsForecast(fitEts(series, 4, shape), 6)
        const moved = etsForecast(
          fitEts(
            series.map((value) => 8 * value + shift),
            4,
            shape,
          ),
          6,
        )
        for (const [at, value] of plain.mean.entries()) {
          expect(Math.abs((moved.mean[at] ?? 0) - (8 * value + shift))).toBeLessThan(0.4)
        }
      }),
      { numRuns: 40 },
    )
  })

  test('knows a season that multiplies a line', () => {
    const season = [0.5, 1, 1.5, 1]
    const at = (period: number) => (100 + 2 * period) * (season[period % 4] ?? 0)
    const series = Array.from({ length: 48 }, (_, period) => at(period))
    const fit = fitEts(series, 4, { trend: 'additive', season: 'multiplicative' })
    for (const [ahead, value] of etsForecast(fit, 8).mean.entries()) {
      expect(Math.abs(value / at(48 + ahead) - 1)).toBeLessThan(0.02)
    }
  })
})

describe('seasonal naive', () => {
  test('repeats the last season, with a deviation that grows once a season', () => {
    const { mean, deviation } = seasonalNaive([1, 2, 3, 5], 2, 4)
    expect([...mean]).toEqual([3, 5, 3, 5])
    const step = Math.sqrt((2 ** 2 + 3 ** 2) / 2)
    for (const [at, times] of [1, 1, 2, 2].entries()) {
      expect(deviation[at]).toBeCloseTo(step * Math.sqrt(times), 12)
    }
  })
})

describe('Theta', () => {
  test('rises by half the slope of the line', () => {
    const series = [3, 8, 4, 9, 12, 7, 14, 11, 16, 13]
    const { mean } = theta(series, fitEts(series, 1, SIMPLE), 3)
    const half = lineThrough(series).slope / 2
    expect((mean[1] ?? 0) - (mean[0] ?? 0)).toBeCloseTo(half, 12)
    expect((mean[2] ?? 0) - (mean[1] ?? 0)).toBeCloseTo(half, 12)
  })
})

describe('a season', () => {
  test('is seen in a pattern and not in a line or in fewer than three of it', () => {
    const pattern = Array.from({ length: 24 }, (_, at) => (at % 4 === 0 ? 9 : 1))
    expect(isSeasonal(pattern, 4)).toBe(true)
    expect(isSeasonal(pattern.slice(0, 11), 4)).toBe(false)
    expect(isSeasonal(pattern, 1)).toBe(false)
    expect(
      isSeasonal(
        Array.from({ length: 24 }, () => 5),
        4,
      ),
    ).toBe(false)
  })

  test('is found exactly on a level, and put back', () => {
    const pattern = [4, 8, 12, 8]
    const series = Array.from({ length: 24 }, (_, at) => pattern[at % 4] ?? 0)
    expect(seasonIndices(series, 4, 'multiplicative')).toEqual([0.5, 1, 1.5, 1])
    expect(seasonIndices(series, 4, 'additive')).toEqual([-4, 0, 4, 0])
    const plain = deseasonalised(series, 4)
    expect(plain.values.every((value) => value === 8)).toBe(true)
    expect([...reseasonalised(Float64Array.of(8, 8), plain, 22)]).toEqual([12, 8])
  })
})

describe('the search', () => {
  test('finds a low point inside the cube and one on its side', () => {
    const near = (x: number, y: number) => (point: Float64Array) =>
      ((point[0] ?? 0) - x) ** 2 + 3 * ((point[1] ?? 0) - y) ** 2
    const inside = lowestPoint([0.5, 0.5], near(0.3, 0.7))
    expect(inside[0]).toBeCloseTo(0.3, 2)
    expect(inside[1]).toBeCloseTo(0.7, 2)
    const side = lowestPoint([0.5, 0.5], near(2, 0.4))
    expect(side[0]).toBeCloseTo(1, 2)
    expect(side[1]).toBeCloseTo(0.4, 2)
  })
})
