import type { Loss } from './options.ts'

/** Log-odds stay within what float32 tells apart from certainty. */
const MAX_BASE = 15

/** The margin that fits all rows best without any tree. */
export function baseMargin(
  labels: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
  loss: Loss,
): number {
  let sum = 0
  let total = 0
  for (let row = 0; row < labels.length; row++) {
    const weight = weights ? (weights[row] as number) : 1
    sum += weight * (labels[row] as number)
    total += weight
  }
  const mean = total > 0 ? sum / total : 0
  if (loss === 'squared') return mean
  return Math.max(-MAX_BASE, Math.min(MAX_BASE, Math.log(mean / (1 - mean))))
}

/** First and second derivatives of the loss by the margin, into `gradients` and `hessians`. */
export function writeDerivatives(
  loss: Loss,
  margins: Float64Array,
  labels: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
  gradients: Float64Array,
  hessians: Float64Array,
): void {
  for (let row = 0; row < margins.length; row++) {
    const weight = weights ? (weights[row] as number) : 1
    const margin = margins[row] as number
    const label = labels[row] as number
    if (loss === 'squared') {
      gradients[row] = weight * (margin - label)
      hessians[row] = weight
      continue
    }
    const probability = 1 / (1 + Math.exp(-margin))
    gradients[row] = weight * (probability - label)
    // Never nothing: a row that is certain must not make a leaf divide by zero.
    hessians[row] = weight * Math.max(probability * (1 - probability), 1e-16)
  }
}

/** The mean loss: log loss in nats, or half the squared error. */
export function lossOf(
  loss: Loss,
  margins: Float64Array,
  labels: ArrayLike<number>,
  weights?: ArrayLike<number>,
): number {
  let sum = 0
  let total = 0
  for (let row = 0; row < margins.length; row++) {
    const weight = weights ? (weights[row] as number) : 1
    const margin = margins[row] as number
    const label = labels[row] as number
    total += weight
    sum +=
      weight *
      (loss === 'squared'
        ? 0.5 * (margin - label) ** 2
        : Math.max(margin, 0) - margin * label + Math.log1p(Math.exp(-Math.abs(margin))))
  }
  return sum / total
}
