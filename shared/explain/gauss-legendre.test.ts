import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { gaussLegendre } from './gauss-legendre.ts'

describe('Gauss-Legendre quadrature', () => {
  test('integrates every power up to degree 2n − 1 exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 130 }), fc.nat(259), (count, power) => {
        const { points, weights } = gaussLegendre(count)
        const degree = power % (2 * count)
        const integral = points.reduce(
          (sum, point, index) => sum + (weights[index] ?? 0) * point ** degree,
          0,
        )
        expect(integral * (degree + 1)).toBeCloseTo(1, 11)
      }),
      { numRuns: 200, verbose: 1 },
    )
  })
})
