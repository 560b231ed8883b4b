import { type Table, taken, takeRows } from '../table/table.ts'
import type { Split } from './folds.ts'

/** What learns from a table and predicts another; keeps nothing between calls. */
export interface FoldLearner<Model> {
  train(table: Table, outcomes: Uint8Array, seed: number): Model
  margins(model: Model, table: Table): Float64Array
}

export interface FoldRows {
  table: Table
  outcomes: Uint8Array
}

/** A model that has not seen its split's test rows, and what it says of them. */
export interface FittedFold<Model> {
  model: Model
  /** Log-odds, one a test row. */
  margins: Float64Array
}

export function fitFold<Model>(
  learner: FoldLearner<Model>,
  { table, outcomes }: FoldRows,
  { fit, test }: Split,
  seed: number,
): FittedFold<Model> {
  const learned = taken(outcomes, fit, new Uint8Array(fit.length))
  const model = learner.train(takeRows(table, fit), learned, seed)
  return { model, margins: learner.margins(model, takeRows(table, test)) }
}

/** One value a row of the table from the folds' margins; NaN for rows that no split tests. */
export function unseenMargins(
  rows: number,
  splits: readonly Split[],
  folds: readonly { margins: Float64Array }[],
): Float64Array {
  const unseen = new Float64Array(rows).fill(Number.NaN)
  for (const [fold, { test }] of splits.entries()) {
    const margins = folds[fold]?.margins
    for (const [index, row] of test.entries()) unseen[row] = margins?.[index] ?? Number.NaN
  }
  return unseen
}
