import { type Table, taken, takeRows } from '../table/table.ts'
import type { Split } from './folds.ts'

/** The probability of each row of a table that has the columns of the training table. */
export type Predict = (table: Table) => Float64Array

/** Fits on rows and gives what predicts others; must not keep anything between calls. */
export type Fit = (table: Table, outcomes: Uint8Array, fold: number) => Predict

/**
 * Predicts every row of the splits' test parts by a model that has not seen it.
 * @param onFold called after each fold with how many are done
 * @returns one probability a row of the table, NaN for rows that no split tests
 */
export function crossValidate(
  learn: Fit,
  table: Table,
  outcomes: Uint8Array,
  splits: readonly Split[],
  onFold: (done: number) => void = () => {},
): Float64Array {
  const unseen = new Float64Array(table.rows).fill(Number.NaN)
  splits.forEach((split, fold) => {
    const learned = taken(outcomes, split.fit, new Uint8Array(split.fit.length))
    const predict = learn(takeRows(table, split.fit), learned, fold)
    const probabilities = predict(takeRows(table, split.test))
    split.test.forEach((row, index) => {
      unseen[row] = probabilities[index] ?? Number.NaN
    })
    onFold(fold + 1)
  })
  return unseen
}
