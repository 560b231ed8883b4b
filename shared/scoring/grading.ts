import type { ModelManifest } from './manifest.ts'
import type { Grade } from './score.ts'

/** The grade of a probability by the model's own cut-offs. */
export function gradeOf(probability: number, cutoffs: ModelManifest['grades']): Grade {
  if (probability >= cutoffs.A) return 'A'
  if (probability >= cutoffs.B) return 'B'
  if (probability >= cutoffs.C) return 'C'
  return 'D'
}

/**
 * Points from 0 to 100: the percent of training rows that scored lower, so that 90 reads "better
 * than nine in ten" whatever the base rate is. A higher probability never has fewer points.
 * @param knots ascending probabilities at 0 %, 1 % … 100 %.
 */
export function pointsOf(probability: number, knots: readonly number[]): number {
  let low = 0
  let high = knots.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((knots[middle] ?? 1) <= probability) low = middle + 1
    else high = middle
  }
  return Math.min(Math.max(low - 1, 0), 100)
}
