import { leafOf, type Tree, type TreeEnsemble } from '#shared/trees/tree-ensemble.ts'
import { sampleOf, seededUniform } from '../random/seeded.ts'
import { binTable } from './bins.ts'
import { TreeGrower } from './grow-tree.ts'
import { baseMargin, lossOf, writeDerivatives } from './objective.ts'
import { completeOptions, type GbdtOptions, TrainingError } from './options.ts'

/** Rows to learn from, column by column. */
export interface GbdtTable {
  /** float32, NaN for missing, all of one length. */
  columns: readonly Float32Array[]
  /** 0 or 1 for logistic loss, any number for squared. */
  labels: ArrayLike<number>
  /** How much each row counts; absent for 1 each. */
  weights?: ArrayLike<number>
}

export interface TrainedGbdt {
  ensemble: TreeEnsemble
  /** Mean loss on the validation rows after each round; empty without any. */
  validationLoss: number[]
}

export interface TrainingHooks {
  validation?: GbdtTable
  /** After each round; the rounds done of those at most. */
  onRound?: (round: number, rounds: number) => void
}

/**
 * Gradient boosting over histograms (Friedman 2001, Chen & Guestrin 2016, Ke et al. 2017). The same table,
 * options and seed give the same bits on every machine.
 *
 * @throws TrainingError where options or table make no sense
 */
export function trainGbdt(
  table: GbdtTable,
  given: Partial<GbdtOptions> = {},
  { validation, onRound }: TrainingHooks = {},
): TrainedGbdt {
  const options = completeOptions(given)
  checkTable(table, options)
  const rows = table.labels.length
  const binned = binTable(table.columns, options.bins, options.seed)
  const grower = new TreeGrower(binned, options)
  const random = seededUniform(options.seed)
  const base = Math.fround(baseMargin(table.labels, table.weights, options.loss))
  const margins = new Float64Array(rows).fill(base)
  const gradients = new Float64Array(rows)
  const hessians = new Float64Array(rows)
  const everyRow = Int32Array.from({ length: rows }, (_, row) => row)
  const everyColumn = Int32Array.from(table.columns, (_, column) => column)
  const rowCount = Math.max(1, Math.round(rows * options.rowShare))
  const columnCount = Math.max(1, Math.round(everyColumn.length * options.columnShare))
  const watched = validation ? new Watched(validation, base, options) : null
  const trees: Tree[] = []
  for (let round = 0; round < options.rounds; round++) {
    writeDerivatives(options.loss, margins, table.labels, table.weights, gradients, hessians)
    const order = rowCount < rows ? sampleOf(rows, rowCount, random) : everyRow.slice()
    const columns =
      columnCount < everyColumn.length
        ? sampleOf(everyColumn.length, columnCount, random)
        : everyColumn
    const { tree, leaves } = grower.grow(order, columns, gradients, hessians)
    trees.push(tree)
    if (rowCount < rows) addByWalking(tree, table.columns, margins)
    else {
      for (const { from, to, value } of leaves) {
        for (let i = from; i < to; i++) {
          const row = order[i] as number
          margins[row] = (margins[row] as number) + value
        }
      }
    }
    onRound?.(round + 1, options.rounds)
    if (watched?.isOver(tree)) break
    // Nothing is left to learn: further trees would be the same single leaf.
    if (tree.features.length === 0 && rowCount === rows && columnCount === everyColumn.length) break
  }
  const kept = watched && options.patienceRounds > 0 ? trees.slice(0, watched.bestRound) : trees
  return {
    ensemble: {
      columns: everyColumn.length,
      base,
      link: options.loss === 'logistic' ? 'logistic' : 'identity',
      trees: kept,
    },
    validationLoss: watched?.losses ?? [],
  }
}

/** Follows the loss on rows that are not learned from. */
class Watched {
  readonly losses: number[] = []
  bestRound = 0
  readonly #table: GbdtTable
  readonly #margins: Float64Array
  readonly #options: GbdtOptions
  #best = Number.POSITIVE_INFINITY

  constructor(table: GbdtTable, base: number, options: GbdtOptions) {
    this.#table = table
    this.#options = options
    this.#margins = new Float64Array(table.labels.length).fill(base)
  }

  /** Takes the next tree. @returns whether the loss has not got better for too long */
  isOver(tree: Tree): boolean {
    const { columns, labels, weights } = this.#table
    addByWalking(tree, columns, this.#margins)
    const loss = lossOf(this.#options.loss, this.#margins, labels, weights)
    this.losses.push(loss)
    if (loss < this.#best) {
      this.#best = loss
      this.bestRound = this.losses.length
    }
    const { patienceRounds } = this.#options
    return patienceRounds > 0 && this.losses.length - this.bestRound >= patienceRounds
  }
}

function addByWalking(tree: Tree, columns: readonly Float32Array[], margins: Float64Array): void {
  const row = new Float32Array(columns.length)
  for (let at = 0; at < margins.length; at++) {
    for (let column = 0; column < columns.length; column++) {
      row[column] = columns[column]?.[at] as number
    }
    margins[at] = (margins[at] as number) + (tree.leafValues[leafOf(tree, row)] as number)
  }
}

function checkTable({ columns, labels, weights }: GbdtTable, options: GbdtOptions): void {
  const bad = (reason: string, next: string) => new TrainingError('bad_table', reason, next)
  if (columns.length === 0 || labels.length === 0) {
    throw bad('There are no columns or no rows to learn from.', 'Give at least one of each.')
  }
  const odd = columns.findIndex((column) => column.length !== labels.length)
  if (odd >= 0) {
    throw bad(
      `Column ${odd} has ${columns[odd]?.length} rows where there are ${labels.length} labels.`,
      'Give every column one value a row, NaN where it is missing.',
    )
  }
  if (weights && weights.length !== labels.length) {
    throw bad(
      `There are ${weights.length} weights for ${labels.length} rows.`,
      'Give one weight a row, or none at all.',
    )
  }
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row] as number
    const isFine = options.loss === 'logistic' ? label === 0 || label === 1 : Number.isFinite(label)
    if (!isFine) {
      throw bad(
        `The label of row ${row} is ${label}.`,
        options.loss === 'logistic' ? 'Labels must be 0 or 1.' : 'Labels must be numbers.',
      )
    }
    const weight = weights ? (weights[row] as number) : 1
    if (!(weight >= 0 && Number.isFinite(weight))) {
      throw bad(`The weight of row ${row} is ${weight}.`, 'Weights must be 0 or more.')
    }
  }
  const { monotone } = options
  if (monotone && monotone.length !== columns.length) {
    throw bad(
      `There are ${monotone.length} monotone signs for ${columns.length} columns.`,
      'Give one a column: 1, -1 or 0.',
    )
  }
}
