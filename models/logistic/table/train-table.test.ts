import { describe, expect, test } from 'vitest'
import { permutationImportance } from '../../importance/permutation.ts'
import { auc } from '../../metrics/metrics.ts'
import { sigmoid } from '../../onnx/linear-walker.ts'
import { seededUniform } from '../../random/seeded.ts'
import { isCategory, type Table } from '../../table/table.ts'
import { tableMargins, trainTableLogistic } from './train-table.ts'

const LEVELS = ['retail', 'software', 'seen once', 'seen twice']

/** margin = −1 + 2·log1p(visits) − 2 for software, + 1.5 where the size is missing; `noise` says nothing. */
function knownTruth(rows: number, seed: number) {
  const uniform = seededUniform(seed)
  const visits = new Float32Array(rows)
  const size = new Float32Array(rows)
  const noise = new Float32Array(rows)
  const codes = new Int32Array(rows)
  const truth = new Float64Array(rows)
  for (let row = 0; row < rows; row++) {
    visits[row] = Math.floor(Math.exp(3 * uniform()) - 1)
    size[row] = uniform() < 0.2 ? Number.NaN : 100 * uniform()
    noise[row] = uniform()
    codes[row] = row < 3 ? Math.min(row + 2, 3) : uniform() < 0.5 ? 1 : uniform() < 0.1 ? -1 : 0
    truth[row] =
      2 * Math.log1p(visits[row] ?? 0) -
      4 +
      (codes[row] === 1 ? -2 : 0) +
      (Number.isNaN(size[row]) ? 1.5 : 0)
  }
  const table: Table = {
    rows,
    columns: [
      { name: 'visits', format: { kind: 'number', decimal: '.' }, values: visits },
      { name: 'size', format: { kind: 'number', decimal: '.' }, values: size },
      { name: 'noise', format: { kind: 'number', decimal: '.' }, values: noise },
      { name: 'industry', format: { kind: 'category', levels: LEVELS }, codes },
    ],
  }
  const outcomes = Uint8Array.from(truth, (margin) => (uniform() < sigmoid(margin) ? 1 : 0))
  return { table, outcomes, truth }
}

describe('logistic regression on a table', () => {
  const learned = knownTruth(6_000, 1)
  const model = trainTableLogistic(learned.table, learned.outcomes, 0)

  test('it orders unseen rows nearly as well as the truth does', () => {
    const { table, outcomes, truth } = knownTruth(4_000, 2)
    const found = auc({ probabilities: tableMargins(model, table), outcomes })
    expect(found).toBeGreaterThan(auc({ probabilities: truth, outcomes }) - 0.005)
  })

  test('a heavy tail is taken as its logarithm, rare levels share a weight, missing has its own', () => {
    const term = (name: string) => model.plan.terms.find(({ column }) => column === name)
    expect(term('visits')).toMatchObject({ transform: 'log1p', saysMissing: false })
    expect(term('size')).toMatchObject({ transform: 'identity', saysMissing: true })
    const industry = term('industry')
    if (industry?.kind !== 'category') throw new Error('There is no industry.')
    expect(industry.slots[2]).toBe(industry.slots[3])
    expect(new Set([...industry.slots, industry.missingSlot]).size).toBe(4)
  })

  test('the same rows and seed give the same weights', () => {
    expect(trainTableLogistic(learned.table, learned.outcomes, 0)).toEqual(model)
  })

  test('values far beyond those of training change no more than the furthest there', () => {
    const extreme = (value: number): number => {
      const columns = learned.table.columns.map((column) =>
        isCategory(column)
          ? { ...column, codes: Int32Array.of(0) }
          : { ...column, values: Float32Array.of(value) },
      )
      return tableMargins(model, { rows: 1, columns })[0] ?? Number.NaN
    }
    expect(extreme(1e30)).toBe(extreme(1e6))
  })

  test('permutation importance puts what made the outcomes first and noise last', () => {
    const { table, outcomes } = knownTruth(3_000, 3)
    const predict = (rows: Table): Float64Array => tableMargins(model, rows).map(sigmoid)
    const found = permutationImportance(predict, table, outcomes, { seed: 0 })
    expect(found.map(({ column }) => column)).toEqual(['visits', 'industry', 'size', 'noise'])
    expect(found[0]?.aucLost).toBeGreaterThan(0.1)
    expect(Math.abs(found[3]?.aucLost ?? 1)).toBeLessThan(0.005)
    expect(permutationImportance(predict, table, outcomes, { seed: 0 })).toEqual(found)
  })
})
