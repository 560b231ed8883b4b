import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ensembleMargins, leafOf } from '#shared/trees/tree-ensemble.ts'
import { auc } from '../metrics/metrics.ts'
import { seededUniform } from '../random/seeded.ts'
import { binTable } from './bins.ts'
import { TreeGrower } from './grow-tree.ts'
import { completeOptions, type GbdtOptions, TrainingError } from './options.ts'
import { type GbdtTable, trainGbdt } from './train.ts'

const SMALL: Partial<GbdtOptions> = { rounds: 10, maxLeaves: 8, minChildRows: 1, bins: 64 }

/** A table from a seed: some columns decide, one decides only where it is missing, the rest is noise. */
function madeTable(rows: number, seed: number): GbdtTable & { labels: Uint8Array } {
  const random = seededUniform(seed)
  const columns = Array.from({ length: 6 }, () => new Float32Array(rows))
  const labels = new Uint8Array(rows)
  for (let row = 0; row < rows; row++) {
    const values = columns.map(() => random() * 2 - 1)
    const isMissing = random() < 0.2
    const margin =
      3 * (values[0] ?? 0) - 2 * Math.abs(values[1] ?? 0) + (isMissing ? 2 : -0.5) + 0.5
    labels[row] = random() < 1 / (1 + Math.exp(-margin)) ? 1 : 0
    values.forEach((value, column) => {
      const column_ = columns[column]
      if (column_) column_[row] = column === 2 && isMissing ? Number.NaN : value
    })
  }
  return { columns, labels }
}

function rowsOf({ columns }: GbdtTable): Float32Array {
  const count = columns[0]?.length ?? 0
  const rows = new Float32Array(count * columns.length)
  columns.forEach((values, column) => {
    values.forEach((value, row) => {
      rows[row * columns.length + column] = value
    })
  })
  return rows
}

const margins = (table: GbdtTable, given: Partial<GbdtOptions>) => {
  const { ensemble } = trainGbdt(table, given)
  return ensembleMargins(ensemble, rowsOf(table))
}

const someValue = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -4, max: 4 }) },
  { weight: 2, arbitrary: fc.double({ min: -1, max: 1, noNaN: true }) },
  fc.constantFrom(
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    3.4e38,
    -3.4e38,
    1e-45,
    0.1,
    Math.fround(0.1),
  ),
)

const someTable: fc.Arbitrary<GbdtTable> = fc.integer({ min: 2, max: 60 }).chain((rows) =>
  fc.record({
    columns: fc.array(
      fc.array(someValue, { minLength: rows, maxLength: rows }).map((v) => Float32Array.from(v)),
      { minLength: 1, maxLength: 4 },
    ),
    labels: fc.array(fc.constantFrom(0, 1), { minLength: rows, maxLength: rows }),
  }),
)

