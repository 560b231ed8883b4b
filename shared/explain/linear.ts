import type { ModelValue, ModelValues } from '#shared/scoring/encoding.ts'
import type { Reason, SCORE_SIDES } from '#shared/scoring/score.ts'

type Side = (typeof SCORE_SIDES)[number]

/** What a reason needs to know of its feature; the registry's definitions have it. */
export interface ExplainedFeature {
  name: string
  side: Side
  phrase: (value: ModelValue) => string
}

/** A model that is linear in its columns, and the average row that its reasons compare with. */
export interface LinearExplainer {
  /** Feature of each column. */
  features: readonly string[]
  /** Log-odds for each unit of a column. */
  weights: ArrayLike<number>
  /** Mean of each column over the training rows. */
  means: ArrayLike<number>
}

export interface Attribution {
  feature: string
  /** Log-odds against the average visitor. */
  contribution: number
}

/**
 * Splits a margin exactly: each column adds weight × (value − mean), and the columns of one feature
 * are summed. All contributions together are the margin minus the margin of the average row. For a
 * linear model these are its Shapley values with independent columns (Štrumbelj & Kononenko 2014).
 * @param row the column values as the model uses them: missing ones filled, extreme ones held.
 */
export function attribute(explainer: LinearExplainer, row: ArrayLike<number>): Attribution[] {
  const sums = new Map<string, number>()
  explainer.features.forEach((feature, column) => {
    const gap = (row[column] ?? 0) - (explainer.means[column] ?? 0)
    const share = (explainer.weights[column] ?? 0) * gap
    sums.set(feature, (sums.get(feature) ?? 0) + share)
  })
  return Array.from(sums, ([feature, contribution]) => ({ feature, contribution }))
}

/** The part of the margin that each side explains, in log-odds. */
export function sideSums(
  attributions: readonly Attribution[],
  sideOf: (feature: string) => Side,
): Record<Side, number> {
  const sums = { fit: 0, engagement: 0 }
  for (const { feature, contribution } of attributions) sums[sideOf(feature)] += contribution
  return sums
}

/**
 * Puts attributions into words with the visitor's own values, strongest first whichever way they
 * push. Features that changed nothing are left out.
 */
export function reasonsOf(
  attributions: readonly Attribution[],
  values: ModelValues,
  featureOf: (name: string) => ExplainedFeature | undefined,
): Reason[] {
  return attributions
    .filter(({ contribution }) => contribution !== 0)
    .sort(
      (a, b) =>
        Math.abs(b.contribution) - Math.abs(a.contribution) || (a.feature < b.feature ? -1 : 1),
    )
    .flatMap(({ feature, contribution }): Reason[] => {
      const definition = featureOf(feature)
      if (definition === undefined) return []
      const value = values[feature] ?? null
      return [
        { feature, side: definition.side, value, contribution, text: definition.phrase(value) },
      ]
    })
}
