import { expect, test } from 'vitest'
import { trainGbdt } from '../gbdt/train.ts'
import { seededUniform } from '../random/seeded.ts'
import { shapImportance } from './shap-importance.ts'

const ROWS = 2_000

function world(seed: number) {
  const next = seededUniform(seed)
  const columns = [0, 1, 2].map(() => Float32Array.from({ length: ROWS }, next))
  const [strong, weak] = columns
  const labels = Uint8Array.from({ length: ROWS }, (_, row) => {
    const margin = 6 * ((strong?.[row] ?? 0) - 0.5) + 1.5 * ((weak?.[row] ?? 0) - 0.5)
    return next() < 1 / (1 + Math.exp(-margin)) ? 1 : 0
  })
  const { ensemble } = trainGbdt(
    { columns, labels },
    { rounds: 40, maxLeaves: 7, minChildRows: 50 },
  )
  const rows = Float32Array.from(
    { length: 200 * 3 },
    (_, at) => columns[at % 3]?.[Math.floor(at / 3)] ?? 0,
  )
  return { ensemble, rows }
}

test('columns are ordered by how far they move the margin, and what says nothing moves it least', () => {
  const { ensemble, rows } = world(1)
  const found = shapImportance(ensemble, ['strong', 'weak', 'noise'], rows)
  const [strong = 0, weak = 0, noise = 0] = found.values()
  // The mean distance of 6 (u − ½) from 0 is 1.5, of 1.5 (u − ½) it is 0.375.
  expect(Math.abs(strong - 1.5)).toBeLessThan(0.3)
  expect(Math.abs(weak - 0.375)).toBeLessThan(0.2)
  expect(noise).toBeLessThan(weak / 2)
})

test('encoded columns of one name count as their sum', () => {
  const { ensemble, rows } = world(2)
  const apart = shapImportance(ensemble, ['a', 'b', 'c'], rows)
  const together = shapImportance(ensemble, ['a', 'b', 'b'], rows)
  expect(together.get('a')).toBe(apart.get('a'))
  expect(together.get('b')).toBeLessThanOrEqual((apart.get('b') ?? 0) + (apart.get('c') ?? 0))
  expect(together.size).toBe(2)
})

test('no rows give nothing to divide by', () => {
  const { ensemble } = world(3)
  expect([...shapImportance(ensemble, ['a', 'b', 'c'], new Float32Array()).values()]).toEqual([
    0, 0, 0,
  ])
})
