import type { Attribution } from './attribution.ts'

/** A model that is linear in its columns, and the average row that its reasons compare with. */
export interface LinearExplainer {
  /** The features, each once, in the order of their first columns. */
  features: readonly string[]
  /** Place in `features` of each column's feature. */
  featureOfColumn: Uint16Array
  /** Log-odds for each unit of a column. */
  weights: Float64Array
  /** Mean of each column over the training rows. */
  means: Float64Array
}

/** One column of a linear model, as explanations need it. */
export interface ExplainedColumn {
  feature: string
  weight: number
  mean: number
}

export function linearExplainer(columns: readonly ExplainedColumn[]): LinearExplainer {
  const features = [...new Set(columns.map((column) => column.feature))]
  return {
    features,
    featureOfColumn: Uint16Array.from(columns, (column) => features.indexOf(column.feature)),
    weights: Float64Array.from(columns, (column) => column.weight),
    means: Float64Array.from(columns, (column) => column.mean),
  }
}

/**
 * Splits a margin exactly: each column adds weight × (value − mean), and the columns of one feature
 * are summed. All contributions together are the margin minus the margin of the average row. For a
 * linear model these are its Shapley values with independent columns (Štrumbelj & Kononenko 2014).
 * @param row the column values as the model uses them: missing ones filled, extreme ones held.
 */
export function attribute(explainer: LinearExplainer, row: ArrayLike<number>): Attribution[] {
  const { features, featureOfColumn, weights, means } = explainer
  const shares = new Float64Array(features.length)
  for (let column = 0; column < weights.length; column++) {
    const gap = (row[column] ?? 0) - (means[column] ?? 0)
    const place = featureOfColumn[column] ?? 0
    shares[place] = (shares[place] ?? 0) + (weights[column] ?? 0) * gap
  }
  return features.map((feature, place) => ({ feature, contribution: shares[place] ?? 0 }))
}
