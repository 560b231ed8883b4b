import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isCategory, type Table } from '../table/table.ts'
import { type FoldLearner, fitFold, unseenMargins } from './fit-folds.ts'
import { heldOut, latestApart, stratifiedFolds } from './folds.ts'

const outcomesArbitrary = fc
  .array(fc.constantFrom(0, 1), { minLength: 20, maxLength: 200 })
  .map((outcomes) => Uint8Array.from(outcomes))
const positivesAmong = (outcomes: Uint8Array, rows: Uint32Array): number =>
  rows.reduce((sum, row) => sum + (outcomes[row] ?? 0), 0)

describe('splits', () => {
  test('every row is tested in exactly one fold, and folds are alike in size and outcomes', () => {
    fc.assert(
      fc.property(
        outcomesArbitrary,
        fc.integer({ min: 2, max: 6 }),
        fc.integer(),
        (outcomes, count, seed) => {
          const folds = stratifiedFolds(outcomes, count, seed)
          const tested = folds.flatMap(({ test }) => Array.from(test)).sort((a, b) => a - b)
          expect(tested).toEqual(Array.from(outcomes.keys()))
          const sizes = folds.map(({ test }) => test.length)
          const positives = folds.map(({ test }) => positivesAmong(outcomes, test))
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
          expect(Math.max(...positives) - Math.min(...positives)).toBeLessThanOrEqual(1)
          for (const { fit, test } of folds) {
            expect(fit.length + test.length).toBe(outcomes.length)
            expect(fit.some((row) => test.includes(row))).toBe(false)
          }
        },
      ),
    )
  })

  test('the same seed gives the same folds, another seed others', () => {
    const outcomes = Uint8Array.from({ length: 100 }, (_, row) => (row % 3 === 0 ? 1 : 0))
    expect(stratifiedFolds(outcomes, 5, 3)).toEqual(stratifiedFolds(outcomes, 5, 3))
    expect(stratifiedFolds(outcomes, 5, 3)).not.toEqual(stratifiedFolds(outcomes, 5, 4))
  })

  test('a held-out part has its share of both outcomes', () => {
    const outcomes = Uint8Array.from({ length: 1000 }, (_, row) => (row % 10 === 0 ? 1 : 0))
    const { fit, test } = heldOut(outcomes, 0.2, 1)
    expect([fit.length, test.length]).toEqual([800, 200])
    expect(positivesAmong(outcomes, test)).toBe(20)
  })

  test('nothing that is tested by time is as old as anything the model was fitted on', () => {
    const times = fc.array(fc.oneof(fc.integer({ min: 0, max: 30 }), fc.constant(Number.NaN)), {
      minLength: 10,
      maxLength: 80,
    })
    fc.assert(
      fc.property(times, (at) => {
        fc.pre(at.some((time) => !Number.isNaN(time)))
        const { fit, test, left } = latestApart(at, 0.25)
        expect(fit.length + test.length + left).toBe(at.length)
        const oldest = Math.min(...Array.from(test, (row) => at[row] ?? 0))
        for (const row of fit) expect(at[row]).toBeLessThan(oldest)
      }),
    )
  })
})

describe('cross-validation', () => {
  test('a row is predicted by a model that never saw it, and keeps its place', () => {
    const rows = 50
    const table: Table = {
      rows,
      columns: [
        {
          name: 'row',
          format: { kind: 'number', decimal: '.' },
          values: Float32Array.from({ length: rows }, (_, row) => row),
        },
      ],
    }
    const valuesOf = ({ columns: [column] }: Table): number[] =>
      column && !isCategory(column) ? Array.from(column.values) : []
    const outcomes = Uint8Array.from({ length: rows }, (_, row) => row % 2)
    const memory: FoldLearner<Set<number>> = {
      train: (seen) => new Set(valuesOf(seen)),
      margins: (known, asked) =>
        Float64Array.from(valuesOf(asked), (row) => (known.has(row) ? -1 : row)),
    }
    const splits = stratifiedFolds(outcomes, 5, 0)
    const folds = splits.map((split) => fitFold(memory, { table, outcomes }, split, 0))
    const unseen = unseenMargins(rows, splits, folds)
    expect(Array.from(unseen)).toEqual(Array.from({ length: rows }, (_, row) => row))
  })
})
