import { auc } from '../metrics/metrics.ts'
import { seededUniform, shuffle, type Uniform } from '../random/seeded.ts'
import { type Column, isCategory, type Table, taken, takeRows } from '../table/table.ts'

export interface Importance {
  column: string
  /** AUC that is lost when the column's values are dealt out anew; below 0 is chance. */
  aucLost: number
  /** Deviation of it over the repeats. */
  deviation: number
}

/** The probability of each row of a table. */
type Predict = (table: Table) => Float64Array

/** Enough rows to order columns by; a large ensemble is slow to ask for every column and repeat. */
const MOST_ROWS = 20_000

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
  const uniform = seededUniform(seed)
  const every = Uint32Array.from({ length: table.rows }, (_, row) => row)
  const rows = table.rows > MOST_ROWS ? shuffle(every, uniform).slice(0, MOST_ROWS) : every
  const asked = takeRows(table, rows)
  const known = taken(outcomes, rows, new Uint8Array(rows.length))
  const whole = auc({ probabilities: predict(asked), outcomes: known })
  return asked.columns
    .map((column, index) => {
      const lost = Float64Array.from({ length: repeats }, () => {
        const columns = asked.columns.with(index, dealtAnew(column, uniform))
        return whole - auc({ probabilities: predict({ ...asked, columns }), outcomes: known })
      })
      const mean = lost.reduce((sum, value) => sum + value, 0) / repeats
      const squares = lost.reduce((sum, value) => sum + (value - mean) ** 2, 0)
      return { column: column.name, aucLost: mean, deviation: Math.sqrt(squares / repeats) }
    })
    .sort((a, b) => b.aucLost - a.aucLost)
}
