import type { Attribution } from '#shared/explain/attribution.ts'
import { attribute, linearExplainer } from '#shared/explain/linear.ts'
import { featureByName } from '#shared/features/registry.ts'
import { encodeRows } from '#shared/scoring/encoding.ts'
import type { ModelCard } from '../card/card.ts'
import type { TrainedModel, TrainingRow } from '../logistic/train.ts'
import { heldValue } from '../onnx/linear-walker.ts'

/**
 * Mean strength of each feature over rows, strongest first.
 * @param attributionsOf what each feature adds to a row's margin
 */
export function meanEffects<Row>(
  rows: readonly Row[],
  attributionsOf: (row: Row) => readonly Attribution[],
): ModelCard['effects'] {
  const sums = new Map<string, number>()
  for (const row of rows) {
    for (const { feature, contribution } of attributionsOf(row)) {
      sums.set(feature, (sums.get(feature) ?? 0) + Math.abs(contribution))
    }
  }
  return Array.from(sums, ([feature, sum]) => ({
    feature,
    side: featureByName(feature)?.side ?? 'engagement',
    meanAbsContribution: sum / rows.length,
  })).sort((a, b) => b.meanAbsContribution - a.meanAbsContribution)
}

/** Of a linear model; contributions are exact. */
export function linearEffects(
  { parameters, columns, means }: TrainedModel,
  rows: readonly TrainingRow[],
): ModelCard['effects'] {
  const linear = { ...parameters, metadata: {} }
  const explainer = linearExplainer(
    columns.map(({ feature }, column) => ({
      feature,
      mean: means[column] ?? 0,
      weight: parameters.weights[column] ?? 0,
    })),
  )
  return meanEffects(rows, (row) =>
    attribute(
      explainer,
      encodeRows(columns, [row.features]).map((value, column) => heldValue(linear, column, value)),
    ),
  )
}
