/** Points and weights that integrate polynomials over [0, 1] exactly. */
export interface Quadrature {
  points: Float64Array
  weights: Float64Array
}

const NEWTON_STEPS = 100

/** Legendre's polynomial of degree `n` at `x`, and its derivative. */
function legendre(n: number, x: number): { value: number; slope: number } {
  let before = 1
  let value = x
  for (let degree = 2; degree <= n; degree++) {
    const next = ((2 * degree - 1) * x * value - (degree - 1) * before) / degree
    before = value
    value = next
  }
  return { value, slope: (n * (x * value - before)) / (x * x - 1) }
}

/**
 * Gauss-Legendre quadrature on [0, 1]: exact up to degree 2 · `count` − 1. The points are the roots of
 * Legendre's polynomial, found by Newton's method from Tricomi's estimate.
 */
export function gaussLegendre(count: number): Quadrature {
  const points = new Float64Array(count)
  const weights = new Float64Array(count)
  for (let index = 0; index < count; index++) {
    let x = Math.cos((Math.PI * (index + 0.75)) / (count + 0.5))
    let { value, slope } = legendre(count, x)
    for (let step = 0; step < NEWTON_STEPS && Math.abs(value / slope) > 1e-16; step++) {
      x -= value / slope
      ;({ value, slope } = legendre(count, x))
    }
    points[index] = (1 - x) / 2
    weights[index] = 1 / ((1 - x * x) * slope * slope)
  }
  return { points, weights }
}
