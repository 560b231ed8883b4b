import {
  type TableLogistic,
  tableMargins,
  trainTableLogistic,
} from '../logistic/table/train-table.ts'
import type { Table } from '../table/table.ts'

/** A kind of model that learns from a table. Must keep nothing between calls. */
export interface Learner<Model> {
  /** As people call it, such as "gradient-boosted trees". */
  algorithm: string
  /** The same rows and seed must give the same model. */
  train(table: Table, outcomes: Uint8Array, seed: number): Model
  /** Log-odds, one a row, of a table with the columns of the training table. */
  margins(model: Model, table: Table): Float64Array
  /** Mean absolute Shapley value of each column over a table's rows, in log-odds; absent where it is not known how. */
  shapImportance?(model: Model, table: Table): ReadonlyMap<string, number>
}

export const logisticLearner: Learner<TableLogistic> = {
  algorithm: 'logistic regression',
  train: trainTableLogistic,
  margins: tableMargins,
}
