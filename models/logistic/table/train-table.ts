import { logLoss } from '../../metrics/metrics.ts'
import { sigmoid } from '../../onnx/linear-walker.ts'
import { seededUniform, shuffle } from '../../random/seeded.ts'
import { type Table, taken, takeRows } from '../../table/table.ts'
import { heldOut } from '../../validation/folds.ts'
import { type DesignMatrix, fitLogistic } from '../fit.ts'
import { eachShare, planTable, type TablePlan } from './table-columns.ts'

/** Logistic regression on a table: the plain rival that every other model must beat. */
export interface TableLogistic {
  plan: TablePlan
  weights: Float64Array
  bias: number
  l2: number
}

const L2_CANDIDATES = [1, 3, 10, 30] as const
const VALIDATION_SHARE = 0.25
/** The penalty is in units of the summed loss, so that few rows choose it as well as many. */
const MOST_ROWS_TO_CHOOSE = 10_000
/** More rows move a hundred weights by less than their error, and would cost minutes. */
const MOST_ROWS = 200_000
/** The design matrix is dense, 8 bytes a cell: 240 MB at most. */
const MOST_CELLS = 30_000_000

function designOf(plan: TablePlan, table: Table): DesignMatrix {
  const { rows } = table
  const columns = plan.weights
  const values = new Float64Array(rows * columns)
  const byName = new Map(table.columns.map((column) => [column.name, column]))
  for (const term of plan.terms) {
    const column = byName.get(term.column)
    if (!column) continue
    eachShare(term, column, (row, weight, share) => {
      values[row * columns + weight] = share
    })
  }
  return { rows, columns, values }
}

/** Log-odds of a table's rows; a column that is absent contributes as if it were average. */
export function tableMargins({ plan, weights, bias }: TableLogistic, table: Table): Float64Array {
  const margins = new Float64Array(table.rows).fill(bias)
  const byName = new Map(table.columns.map((column) => [column.name, column]))
  for (const term of plan.terms) {
    const column = byName.get(term.column)
    if (!column) continue
    eachShare(term, column, (row, weight, share) => {
      margins[row] = (margins[row] ?? 0) + share * (weights[weight] ?? 0)
    })
  }
  return margins
}

/** A sample of the rows, in order, or all where they are few enough. */
function atMost(rows: number, most: number, seed: number): Uint32Array | null {
  if (rows <= most) return null
  const all = Uint32Array.from({ length: rows }, (_, row) => row)
  return shuffle(all, seededUniform(seed)).slice(0, most).sort()
}

function fitted(table: Table, outcomes: Uint8Array, l2: number): TableLogistic {
  const plan = planTable(table)
  const { weights, bias } = fitLogistic(designOf(plan, table), outcomes, l2)
  return { plan, weights, bias, l2 }
}

const part = (table: Table, outcomes: Uint8Array, rows: Uint32Array) => ({
  table: takeRows(table, rows),
  outcomes: taken(outcomes, rows, new Uint8Array(rows.length)),
})

function chooseL2(table: Table, outcomes: Uint8Array, seed: number): number {
  const few = atMost(table.rows, MOST_ROWS_TO_CHOOSE, seed)
  const chosen = few ? part(table, outcomes, few) : { table, outcomes }
  const split = heldOut(chosen.outcomes, VALIDATION_SHARE, seed)
  const learn = part(chosen.table, chosen.outcomes, split.fit)
  const check = part(chosen.table, chosen.outcomes, split.test)
  let best = { l2: L2_CANDIDATES[0] as number, loss: Number.POSITIVE_INFINITY }
  for (const l2 of L2_CANDIDATES) {
    const model = fitted(learn.table, learn.outcomes, l2)
    const probabilities = tableMargins(model, check.table).map(sigmoid)
    const loss = logLoss({ probabilities, outcomes: check.outcomes })
    if (loss < best.loss) best = { l2, loss }
  }
  return best.l2
}

/**
 * Trains logistic regression on a table: numbers standardized (logarithms where the tail is heavy),
 * categories as one weight a level, "missing" a weight of its own, and the penalty of a short list that
 * predicts a held-out quarter best.
 * @param seed of the held-out quarter; the same seed and rows give the same weights
 */
export function trainTableLogistic(
  table: Table,
  outcomes: Uint8Array,
  seed: number,
): TableLogistic {
  const affordable = Math.floor(MOST_CELLS / Math.max(planTable(table).weights, 1))
  const few = atMost(table.rows, Math.min(MOST_ROWS, affordable), seed)
  const learn = few ? part(table, outcomes, few) : { table, outcomes }
  return fitted(learn.table, learn.outcomes, chooseL2(learn.table, learn.outcomes, seed))
}
