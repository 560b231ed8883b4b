import type { Predictions } from './predictions.ts'

export interface AucWithVariance {
  auc: number
  /** Of the AUC as an estimate, over samples of as many rows. */
  variance: number
}

/** Ranks of ascending values from 1 on; equal values share the mean of their ranks. */
function midranks(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values, (_, row) => row).sort(
    (a, b) => (values[a] ?? 0) - (values[b] ?? 0),
  )
  const ranks = new Float64Array(values.length)
  for (let start = 0; start < order.length; ) {
    let end = start
    while (end < order.length && values[order[end] ?? 0] === values[order[start] ?? 0]) end++
    for (let at = start; at < end; at++) ranks[order[at] ?? 0] = (start + 1 + end) / 2
    start = end
  }
  return ranks
}

/** Sample variance of `shares`, divided by their number: the variance of their mean. */
function varianceOfMean(shares: Float64Array): number {
  const count = shares.length
  const mean = shares.reduce((sum, share) => sum + share, 0) / count
  const squares = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0)
  return count < 2 ? 0 : squares / (count - 1) / count
}

/**
 * For each converter the share of non-converters that score below it, for each non-converter the share of
 * converters that score above.
 */
interface Placements {
  below: Float64Array
  above: Float64Array
}

function placements({ probabilities, outcomes }: Predictions): Placements {
  const scores = Float64Array.from(probabilities)
  const positive = scores.filter((_, row) => outcomes[row] === 1)
  const negative = scores.filter((_, row) => outcomes[row] !== 1)
  const all = midranks(scores)
  const amongAll = (outcome: number): Float64Array =>
    all.filter((_, row) => (outcomes[row] === 1 ? 1 : 0) === outcome)
  const amongPositive = midranks(positive)
  const amongNegative = midranks(negative)
  return {
    below: amongAll(1).map((rank, row) => (rank - (amongPositive[row] ?? 0)) / negative.length),
    above: amongAll(0).map((rank, row) => 1 - (rank - (amongNegative[row] ?? 0)) / positive.length),
  }
}

const ofMeans = ({ below, above }: Placements): AucWithVariance => ({
  auc: below.reduce((sum, share) => sum + share, 0) / below.length,
  variance: varianceOfMean(below) + varianceOfMean(above),
})

/**
 * AUC and its variance by DeLong et al. (1988), in O(n log n) by mid-ranks as Sun and Xu (2014) do it. NaN
 * where only one outcome is there.
 */
export const delongAuc = (predictions: Predictions): AucWithVariance =>
  ofMeans(placements(predictions))

/**
 * How much higher the AUC of one model is than another's on the same rows, with the variance of that. Both
 * err on the same rows, so that the gap is known better than either AUC.
 */
export function delongGap(
  outcomes: ArrayLike<number>,
  first: ArrayLike<number>,
  second: ArrayLike<number>,
): AucWithVariance {
  const a = placements({ probabilities: first, outcomes })
  const b = placements({ probabilities: second, outcomes })
  return ofMeans({
    below: a.below.map((share, row) => share - (b.below[row] ?? 0)),
    above: a.above.map((share, row) => share - (b.above[row] ?? 0)),
  })
}
