import type { ModelValues } from '#shared/scoring/encoding.ts'
import type { Attribution } from './attribution.ts'

/** So that a probability of 0 or 1 has finite log-odds. */
const PROBABILITY_FLOOR = 1e-6

/** A row once more for each feature that is known, without that feature. */
export function occludedRows(
  features: readonly string[],
  row: ModelValues,
): { feature: string; row: ModelValues }[] {
  return features
    .filter((feature) => (row[feature] ?? null) !== null)
    .map((feature) => ({ feature, row: { ...row, [feature]: null } }))
}

/**
 * What a score loses in log-odds without a feature, for models of which nothing but the score is known.
 * Approximate: what two features say together is counted for both or for neither, and the shares do not add
 * up to the margin.
 *
 * @param without the probability of the row without each feature
 */
export function occlusionOf(
  probability: number,
  without: readonly { feature: string; probability: number }[],
): Attribution[] {
  return without.flatMap(({ feature, probability: left }) => {
    const contribution = logOdds(probability) - logOdds(left)
    return Number.isNaN(contribution) ? [] : [{ feature, contribution }]
  })
}

function logOdds(probability: number): number {
  const held = Math.min(Math.max(probability, PROBABILITY_FLOOR), 1 - PROBABILITY_FLOOR)
  return Math.log(held / (1 - held))
}
