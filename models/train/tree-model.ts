import { ensembleMargins, type TreeEnsemble } from '#shared/trees/tree-ensemble.ts'
import { applyEncoding } from '../gbdt/categories.ts'
import type { GbdtOptions } from '../gbdt/options.ts'
import { trainGbdt } from '../gbdt/train.ts'
import { shapImportance } from '../importance/shap-importance.ts'
import { type Table, taken, takeRows } from '../table/table.ts'
import { heldOut } from '../validation/folds.ts'
import { applyColumns, learnColumns, rowsOf, type TreeColumn } from './tree-columns.ts'

/** Trees and how a table's columns come to them; margins are not calibrated yet. */
export interface TreeModel {
  columns: TreeColumn[]
  ensemble: TreeEnsemble
}

/** Slow and shallow: sound for a few thousand leads with a handful of strong columns. */
const TREES: Partial<GbdtOptions> = {
  learningRate: 0.05,
  maxLeaves: 15,
  minChildRows: 20,
  l2: 1,
  columnShare: 0.8,
  rowShare: 0.8,
}
const MOST_ROUNDS = 1_000
const PATIENCE_ROUNDS = 40
/** Rows kept apart to find out how many rounds are enough. */
const WATCHED_SHARE = 0.2

/**
 * Trains trees on a table: first to learn how many rounds are enough, on rows kept apart by chance, then on
 * all rows with so many.
 */
export function trainTreeModel(table: Table, outcomes: Uint8Array, seed: number): TreeModel {
  const { fit, test } = heldOut(outcomes, WATCHED_SHARE, seed)
  const part = takeRows(table, fit)
  const partOutcomes = taken(outcomes, fit, new Uint8Array(fit.length))
  const learned = learnColumns(part, partOutcomes, seed)
  const watched = takeRows(table, test)
  const { validationLoss } = trainGbdt(
    { columns: learned.values, labels: partOutcomes },
    { ...TREES, seed, rounds: MOST_ROUNDS, patienceRounds: PATIENCE_ROUNDS },
    {
      validation: {
        columns: applyColumns(learned.columns, watched),
        labels: taken(outcomes, test, new Uint8Array(test.length)),
      },
    },
  )
  const rounds = validationLoss.indexOf(Math.min(...validationLoss)) + 1
  const whole = learnColumns(table, outcomes, seed)
  const { ensemble } = trainGbdt(
    { columns: whole.values, labels: outcomes },
    { ...TREES, seed, rounds: Math.max(1, rounds) },
  )
  return { columns: whole.columns, ensemble }
}

/** Margins (log-odds) of a table's rows. */
export function treeMargins({ columns, ensemble }: TreeModel, table: Table): Float64Array {
  return ensembleMargins(ensemble, rowsOf(applyColumns(columns, table)))
}

/** Mean absolute Shapley value of each of the table's columns, in log-odds. */
export function treeShapImportance(
  { columns, ensemble }: TreeModel,
  table: Table,
): ReadonlyMap<string, number> {
  const owners = columns.flatMap((how) => {
    const width = how.kind === 'value' ? 1 : applyEncoding(how.encoding, new Int32Array()).length
    return Array.from({ length: width }, () => how.name)
  })
  return shapImportance(ensemble, owners, rowsOf(applyColumns(columns, table)))
}
