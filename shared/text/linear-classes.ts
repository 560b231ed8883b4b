import type { SparseVector } from './features.ts'

/** Weights of one linear machine a class. */
export interface LinearClasses {
  classes: number
  columns: number
  /** [columns + 1][classes], the bias last: a text touches whole lines of it. */
  weights: Float32Array
}

/** Margins of one text for every class, written into `into`: [classes]. */
export function marginsInto(
  into: Float64Array,
  { classes, columns, weights }: LinearClasses,
  { indices, values }: SparseVector,
): void {
  const bias = columns * classes
  for (let c = 0; c < classes; c++) into[c] = weights[bias + c] ?? 0
  for (let k = 0; k < indices.length; k++) {
    const base = (indices[k] ?? 0) * classes
    const value = values[k] ?? 0
    for (let c = 0; c < classes; c++) into[c] = (into[c] ?? 0) + value * (weights[base + c] ?? 0)
  }
}
