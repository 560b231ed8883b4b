import type { ModelValue, ModelValues } from '#shared/scoring/encoding.ts'
import type { Reason, SCORE_SIDES } from '#shared/scoring/score.ts'

type Side = (typeof SCORE_SIDES)[number]

/** What a reason needs to know of its feature; the registry's definitions have it. */
export interface ExplainedFeature {
  name: string
  side: Side
  phrase: (value: ModelValue, stated?: string) => string
}

/** One feature's exact share of a margin. */
export interface Attribution {
  feature: string
  /** Log-odds against the average visitor. */
  contribution: number
}

/**
 * What columns add to a margin, summed by the feature that they were made from.
 *
 * @param features the feature of each column
 */
export function byFeature(
  features: readonly string[],
  contributions: ArrayLike<number>,
): Attribution[] {
  const shares = new Map<string, number>()
  features.forEach((feature, column) => {
    shares.set(feature, (shares.get(feature) ?? 0) + (contributions[column] ?? 0))
  })
  return Array.from(shares, ([feature, contribution]) => ({ feature, contribution }))
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
 * @param stated by feature, what was said where the value is only derived from it
 */
export function reasonsOf(
  attributions: readonly Attribution[],
  values: ModelValues,
  featureOf: (name: string) => ExplainedFeature | undefined,
  stated: Readonly<Record<string, string>> = {},
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
      const text = definition.phrase(value, stated[feature])
      return [{ feature, side: definition.side, value, contribution, text }]
    })
}
