import fc from 'fast-check'
import { expect, test } from 'vitest'
import { auc } from '../metrics/metrics.ts'
import { seededUniform } from '../random/seeded.ts'
import { applyEncoding, encodeCategory } from './categories.ts'

test('a category of many levels whose labels are chance says nothing to the rows of training', () => {
  const random = seededUniform(1)
  const rows = 20_000
  const codes = Int32Array.from({ length: rows }, () => Math.floor(random() * 5_000))
  const labels = Uint8Array.from(codes, () => (random() < 0.5 ? 1 : 0))
  const { columns, encoding } = encodeCategory({ codes, levels: 5_000 }, labels, 2)
  const [seen] = columns
  const whole = applyEncoding(encoding, codes)[0]
  if (!seen || !whole) throw new Error('The category has a column.')
  // What new rows get holds the labels of training, four rows a level, and would give them away.
  expect(auc({ probabilities: whole, outcomes: labels })).toBeGreaterThan(0.65)
  expect(Math.abs(auc({ probabilities: seen, outcomes: labels }) - 0.5)).toBeLessThan(0.03)
})

test('levels that differ are told apart, and a rare one leans on the average', () => {
  const codes = Int32Array.from({ length: 1_001 }, (_, row) => (row === 1_000 ? 9 : row % 9))
  const labels = Uint8Array.from(codes, (code) => (code < 3 || code === 9 ? 1 : 0))
  const { encoding } = encodeCategory({ codes, levels: 10 }, labels, 3)
  const means = applyEncoding(encoding, Int32Array.of(0, 5, 9, 77, -1))[0]
  expect(means?.[0]).toBeGreaterThan(0.9)
  expect(means?.[1]).toBeLessThan(0.1)
  expect(means?.[2]).toBeCloseTo((1 + 10 * (335 / 1001)) / 11, 2)
  expect(means?.[3]).toBeCloseTo(335 / 1001, 2)
  expect(means?.[4]).toBeNaN()
})

test('few levels get a column each', () => {
  const codes = Int32Array.of(0, 2, -1, 1)
  const { columns } = encodeCategory({ codes, levels: 3 }, [0, 1, 0, 1], 4)
  expect(columns.map((column) => [...column])).toEqual([
    [1, 0, Number.NaN, 0],
    [0, 0, Number.NaN, 1],
    [0, 1, Number.NaN, 0],
  ])
})

test('the same seed gives the same columns, and each row of training gets what lies between its bounds', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: -1, max: 11 }), fc.constantFrom(0, 1)), { minLength: 1 }),
      fc.nat(),
      (rows, seed) => {
        const codes = Int32Array.from(rows, ([code]) => code)
        const labels = rows.map(([, label]) => label)
        const first = encodeCategory({ codes, levels: 12 }, labels, seed)
        expect(encodeCategory({ codes, levels: 12 }, labels, seed)).toEqual(first)
        first.columns[0]?.forEach((value, row) => {
          if (codes[row] === -1) expect(value).toBeNaN()
          else expect(value >= 0 && value <= 1).toBe(true)
        })
      },
    ),
  )
})
