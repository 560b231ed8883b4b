import { sigmoid } from '../onnx/linear-walker.ts'
import type { Calibration } from './calibration.ts'

const MAX_ITERATIONS = 100
const MAX_HALVINGS = 40
const GRADIENT_TOLERANCE = 1e-9
/** Keeps the Hessian invertible where all margins are alike. */
const RIDGE = 1e-10

const softplus = (margin: number): number =>
  margin > 0 ? margin + Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin))

/**
 * Platt's sigmoid by Newton's method with step halving, numerically as Lin, Lin and Weng (2007) advise.
 * Outcomes are softened by Platt's prior, (n₊ + 1)/(n₊ + 2) and 1/(n₋ + 2), so that perfectly separated
 * rows give no infinite slope. A negative slope would turn scores around; it is held at zero.
 */
export function fitPlatt(
  margins: Float64Array,
  outcomes: ArrayLike<number>,
): Extract<Calibration, { kind: 'platt' }> {
  const rows = margins.length
  let positives = 0
  for (let row = 0; row < rows; row++) positives += outcomes[row] ?? 0
  const negatives = rows - positives
  const high = (positives + 1) / (positives + 2)
  const low = 1 / (negatives + 2)
  const target = (row: number): number => (outcomes[row] === 1 ? high : low)
  const loss = (a: number, b: number): number => {
    let sum = 0
    for (let row = 0; row < rows; row++) {
      const margin = a * (margins[row] ?? 0) + b
      sum += softplus(margin) - target(row) * margin
    }
    return sum
  }
  const constant = Math.log((positives + 1) / (negatives + 1))
  let a = 0
  let b = constant
  let best = loss(a, b)
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    let ga = 0
    let gb = 0
    let haa = RIDGE
    let hab = 0
    let hbb = RIDGE
    for (let row = 0; row < rows; row++) {
      const margin = margins[row] ?? 0
      const probability = sigmoid(a * margin + b)
      const residual = probability - target(row)
      const curvature = probability * (1 - probability)
      ga += residual * margin
      gb += residual
      haa += curvature * margin * margin
      hab += curvature * margin
      hbb += curvature
    }
    if (Math.max(Math.abs(ga), Math.abs(gb)) <= GRADIENT_TOLERANCE * rows) break
    const determinant = haa * hbb - hab * hab
    const stepA = (hbb * ga - hab * gb) / determinant
    const stepB = (haa * gb - hab * ga) / determinant
    let scale = 1
    let next = Number.POSITIVE_INFINITY
    for (let halving = 0; halving < MAX_HALVINGS; halving++) {
      next = loss(a - scale * stepA, b - scale * stepB)
      if (next < best) break
      scale /= 2
    }
    if (!(next < best)) break
    a -= scale * stepA
    b -= scale * stepB
    best = next
  }
  return a >= 0 ? { kind: 'platt', a, b } : { kind: 'platt', a: 0, b: constant }
}
