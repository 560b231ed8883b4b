import { describe, expect, test } from 'vitest'
import { auc } from '../metrics/metrics.ts'
import type { DesignMatrix } from './fit.ts'
import { fitLogistic } from './fit.ts'
import {
  outcomesOf,
  predict,
  splitByTime,
  TrainingError,
  type TrainingRow,
  trainLogistic,
} from './train.ts'

function uniform(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const FEATURES = [
  { name: 'visits', type: 'number' },
  { name: 'knows_us', type: 'boolean' },
  { name: 'industry', type: 'category', levels: ['software', 'retail', 'never seen'] },
  { name: 'constant', type: 'number' },
] as const

/** Rows of a known truth: margin = −2 + log1p(visits) + 1.5 for software + 0.8 where they know us. */
function rowsOfKnownTruth(count: number, seed: number): TrainingRow[] {
  const next = uniform(seed)
  return Array.from({ length: count }, (_, index) => {
    const visits = Math.floor(Math.exp(next() * 3)) - 1
    const industry = next() < 0.3 ? null : next() < 0.5 ? 'software' : 'retail'
    const knowsUs = next() < 0.4
    const margin =
      -2 + Math.log1p(visits) + (industry === 'software' ? 1.5 : 0) + (knowsUs ? 0.8 : 0)
    return {
      at: index,
      features: { visits, knows_us: knowsUs, industry, constant: 1 },
      converted: next() < 1 / (1 + Math.exp(-margin)),
    }
  })
}

describe('logistic regression', () => {
  test('a fit stands where the gradient of the penalized likelihood is zero', () => {
    const next = uniform(5)
    const matrix: DesignMatrix = {
      rows: 400,
      columns: 3,
      values: Float64Array.from({ length: 1200 }, () => next() * 4 - 2),
    }
    const outcomes = Uint8Array.from({ length: 400 }, (_, row) =>
      next() < 1 / (1 + Math.exp(-(matrix.values[row * 3] ?? 0))) ? 1 : 0,
    )
    const l2 = 2
    const fit = fitLogistic(matrix, outcomes, l2)
    expect(fit.converged).toBe(true)
    const gradient = new Float64Array(4)
    for (let row = 0; row < matrix.rows; row++) {
      const columns = matrix.values.subarray(row * 3, row * 3 + 3)
      const margin = columns.reduce((sum, x, c) => sum + x * (fit.weights[c] ?? 0), fit.bias)
      const residual = 1 / (1 + Math.exp(-margin)) - (outcomes[row] ?? 0)
      columns.forEach((x, c) => {
        gradient[c] = (gradient[c] ?? 0) + residual * x
      })
      gradient[3] = (gradient[3] ?? 0) + residual
    }
    fit.weights.forEach((weight, c) => {
      expect((gradient[c] ?? 0) + l2 * weight).toBeCloseTo(0, 4)
    })
    expect(gradient[3]).toBeCloseTo(0, 4)
  })

  test('perfectly separable rows still give finite weights', () => {
    const values = Float64Array.from({ length: 50 }, (_, row) => row - 25)
    const outcomes = values.map((value) => (value >= 0 ? 1 : 0))
    const fit = fitLogistic({ rows: 50, columns: 1, values }, outcomes, 1)
    expect(fit.converged).toBe(true)
    expect(fit.weights[0]).toBeGreaterThan(0)
    expect(Number.isFinite(fit.weights[0])).toBe(true)
  })

  test('it recovers a known truth and predicts rows it has not seen', () => {
    const trained = trainLogistic(FEATURES, rowsOfKnownTruth(8000, 1))
    const unseen = rowsOfKnownTruth(4000, 2)
    const probabilities = predict(trained, unseen)
    const outcomes = outcomesOf(unseen)
    const truth = unseen.map(({ features }) => {
      const software = features.industry === 'software' ? 1.5 : 0
      const knows = features.knows_us === true ? 0.8 : 0
      return Math.log1p(Number(features.visits)) + software + knows
    })
    expect(auc({ probabilities, outcomes })).toBeGreaterThan(
      auc({ probabilities: truth, outcomes }) - 0.005,
    )
    const perUnit = (feature: string): number[] =>
      trained.columns.flatMap((column, index) =>
        column.feature === feature && column.encoding.kind !== 'missing'
          ? [trained.parameters.weights[index] ?? 0]
          : [],
      )
    expect(perUnit('visits')[0]).toBeCloseTo(1, 0)
    expect(perUnit('knows_us')[0]).toBeCloseTo(0.8, 0)
    const [software = 0, retail = 0] = perUnit('industry')
    expect(software - retail).toBeCloseTo(1.5, 0)
  })

  test('columns that never vary are left out and heavy tails are taken as logarithms', () => {
    const { columns } = trainLogistic(FEATURES, rowsOfKnownTruth(2000, 3))
    expect(columns).toEqual([
      { feature: 'visits', encoding: { kind: 'number', transform: 'log1p' } },
      { feature: 'knows_us', encoding: { kind: 'boolean' } },
      { feature: 'industry', encoding: { kind: 'level', level: 'software' } },
      { feature: 'industry', encoding: { kind: 'level', level: 'retail' } },
      { feature: 'industry', encoding: { kind: 'missing' } },
    ])
  })

  test('the same rows give the same weights, bit for bit', () => {
    const rows = rowsOfKnownTruth(2000, 4)
    expect(trainLogistic(FEATURES, rows)).toEqual(trainLogistic(FEATURES, rows))
  })

  test('rows of one outcome are refused in words', () => {
    const rows = rowsOfKnownTruth(100, 4).map((row) => ({ ...row, converted: false }))
    expect(() => trainLogistic(FEATURES, rows)).toThrow(TrainingError)
    expect(() => trainLogistic(FEATURES, rows)).toThrow(/Of 75 earlier rows, 0 converted/)
  })

  test('a split by time never puts a later row before an earlier one', () => {
    const rows = [5, 1, 4, 2, 3, 3].map((at) => ({ at }))
    const { earlier, later, at } = splitByTime(rows, 0.5)
    expect(earlier.every((row) => row.at < at)).toBe(true)
    expect(later.every((row) => row.at >= at)).toBe(true)
    expect(earlier.length + later.length).toBe(rows.length)
  })
})
