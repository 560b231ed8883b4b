import { ALARM_STANDARD_ERRORS } from './alarm.ts'

/** Below it a population counts as stable in credit scoring, where the index comes from (Siddiqi 2006). */
export const STABLE_INDEX = 0.1
/** From here on the same practice calls for a new model. */
export const CHANGED_INDEX = 0.25

export interface PopulationStability {
  /** Sum over bins of (recent share − reference share) · ln(recent share ÷ reference share). */
  index: number
  /** The index that chance alone exceeds once in 100,000 with samples of these sizes. */
  noise: number
}

/**
 * Population stability index of two histograms over the same bins.
 *
 * Without any change the index, divided by 1/n + 1/m, follows a chi-squared distribution with one degree
 * of freedom less than there are bins (Yurdakul 2018, "Statistical properties of the population stability
 * index"); its far quantile is Wilson and Hilferty's (1931).
 *
 * @param reference rows in each bin; a bin that neither sample fills does not count
 */
export function populationStability(
  reference: ArrayLike<number>,
  recent: ArrayLike<number>,
): PopulationStability {
  const bins = Array.from({ length: reference.length }, (_, bin) => ({
    before: reference[bin] ?? 0,
    after: recent[bin] ?? 0,
  })).filter(({ before, after }) => before + after > 0)
  const n = bins.reduce((sum, { before }) => sum + before, 0)
  const m = bins.reduce((sum, { after }) => sum + after, 0)
  if (n === 0 || m === 0 || bins.length < 2) return { index: 0, noise: 0 }
  let index = 0
  for (const { before, after } of bins) {
    // Half a row in each, so that an empty bin is a large change and not an infinite one.
    const p = (before + 0.5) / (n + 0.5 * bins.length)
    const q = (after + 0.5) / (m + 0.5 * bins.length)
    index += (q - p) * Math.log(q / p)
  }
  return { index, noise: farChiSquared(bins.length - 1) * (1 / n + 1 / m) }
}

function farChiSquared(degrees: number): number {
  const spread = 2 / (9 * degrees)
  return degrees * (1 - spread + ALARM_STANDARD_ERRORS * Math.sqrt(spread)) ** 3
}
