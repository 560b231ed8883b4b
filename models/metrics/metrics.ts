import type { Predictions } from '#shared/metrics/predictions.ts'

export type { Predictions }

const CALIBRATION_BINS = 10
/** Log loss of a certain and wrong prediction is infinite; this is how far it is held. */
const LOG_FLOOR = 1e-15

/** Row numbers by ascending probability; ties in their given order. */
function ascending({ probabilities }: Predictions): Uint32Array {
  return Uint32Array.from({ length: probabilities.length }, (_, row) => row).sort(
    (a, b) => (probabilities[a] ?? 0) - (probabilities[b] ?? 0) || a - b,
  )
}

/**
 * Area under the ROC curve: how often a converter scores above a non-converter, ties counting half
 * (Mann–Whitney). NaN where only one of the two is there.
 */
export function auc(predictions: Predictions): number {
  const { probabilities, outcomes } = predictions
  const order = ascending(predictions)
  let positives = 0
  let rankSum = 0
  for (let start = 0; start < order.length; ) {
    let end = start
    let positivesInTie = 0
    const value = probabilities[order[start] ?? 0]
    while (end < order.length && probabilities[order[end] ?? 0] === value) {
      positivesInTie += outcomes[order[end] ?? 0] ?? 0
      end++
    }
    rankSum += positivesInTie * ((start + 1 + end) / 2)
    positives += positivesInTie
    start = end
  }
  const negatives = order.length - positives
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives)
}

/** Mean negative log-likelihood, in nats. */
export function logLoss({ probabilities, outcomes }: Predictions): number {
  let sum = 0
  for (let row = 0; row < outcomes.length; row++) {
    const probability = probabilities[row] ?? 0
    const likelihood = outcomes[row] === 1 ? probability : 1 - probability
    sum -= Math.log(Math.max(likelihood, LOG_FLOOR))
  }
  return sum / outcomes.length
}

/** Mean squared error of the probabilities (Brier 1950). */
export function brier({ probabilities, outcomes }: Predictions): number {
  let sum = 0
  for (let row = 0; row < outcomes.length; row++) {
    sum += ((probabilities[row] ?? 0) - (outcomes[row] ?? 0)) ** 2
  }
  return sum / outcomes.length
}

export interface CalibrationBin {
  rows: number
  predicted: number
  observed: number
}

/** Predicted beside observed rates in bins of equal size, lowest probabilities first. */
export function calibrationBins(
  predictions: Predictions,
  bins = CALIBRATION_BINS,
): CalibrationBin[] {
  const { probabilities, outcomes } = predictions
  const order = ascending(predictions)
  const result: CalibrationBin[] = []
  for (let bin = 0; bin < bins; bin++) {
    const rows = order.subarray(
      Math.floor((bin * order.length) / bins),
      Math.floor(((bin + 1) * order.length) / bins),
    )
    if (rows.length === 0) continue
    let predicted = 0
    let observed = 0
    for (const row of rows) {
      predicted += probabilities[row] ?? 0
      observed += outcomes[row] ?? 0
    }
    result.push({
      rows: rows.length,
      predicted: predicted / rows.length,
      observed: observed / rows.length,
    })
  }
  return result
}

/** Expected calibration error: the mean gap between predicted and observed over the bins. */
export function expectedCalibrationError(
  predictions: Predictions,
  bins = CALIBRATION_BINS,
): number {
  const total = predictions.outcomes.length
  return calibrationBins(predictions, bins).reduce(
    (sum, bin) => sum + (bin.rows / total) * Math.abs(bin.predicted - bin.observed),
    0,
  )
}

/** Conversions among the tenth with the highest scores, as a multiple of the average rate. */
export function topDecileLift(predictions: Predictions): number {
  const { outcomes } = predictions
  const order = ascending(predictions)
  const top = order.subarray(order.length - Math.max(1, Math.floor(order.length / 10)))
  let all = 0
  for (let row = 0; row < outcomes.length; row++) all += outcomes[row] ?? 0
  let converted = 0
  for (const row of top) converted += outcomes[row] ?? 0
  return converted / top.length / (all / outcomes.length)
}
