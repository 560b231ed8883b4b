import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { auc, type Predictions } from '../../metrics/metrics.ts'
import { qualityOf } from '../../metrics/quality.ts'
import { seededUniform } from '../../random/seeded.ts'
import { calibrationPlot, rateInterval } from './calibration-plot.ts'
import { ticksTo } from './chart.ts'
import { liftPlot } from './lift-plot.ts'
import { rocPlot, rocPoints } from './roc.ts'
import { scorePlot, scoreShares } from './score-plot.ts'

function rows(count: number, seed: number): Predictions {
  const uniform = seededUniform(seed)
  const probabilities = Float64Array.from({ length: count }, () => uniform())
  return { probabilities, outcomes: probabilities.map((p) => (uniform() < p ? 1 : 0)) }
}

describe('plots of a card', () => {
  test('the ROC curve rises from corner to corner, and its area is the AUC', () => {
    const predictions = rows(5_000, 1)
    const points = rocPoints(predictions)
    expect(points[0]).toEqual([0, 0])
    expect(points.at(-1)).toEqual([1, 1])
    expect(points.length).toBeLessThan(200)
    let area = 0
    points.forEach(([x, y], index) => {
      const [beforeX, beforeY] = points[index - 1] ?? [0, 0]
      expect(x).toBeGreaterThanOrEqual(beforeX)
      expect(y).toBeGreaterThanOrEqual(beforeY)
      area += ((x - beforeX) * (y + beforeY)) / 2
    })
    expect(area).toBeCloseTo(auc(predictions), 2)
  })

  test('scores of an outcome are shares of its own rows', () => {
    const predictions = { probabilities: [0, 0.01, 0.5, 1], outcomes: [0, 0, 1, 1] }
    expect(scoreShares(predictions, 0)[0]).toBe(1)
    expect(scoreShares(predictions, 1)[24]).toBe(0.5)
  })

  test('an interval of a rate holds the rate and stays a rate', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(), (count, hits) => {
        const rate = (hits % (count + 1)) / count
        const { low, high } = rateInterval(rate, count)
        expect(low).toBeGreaterThanOrEqual(0)
        expect(low).toBeLessThanOrEqual(rate + 1e-12)
        expect(high).toBeGreaterThanOrEqual(rate - 1e-12)
        expect(high).toBeLessThanOrEqual(1)
      }),
    )
  })

  test('an axis reaches its highest value in a few round steps', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-4, max: 1e6, noNaN: true }), (most) => {
        const ticks = ticksTo(most)
        expect(ticks[0]).toBe(0)
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(most * (1 - 1e-8))
        expect(ticks.length).toBeLessThanOrEqual(7)
      }),
    )
  })

  test('every plot is whole: no NaN, a description, light and dark, and it is the same each time', () => {
    const predictions = rows(800, 2)
    const quality = qualityOf(predictions, 0)
    const draw = (): string[] => [
      rocPlot(predictions, rows(800, 3)),
      calibrationPlot(quality),
      liftPlot(quality),
      scorePlot(predictions),
    ]
    for (const svg of draw()) {
      expect(svg).not.toMatch(/NaN|undefined|Infinity/)
      expect(svg).toMatch(/<desc>.{40,}<\/desc>/)
      expect(svg).toContain('prefers-color-scheme: dark')
      expect(svg.match(/<(path|text|svg|rect|circle|g)\b/g)?.length).toBeGreaterThan(15)
      expect(svg.length).toBeLessThan(12_000)
    }
    expect(draw()).toEqual(draw())
  })
})
