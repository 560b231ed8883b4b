import fc from 'fast-check'
import { expect, test } from 'vitest'
import { binTable } from './bins.ts'
import { fillHistogram, subtractHistogram } from './histogram.ts'
import { DEFAULT_OPTIONS } from './options.ts'
import { bestSplit, leafValue } from './split.ts'

const someRows = fc.integer({ min: 2, max: 40 }).chain((rows) =>
  fc.record({
    columns: fc.array(
      fc
        .array(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constant(Number.NaN)), {
          minLength: rows,
          maxLength: rows,
        })
        .map((values) => Float32Array.from(values)),
      { minLength: 1, maxLength: 6 },
    ),
    gradients: fc.array(fc.integer({ min: -8, max: 8 }), { minLength: rows, maxLength: rows }),
    hessians: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: rows, maxLength: rows }),
  }),
)

const OPTIONS = { ...DEFAULT_OPTIONS, minChildRows: 0, minChildWeight: 1 }

/** The loss that a leaf over these rows takes away, computed from its value alone. */
function gainOf(rows: number[], gradients: number[], hessians: number[], l1: number): number {
  const sum = (of: number[]) => rows.reduce((total, row) => total + (of[row] ?? 0), 0)
  const [gradient, hessian] = [sum(gradients), sum(hessians)]
  const value = leafValue(gradient, hessian, { l1, l2: OPTIONS.l2 })
  return -2 * (gradient * value + l1 * Math.abs(value)) - (hessian + OPTIONS.l2) * value ** 2
}

test('the best split is the best of all there are, tried one by one', () => {
  fc.assert(
    fc.property(someRows, fc.constantFrom(0, 0.5), ({ columns, gradients, hessians }, l1) => {
      const table = binTable(columns, 255, 1)
      const all = Int32Array.from(gradients, (_, row) => row)
      const used = Int32Array.from(columns, (_, column) => column)
      const histogram = new Float64Array(2 * table.totalBins)
      const [g, h] = [Float64Array.from(gradients), Float64Array.from(hessians)]
      fillHistogram(histogram, table, used, all, 0, all.length, g, h)
      const whole = {
        gradient: gradients.reduce((a, b) => a + b, 0),
        hessian: hessians.reduce((a, b) => a + b, 0),
        rows: all.length,
        low: Number.NEGATIVE_INFINITY,
        high: Number.POSITIVE_INFINITY,
      }
      const found = bestSplit(histogram, table, used, whole, { ...OPTIONS, l1 })
      const parent = gainOf([...all], gradients, hessians, l1)
      let best = 0
      for (const values of columns) {
        for (const end of [...values, Number.POSITIVE_INFINITY].filter((v) => !Number.isNaN(v))) {
          for (const missingLeft of [true, false]) {
            const isLeft = (row: number) => {
              const value = values[row] ?? Number.NaN
              return Number.isNaN(value) ? missingLeft : value <= end
            }
            const left = [...all].filter(isLeft)
            const right = [...all].filter((row) => !isLeft(row))
            if (left.length === 0 || right.length === 0) continue
            const gain =
              gainOf(left, gradients, hessians, l1) +
              gainOf(right, gradients, hessians, l1) -
              parent
            best = Math.max(best, gain)
          }
        }
      }
      if (best < 1e-9) expect(found?.gain ?? 0).toBeLessThan(1e-9)
      else expect(found?.gain).toBeCloseTo(best, 8)
    }),
    { numRuns: 500 },
  )
})

test('a child has what its parent has and its sibling has not', () => {
  fc.assert(
    fc.property(someRows, fc.nat(), ({ columns, gradients, hessians }, at) => {
      const table = binTable(columns, 8, 1)
      const used = Int32Array.from(columns, (_, column) => column)
      const order = Int32Array.from(gradients, (_, row) => row)
      const middle = at % order.length
      const [g, h] = [Float64Array.from(gradients), Float64Array.from(hessians)]
      const filled = (from: number, to: number) => {
        const histogram = new Float64Array(2 * table.totalBins)
        fillHistogram(histogram, table, used, order, from, to, g.slice(from), h.slice(from))
        return histogram
      }
      const parent = filled(0, order.length)
      subtractHistogram(parent, filled(0, middle))
      // Whole numbers: exact, so that nothing hides behind a tolerance.
      expect(parent).toEqual(filled(middle, order.length))
    }),
  )
})
