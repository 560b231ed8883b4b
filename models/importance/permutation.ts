import { auc } from '../metrics/metrics.ts'
import { seededUniform, shuffle, type Uniform } from '../random/seeded.ts'
import { type Column, isCategory, type Table } from '../table/table.ts'
import type { Predict } from '../validation/cross-validate.ts'

export interface Importance {
  column: string
  /** AUC that is lost when the column's values are dealt out anew; below 0 is chance. */
  aucLost: number
  /** Deviation of it over the repeats. */
  deviation: number
}

function dealtAnew(column: Column, uniform: Uniform): Column {
  return isCategory(column)
    ? { ...column, codes: shuffle(column.codes.slice(), uniform) }
    : { ...column, values: shuffle(column.values.slice(), uniform) }
}

/**
 * Permutation importance (Breiman 2001): how much worse the order of unseen rows gets without what a column
 * says, strongest first. Of two columns that say the same, both look weaker than they are.
 * @param predict any model, as a function of a table
 * @param table rows that the model was not fitted on
 */
export function permutationImportance(
  predict: Predict,
  table: Table,
  outcomes: Uint8Array,
  { seed, repeats = 3 }: { seed: number; repeats?: number },
): Importance[] {
  const whole = auc({ probabilities: predict(table), outcomes })
  const uniform = seededUniform(seed)
  return table.columns
    .map((column, index) => {
      const lost = Float64Array.from({ length: repeats }, () => {
        const columns = table.columns.with(index, dealtAnew(column, uniform))
        return whole - auc({ probabilities: predict({ ...table, columns }), outcomes })
      })
      const mean = lost.reduce((sum, value) => sum + value, 0) / repeats
      const squares = lost.reduce((sum, value) => sum + (value - mean) ** 2, 0)
      return { column: column.name, aucLost: mean, deviation: Math.sqrt(squares / repeats) }
    })
    .sort((a, b) => b.aucLost - a.aucLost)
}
