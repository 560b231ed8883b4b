import { inScopeScore, type Refusal } from '#shared/text/in-scope.ts'
import { SIGNALS, type Signals } from '#shared/text/signals.ts'
import { fitLogistic } from '../logistic/fit.ts'

export interface JudgedSignals {
  signals: Signals
  /** Whether the best intent is the right one. */
  correct: boolean
}

/** Keeps the weights finite where a small validation set is separable. */
const RIDGE = 0.1

/**
 * Fits the score by logistic regression on the signals: rightly understood messages against those
 * out of scope. In-scope messages taken for another intent are left out, for it is no loss to
 * refuse them. Then takes the highest threshold that costs in-scope messages no more than
 * `accuracyPrice`. A few numbers and a cut are learnt from the same rows, of which there should be
 * hundreds.
 *
 * @param inside validation messages that have an intent
 * @param outside validation messages that have none
 * @param accuracyPrice share of in-scope messages, 0 to 1, that may be refused though rightly understood
 */
export function fitRefusal(
  inside: readonly JudgedSignals[],
  outside: readonly Signals[],
  accuracyPrice: number,
): Refusal {
  const understood = inside.filter(({ correct }) => correct).map(({ signals }) => signals)
  const all = [...understood, ...outside]
  const values = new Float64Array(all.length * SIGNALS.length)
  for (const [row, signals] of all.entries()) values.set(signals.values, row * SIGNALS.length)
  const outcomes = Uint8Array.from(all.keys(), (row) => (row < understood.length ? 1 : 0))
  const matrix = { rows: all.length, columns: SIGNALS.length, values }
  const { weights, bias } = fitLogistic(matrix, outcomes, RIDGE)
  const score = (signals: Signals): number => inScopeScore(signals, { weights, bias })
  const threshold = thresholdOf(
    understood.map(score),
    [...inside.map(({ signals }) => signals), ...outside].map(score),
    accuracyPrice * inside.length,
  )
  return { weights, bias, threshold }
}

/**
 * Below the lowest score that is to be kept, half-way to the next of `all`: where the two kinds are
 * far apart, the threshold is in the middle of the gap.
 *
 * @param kept scores of which at most `most` may lie below the threshold
 */
function thresholdOf(kept: readonly number[], all: readonly number[], most: number): number {
  const ascending = Float64Array.from(kept).sort()
  // A share of a count is a whole number but for its last bit: 29 / 400 × 400 is less than 29.
  const allowed = Math.floor(most + 1e-9)
  const lowest = ascending[Math.min(allowed, ascending.length - 1)] ?? 0
  const below = all.reduce((top, score) => (score < lowest ? Math.max(top, score) : top), 0)
  return (lowest + below) / 2
}
