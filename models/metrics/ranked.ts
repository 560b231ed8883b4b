import type { Predictions } from './metrics.ts'

/** Predictions from the highest to the lowest, in columns. */
export interface Ranked {
  probabilities: Float64Array
  outcomes: Uint8Array
  /** Negative log-likelihood of each row, in nats. */
  losses: Float64Array
}

const LOG_FLOOR = 1e-15
export const TENTHS = 10

export function ranked({ probabilities, outcomes }: Predictions): Ranked {
  const order = Uint32Array.from({ length: probabilities.length }, (_, row) => row).sort(
    (a, b) => (probabilities[b] ?? 0) - (probabilities[a] ?? 0) || a - b,
  )
  const result: Ranked = {
    probabilities: Float64Array.from(order, (row) => probabilities[row] ?? 0),
    outcomes: Uint8Array.from(order, (row) => outcomes[row] ?? 0),
    losses: new Float64Array(order.length),
  }
  result.losses = result.probabilities.map((probability, at) => {
    const likelihood = result.outcomes[at] === 1 ? probability : 1 - probability
    return -Math.log(Math.max(likelihood, LOG_FLOOR))
  })
  return result
}

/** What is measured at once; one number a measure, so that a resample makes no object a row. */
export interface Measures {
  averagePrecision: number
  logLoss: number
  brier: number
  /** Mean gap between predicted and observed over tenths of the rows. */
  ece: number
  /** Share of all converters that are in the highest fifth of the rows. */
  recallAtTop20: number
  /** Conversion rate of each tenth as a multiple of the average, highest scores first. */
  lift: Float64Array
  /** Mean probability of each tenth. */
  predicted: Float64Array
  /** Conversion rate of each tenth. */
  observed: Float64Array
}

/**
 * All measures in one pass over ranked rows, each taken `counts[row]` times. Rows of equal probability are
 * one group: a tenth that begins within it gets a proportionate part, so that the order of a file, which is
 * often sorted by outcome, cannot flatter.
 */
export function measure(
  { probabilities, outcomes, losses }: Ranked,
  counts: ArrayLike<number>,
): Measures {
  const predicted = new Float64Array(TENTHS)
  const observed = new Float64Array(TENTHS)
  let rows = 0
  for (let at = 0; at < losses.length; at++) rows += counts[at] ?? 0
  const tenth = rows / TENTHS
  let loss = 0
  let squares = 0
  let precisions = 0
  let positives = 0
  let seen = 0
  let bin = 0
  let room = tenth
  for (let start = 0; start < probabilities.length; ) {
    const probability = probabilities[start] ?? 0
    let size = 0
    let converted = 0
    let at = start
    for (; at < probabilities.length && probabilities[at] === probability; at++) {
      const count = counts[at] ?? 0
      const outcome = outcomes[at] ?? 0
      size += count
      converted += count * outcome
      loss += count * (losses[at] ?? 0)
      squares += count * (probability - outcome) ** 2
    }
    start = at
    if (size === 0) continue
    seen += size
    positives += converted
    precisions += converted * (positives / seen)
    const rate = converted / size
    for (let left = size; left > 0; ) {
      const part = bin === TENTHS - 1 ? left : Math.min(left, room)
      predicted[bin] = (predicted[bin] ?? 0) + part * probability
      observed[bin] = (observed[bin] ?? 0) + part * rate
      left -= part
      room -= part
      if (room <= 1e-9 && bin < TENTHS - 1) {
        bin++
        room += tenth
      }
    }
  }
  const gaps = predicted.reduce(
    (sum, value, index) => sum + Math.abs(value - (observed[index] ?? 0)),
    0,
  )
  return {
    averagePrecision: precisions / positives,
    logLoss: loss / rows,
    brier: squares / rows,
    ece: gaps / rows,
    recallAtTop20: ((observed[0] ?? 0) + (observed[1] ?? 0)) / positives,
    lift: observed.map((value) => value / tenth / (positives / rows)),
    predicted: predicted.map((value) => value / tenth),
    observed: observed.map((value) => value / tenth),
  }
}
