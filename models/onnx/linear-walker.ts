import type { LinearModel } from './linear.ts'
import { OnnxError } from './model.ts'

/** The logistic function, without overflow at either end. */
export function sigmoid(margin: number): number {
  if (margin >= 0) return 1 / (1 + Math.exp(-margin))
  const odds = Math.exp(margin)
  return odds / (1 + odds)
}

/** A column's value as the model sees it: filled where missing, held within the training range. */
export function heldValue(model: LinearModel, column: number, value: number): number {
  const filled = Number.isNaN(value) ? (model.impute[column] ?? 0) : value
  return Math.min(Math.max(filled, model.low[column] ?? 0), model.high[column] ?? 0)
}

/**
 * Computes log-odds without ONNX Runtime: the fallback where it cannot start, and the check on it.
 * @param rows float32 [count × columns], row after row, NaN where a value is missing.
 * @throws OnnxError where the rows are not whole.
 */
export function linearMargins(model: LinearModel, rows: Float32Array): Float64Array {
  const columns = model.weights.length
  if (rows.length % columns !== 0) {
    throw new OnnxError('malformed', `${rows.length} values are no whole rows of ${columns}.`)
  }
  const margins = new Float64Array(rows.length / columns)
  for (let row = 0; row < margins.length; row++) {
    let margin = model.bias
    for (let column = 0; column < columns; column++) {
      const held = heldValue(model, column, rows[row * columns + column] ?? Number.NaN)
      margin += held * (model.weights[column] ?? 0)
    }
    margins[row] = margin
  }
  return margins
}
