import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededUniform } from '#models/random/seeded.ts'
import { growForest, type Rows } from './grow-forest.ts'
import { isolationOf } from './isolation.ts'
import { IsolationError } from './isolation-error.ts'
import { pathLengths } from './path-length.ts'

/** Rows whose values lie evenly within 0 and 1; some are missing. */
function evenRows(seed: number, count: number, columns: number, missingShare = 0): Rows {
  const uniform = seededUniform(seed)
  return {
    columns,
    values: Float64Array.from({ length: count * columns }, () =>
      uniform() < missingShare ? Number.NaN : uniform(),
    ),
  }
}

const rowOf = ({ values, columns }: Rows, row: number) =>
  values.subarray(row * columns, (row + 1) * columns)

function kindOf(rows: Rows): string {
  try {
    growForest(rows, { seed: 1 })
  } catch (error) {
    if (error instanceof IsolationError) return error.kind
    throw error
  }
  return 'none'
}

describe('an isolation forest', () => {
  test('isolates a row that lies apart, and says by which column', () => {
    for (let seed = 1; seed <= 4; seed++) {
      const rows = evenRows(seed, 600, 2)
      rows.values[5 * 2] = 0.5
      rows.values[5 * 2 + 1] = 9
      const read = isolationOf(growForest(rows, { seed }))
      const scores = Array.from({ length: 600 }, (_, row) => read(rowOf(rows, row)).score)
      expect(scores.indexOf(Math.max(...scores)), `seed ${seed}`).toBe(5)
      expect(scores[5]).toBeGreaterThan(0.65)
      const { gains } = read(rowOf(rows, 5))
      expect(gains.indexOf(Math.max(...gains))).toBe(1)
      expect(gains[1]).toBeGreaterThan(3 * (gains[0] ?? 0))
    }
  })

  test('gives gains that are together what the row saves compared with chance', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(0, 0.3), (seed, missingShare) => {
        const rows = evenRows(seed, 80, 3, missingShare)
        const forest = growForest(rows, { seed, trees: 10, sampleSize: 64 })
        const whole = pathLengths(64)[64] ?? 0
        const { score, gains, pathLength } = isolationOf(forest)(rowOf(rows, 7))
        expect(gains.reduce((sum, gain) => sum + gain, 0)).toBeCloseTo(whole - pathLength, 10)
        expect(score).toBeCloseTo(2 ** (-pathLength / whole), 12)
        expect(score > 0 && score < 1).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  test('is the same for the same seed to the last bit, and another for another', () => {
    const rows = evenRows(4, 300, 5, 0.1)
    expect(growForest(rows, { seed: 7 })).toEqual(growForest(rows, { seed: 7 }))
    expect(growForest(rows, { seed: 8 })).not.toEqual(growForest(rows, { seed: 7 }))
  })

  test('does not care how a column is shifted and scaled', () => {
    // By powers of two and whole numbers, which floating point does exactly.
    const rows = evenRows(2, 300, 3)
    rows.values.forEach((value, at) => {
      rows.values[at] = Math.round(value * 1024)
    })
    const moved = { ...rows, values: rows.values.map((value) => value * 8) }
    const [plain, scaled] = [rows, moved].map((some) => {
      const read = isolationOf(growForest(some, { seed: 3 }))
      return Array.from({ length: 300 }, (_, row) => read(rowOf(some, row)).score)
    })
    expect(scaled).toEqual(plain)
  })

  test('has every row of a sample in one child or the other', () => {
    const { splitColumn, child, size, roots, sampleSize } = growForest(evenRows(6, 400, 3, 0.2), {
      seed: 1,
    })
    for (const root of roots) expect(size[root]).toBe(sampleSize)
    for (const [node, column] of splitColumn.entries()) {
      if (column < 0) continue
      const first = child[node] ?? 0
      expect((size[first] ?? 0) + (size[first + 1] ?? 0)).toBe(size[node])
    }
  })

  test('finds rows that are all alike as usual as can be, and one without any value unremarkable', () => {
    const alike = { columns: 2, values: new Float64Array(200).fill(3) }
    expect(isolationOf(growForest(alike, { seed: 1 }))([3, 3]).score).toBeCloseTo(0.5, 12)
    const read = isolationOf(growForest(evenRows(1, 400, 2), { seed: 1 }))
    expect(read([Number.NaN, Number.NaN]).score).toBeLessThan(0.55)
  })

  test('is refused over no rows, ragged ones, and infinities', () => {
    expect(kindOf({ columns: 2, values: new Float64Array(2) })).toBe('too_few_rows')
    expect(kindOf({ columns: 2, values: new Float64Array(5) })).toBe('ragged_rows')
    expect(kindOf({ columns: 1, values: Float64Array.of(1, Number.POSITIVE_INFINITY) })).toBe(
      'infinite_value',
    )
  })
})

describe('the mean path length', () => {
  test('is 0, 1 and 5/3 for one, two and three rows, and follows the logarithm', () => {
    const lengths = pathLengths(256)
    expect([...lengths.slice(0, 3)]).toEqual([0, 0, 1])
    expect(lengths[3]).toBeCloseTo(5 / 3, 12)
    const harmonic = Math.log(255) + 0.5772156649 + 1 / 510
    expect(lengths[256]).toBeCloseTo(2 * harmonic - 510 / 256, 5)
  })
})
