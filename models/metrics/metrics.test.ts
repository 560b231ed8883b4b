import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Predictions } from './metrics.ts'
import {
  auc,
  brier,
  calibrationBins,
  expectedCalibrationError,
  logLoss,
  topDecileLift,
} from './metrics.ts'

const predictions = fc
  .array(
    fc.tuple(
      fc.integer({ min: 0, max: 20 }).map((n) => n / 20),
      fc.constantFrom(0, 1),
    ),
    { minLength: 2, maxLength: 60 },
  )
  .filter((rows) => rows.some(([, y]) => y === 1) && rows.some(([, y]) => y === 0))
  .map(
    (rows): Predictions => ({
      probabilities: rows.map(([p]) => p),
      outcomes: rows.map(([, y]) => y),
    }),
  )

/** The definition: every pair of a converter and a non-converter, ties counting half. */
function aucByPairs({ probabilities, outcomes }: Predictions): number {
  let wins = 0
  let pairs = 0
  for (let i = 0; i < outcomes.length; i++) {
    for (let j = 0; j < outcomes.length; j++) {
      if (outcomes[i] !== 1 || outcomes[j] !== 0) continue
      const gap = Math.sign((probabilities[i] ?? 0) - (probabilities[j] ?? 0))
      wins += (gap + 1) / 2
      pairs++
    }
  }
  return wins / pairs
}

describe('metrics of predictions', () => {
  test('AUC equals the share of pairs in the right order, ties counting half', () => {
    fc.assert(
      fc.property(predictions, (rows) => {
        expect(auc(rows)).toBeCloseTo(aucByPairs(rows), 12)
      }),
      { verbose: 1 },
    )
  })

  test('AUC is 1 for a perfect order, 0 for its reverse and a half for constants', () => {
    const outcomes = [0, 0, 1, 1]
    expect(auc({ probabilities: [0.1, 0.2, 0.8, 0.9], outcomes })).toBe(1)
    expect(auc({ probabilities: [0.9, 0.8, 0.2, 0.1], outcomes })).toBe(0)
    expect(auc({ probabilities: [0.3, 0.3, 0.3, 0.3], outcomes })).toBe(0.5)
  })

  test('log loss and Brier score have their textbook values', () => {
    const rows = { probabilities: [0.8, 0.4], outcomes: [1, 0] }
    expect(logLoss(rows)).toBeCloseTo(-(Math.log(0.8) + Math.log(0.6)) / 2, 12)
    expect(brier(rows)).toBeCloseTo((0.04 + 0.16) / 2, 12)
    expect(Number.isFinite(logLoss({ probabilities: [0], outcomes: [1] }))).toBe(true)
  })

  test('calibration error is zero where rates are as predicted and the gap where they are not', () => {
    const outcomes = Array.from({ length: 100 }, (_, row) => (row % 4 === 0 ? 1 : 0))
    const right = { probabilities: outcomes.map(() => 0.25), outcomes }
    expect(expectedCalibrationError(right, 5)).toBeCloseTo(0, 12)
    const high = { probabilities: outcomes.map(() => 0.65), outcomes }
    expect(expectedCalibrationError(high, 5)).toBeCloseTo(0.4, 12)
    expect(calibrationBins(right, 5).reduce((sum, bin) => sum + bin.rows, 0)).toBe(100)
  })

  test('lift of the top tenth compares it with the average rate', () => {
    const probabilities = Array.from({ length: 100 }, (_, row) => row / 100)
    const outcomes = probabilities.map((p) => (p >= 0.95 || p < 0.05 ? 1 : 0))
    expect(topDecileLift({ probabilities, outcomes })).toBeCloseTo(5, 12)
  })
})
