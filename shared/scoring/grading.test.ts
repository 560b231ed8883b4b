import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { gradeOf, pointsOf } from './grading.ts'

const KNOTS = Array.from({ length: 101 }, (_, percent) => (percent / 100) ** 2)
const CUTOFFS = { A: 0.81, B: 0.49, C: 0.16 }

describe('points and grades', () => {
  test('a higher probability never has fewer points or a worse grade', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (a, b) => {
          const [low, high] = a < b ? [a, b] : [b, a]
          expect(pointsOf(low, KNOTS)).toBeLessThanOrEqual(pointsOf(high, KNOTS))
          expect(gradeOf(low, CUTOFFS) >= gradeOf(high, CUTOFFS)).toBe(true)
        },
      ),
      { verbose: 1 },
    )
  })

  test('points say how many in a hundred scored lower', () => {
    expect(pointsOf(0.25, KNOTS)).toBe(50)
    expect(pointsOf(0, KNOTS)).toBe(0)
    expect(pointsOf(1, KNOTS)).toBe(100)
  })

  test('many equal training scores count as reached together', () => {
    const flat = [...Array<number>(60).fill(0.1), ...Array<number>(41).fill(0.9)]
    expect(pointsOf(0.05, flat)).toBe(0)
    expect(pointsOf(0.5, flat)).toBe(59)
    expect(pointsOf(0.95, flat)).toBe(100)
  })

  test('a probability on the cut-off has the better grade', () => {
    expect(gradeOf(0.81, CUTOFFS)).toBe('A')
    expect(gradeOf(0.8099, CUTOFFS)).toBe('B')
    expect(gradeOf(0.159, CUTOFFS)).toBe('D')
  })
})