describe('gradient boosting', () => {
  test('finds what decides: columns, curves and what a missing value means', () => {
    const { ensemble } = trainGbdt(madeTable(4_000, 1), { rounds: 60 })
    const fresh = madeTable(4_000, 2)
    const predicted = ensembleMargins(ensemble, rowsOf(fresh))
    expect(auc({ probabilities: predicted, outcomes: fresh.labels })).toBeGreaterThan(0.85)
    const used = new Set(ensemble.trees[0]?.features)
    expect(used.has(0)).toBe(true)
    const probe = (missing: boolean) =>
      ensembleMargins(ensemble, Float32Array.of(0, 0, missing ? Number.NaN : 0, 0, 0, 0))[0] ?? 0
    expect(probe(true)).toBeGreaterThan(probe(false) + 1)
  })

  test('gives the same bits for the same table and seed, and others for another seed', () => {
    const table = madeTable(500, 3)
    const sampled = { ...SMALL, rowShare: 0.7, columnShare: 0.5 }
    const first = trainGbdt(table, { ...sampled, seed: 5 })
    expect(trainGbdt(table, { ...sampled, seed: 5 })).toEqual(first)
    expect(trainGbdt(table, { ...sampled, seed: 6 })).not.toEqual(first)
  })

  test('sends each row in training where the finished tree sends it, on thresholds and extremes too', () => {
    fc.assert(
      fc.property(someTable, fc.integer({ min: 2, max: 8 }), fc.nat(), (table, bins, seed) => {
        const random = seededUniform(seed)
        const rows = table.labels.length
        const order = Int32Array.from({ length: rows }, (_, row) => row)
        const columns = Int32Array.from(table.columns, (_, column) => column)
        const gradients = Float64Array.from(order, () => random() - 0.5)
        const grower = new TreeGrower(
          binTable(table.columns, bins, 1),
          completeOptions({ ...SMALL, minChildWeight: 1 }),
        )
        const { tree, leaves } = grower.grow(
          order,
          columns,
          gradients,
          new Float64Array(rows).fill(1),
        )
        expect(leaves.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(rows)
        leaves.forEach(({ from, to }, leaf) => {
          for (const row of order.subarray(from, to)) {
            expect(
              leafOf(
                tree,
                table.columns.map((values) => values[row] ?? 0),
              ),
            ).toBe(leaf)
          }
        })
        expect(tree.thresholds.every((threshold) => Math.fround(threshold) === threshold)).toBe(
          true,
        )
      }),
      { numRuns: 500 },
    )
  })

  test('lowers the loss of what it learns from with every round', () => {
    fc.assert(
      fc.property(someTable, (table) => {
        const { validationLoss } = trainGbdt(table, SMALL, { validation: table })
        validationLoss.forEach((loss, round) => {
          if (round > 0) expect(loss).toBeLessThanOrEqual((validationLoss[round - 1] ?? 0) + 1e-6)
        })
      }),
    )
  })

  test('a row that counts twice is as good as two rows', () => {
    const table = madeTable(200, 4)
    const weights = Float64Array.from(table.labels, (_, row) => (row % 3 === 0 ? 2 : 1))
    const rows = Array.from(weights, (weight, row) => Array(weight).fill(row) as number[]).flat()
    const repeated = {
      columns: table.columns.map((values) => Float32Array.from(rows, (row) => values[row] ?? 0)),
      labels: Uint8Array.from(rows, (row) => table.labels[row] ?? 0),
    }
    const options = { ...SMALL, minChildRows: 0, bins: 255 }
    const weighted = trainGbdt({ ...table, weights }, options).ensemble
    const doubled = trainGbdt(repeated, options).ensemble
    const at = rowsOf(table)
    const [a, b] = [ensembleMargins(weighted, at), ensembleMargins(doubled, at)]
    a.forEach((margin, row) => {
      expect(margin).toBeCloseTo(b[row] ?? Number.NaN, 4)
    })
  })

  test('keeps a column monotone, whatever else is learned', () => {
    fc.assert(
      fc.property(someTable, fc.constantFrom(1, -1), (table, sign) => {
        const monotone = table.columns.map((_, column) => (column === 0 ? sign : 0))
        const { ensemble } = trainGbdt(table, { ...SMALL, monotone, learningRate: 0.5 })
        const grid = [-1e9, -4, -3, -1, -0.5, 0, 0.1, 0.5, 1, 2, 4, 1e9]
        const others = table.columns.map((values) => values[0] ?? 0)
        const along = grid.map(
          (value) =>
            ensembleMargins(ensemble, Float32Array.from([value, ...others.slice(1)]))[0] ?? 0,
        )
        along.forEach((margin, index) => {
          if (index > 0) expect(sign * (margin - (along[index - 1] ?? 0))).toBeGreaterThan(-1e-5)
        })
      }),
      { numRuns: 200 },
    )
  })

  test('no leaf is lighter than allowed', () => {
    fc.assert(
      fc.property(someTable, fc.double({ min: 0.1, max: 3, noNaN: true }), (table, least) => {
        const { ensemble } = trainGbdt(table, { ...SMALL, minChildWeight: least })
        for (const { leafCover } of ensemble.trees) {
          if (leafCover.length > 1) {
            for (const cover of leafCover) expect(cover).toBeGreaterThan(least - 1e-6)
          }
        }
      }),
    )
  })

  test('penalties pull leaves towards nothing, and enough of the first kind leaves none', () => {
    const table = madeTable(400, 5)
    const spread = (given: Partial<GbdtOptions>) => {
      const all = margins(table, { ...SMALL, ...given })
      return Math.max(...all) - Math.min(...all)
    }
    expect(spread({ l2: 50 })).toBeLessThan(spread({ l2: 0 }))
    expect(spread({ l1: 5 })).toBeLessThan(spread({ l1: 0 }))
    expect(spread({ l1: 1e6 })).toBe(0)
  })

  test('stops when the validation loss no longer gets better, and keeps the best round', () => {
    const { ensemble, validationLoss } = trainGbdt(
      madeTable(300, 6),
      { rounds: 300, learningRate: 0.3, patienceRounds: 10 },
      { validation: madeTable(300, 7) },
    )
    const best = validationLoss.indexOf(Math.min(...validationLoss)) + 1
    expect(ensemble.trees).toHaveLength(best)
    expect(validationLoss).toHaveLength(best + 10)
  })

  test('learns a value by least squares', () => {
    const random = seededUniform(8)
    const x = Float32Array.from({ length: 2_000 }, () => random() * 10)
    const labels = Float64Array.from(x, (value) => Math.sin(value) + 5)
    const { ensemble } = trainGbdt({ columns: [x], labels }, { loss: 'squared', rounds: 100 })
    const fitted = ensembleMargins(ensemble, x)
    const error = fitted.reduce((sum, value, row) => sum + (value - (labels[row] ?? 0)) ** 2, 0)
    expect(error / fitted.length).toBeLessThan(0.001)
    expect(ensemble.link).toBe('identity')
  })

  test('columns that say nothing give the average', () => {
    const table = {
      columns: [new Float32Array(100).fill(3)],
      labels: Array(100).fill(0).fill(1, 75),
    }
    const { ensemble } = trainGbdt(table, SMALL)
    expect(ensemble.trees.every(({ features }) => features.length === 0)).toBe(true)
    expect(ensembleMargins(ensemble, Float32Array.of(1))[0]).toBeCloseTo(Math.log(1 / 3), 5)
    const [tree] = ensemble.trees
    expect(tree && leafOf(tree, [1])).toBe(0)
  })

  test.each([
    [{ rounds: 0 }, 'rounds is 0; it must lie between 1 and 100000.'],
    [{ bins: 256 }, 'bins is 256; it must lie between 2 and 255.'],
    [{ monotone: [1] }, 'There are 1 monotone signs for 6 columns.'],
  ])('refuses options that make no sense: %j', (given, reason) => {
    expect(() => trainGbdt(madeTable(50, 9), given)).toThrow(reason)
  })

  test('refuses a table that does not fit together, naming the row', () => {
    const { columns } = madeTable(10, 9)
    const refusal = (table: GbdtTable) => {
      try {
        trainGbdt(table)
      } catch (error) {
        if (error instanceof TrainingError) return error.message
      }
      return null
    }
    expect(refusal({ columns, labels: Array(9).fill(0) })).toMatch('Column 0 has 10 rows')
    expect(refusal({ columns, labels: [...Array(9).fill(0), 2] })).toBe('The label of row 9 is 2.')
    const weights = [...Array(9).fill(1), -1]
    expect(refusal({ columns, labels: Array(10).fill(0), weights })).toBe(
      'The weight of row 9 is -1.',
    )
    expect(refusal({ columns: [], labels: [] })).toMatch('no columns')
  })
})
