import { sampleOf, seededUniform, type Uniform } from '#models/random/seeded.ts'
import { IsolationError } from './isolation-error.ts'

/** A table of numbers, row by row; NaN where a value is not known. */
export interface Rows {
  values: Float64Array
  columns: number
}

/** Trees one after the other in columns of nodes; a node's children are neighbours. */
export interface IsolationForest {
  columns: number
  /** Rows that each tree was grown on, ψ. */
  sampleSize: number
  /** The first node of each tree. */
  roots: Int32Array
  /** The column that a node splits; -1 for a leaf. */
  splitColumn: Int16Array
  /** A value below goes to the first child. */
  threshold: Float64Array
  /** The first of two children. */
  child: Int32Array
  /** Rows of the tree's sample that came to the node. */
  size: Int32Array
}

export interface ForestOptions {
  seed: number
  trees?: number
  sampleSize?: number
}

/** Liu, Ting and Zhou (2008) found that neither needs to be more. */
const TREES = 100
const SAMPLE_SIZE = 256
const LEAST_ROWS = 2

/**
 * An isolation forest (Liu, Ting and Zhou 2008): trees that split a random column at a random place between
 * its least and greatest value, to a depth of log2 ψ. Rows that few splits set apart from the others are
 * unusual. The same rows and seed give the same forest, bit for bit.
 *
 * Only columns that vary within a node are drawn from, since any other splits nothing. A row whose value is
 * missing goes either way, as likely as the known rows do; if none is known, the column does not vary.
 *
 * @throws IsolationError where there are fewer than two rows, they are ragged, or a value is infinite
 */
export function growForest(rows: Rows, options: ForestOptions): IsolationForest {
  const count = rows.values.length / rows.columns
  checkRows(rows, count)
  const trees = options.trees ?? TREES
  const sampleSize = Math.min(options.sampleSize ?? SAMPLE_SIZE, count)
  const most = trees * (2 * sampleSize - 1)
  const nodes: Nodes = {
    used: 0,
    splitColumn: new Int16Array(most).fill(-1),
    threshold: new Float64Array(most),
    child: new Int32Array(most),
    size: new Int32Array(most),
  }
  const uniform = seededUniform(options.seed)
  const depth = depthOf(sampleSize)
  const roots = new Int32Array(trees)
  for (let tree = 0; tree < trees; tree++) {
    const sample = sampleOf(count, sampleSize, uniform)
    roots[tree] = nodes.used++
    growNode(nodes, roots[tree] ?? 0, sample, rows, depth, uniform)
  }
  return {
    columns: rows.columns,
    sampleSize,
    roots,
    splitColumn: nodes.splitColumn.slice(0, nodes.used),
    threshold: nodes.threshold.slice(0, nodes.used),
    child: nodes.child.slice(0, nodes.used),
    size: nodes.size.slice(0, nodes.used),
  }
}

type Nodes = Pick<IsolationForest, 'splitColumn' | 'threshold' | 'child' | 'size'> & {
  used: number
}

function growNode(
  nodes: Nodes,
  node: number,
  members: Int32Array,
  rows: Rows,
  depth: number,
  uniform: Uniform,
): void {
  nodes.size[node] = members.length
  if (depth === 0 || members.length <= 1) return
  const split = drawSplit(members, rows, uniform)
  if (!split) return
  const { column, threshold } = split
  const splitValue = (row: number) => rows.values[row * rows.columns + column] ?? Number.NaN
  let [below, known] = [0, 0]
  for (const row of members) {
    if (splitValue(row) < threshold) below++
    if (!Number.isNaN(splitValue(row))) known++
  }
  const goesFirst = (row: number) => {
    const value = splitValue(row)
    return Number.isNaN(value) ? uniform() * known < below : value < threshold
  }
  const sides = Uint8Array.from(members, (row) => (goesFirst(row) ? 1 : 0))
  const child = nodes.used
  nodes.used += 2
  nodes.splitColumn[node] = column
  nodes.threshold[node] = threshold
  nodes.child[node] = child
  for (const side of [1, 0]) {
    const part = members.filter((_, index) => sides[index] === side)
    growNode(nodes, child + (1 - side), part, rows, depth - 1, uniform)
  }
}

/** A column that varies among the members, each as likely, and a place between its ends. */
function drawSplit(
  members: Int32Array,
  { values, columns }: Rows,
  uniform: Uniform,
): { column: number; threshold: number } | null {
  const varying: { column: number; low: number; high: number }[] = []
  for (let column = 0; column < columns; column++) {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (const row of members) {
      const value = values[row * columns + column] ?? Number.NaN
      if (value < low) low = value
      if (value > high) high = value
    }
    if (high > low) varying.push({ column, low, high })
  }
  const drawn = varying[Math.floor(uniform() * varying.length)]
  if (!drawn) return null
  const threshold = drawn.low + uniform() * (drawn.high - drawn.low)
  // At the least value nothing would be below.
  return { column: drawn.column, threshold: threshold > drawn.low ? threshold : drawn.high }
}

/** The least whole number whose power of two is at least `rows`. */
function depthOf(rows: number): number {
  let depth = 0
  while (2 ** depth < rows) depth++
  return depth
}

function checkRows({ values, columns }: Rows, count: number): void {
  if (!Number.isInteger(count)) {
    throw new IsolationError(
      'ragged_rows',
      `${values.length} values do not make rows of ${columns} columns.`,
      'Give every row a value for each column, NaN where it is not known.',
    )
  }
  if (count < LEAST_ROWS) {
    throw new IsolationError(
      'too_few_rows',
      `There are ${count} rows, and nothing is unusual among fewer than ${LEAST_ROWS}.`,
      'Wait for more rows.',
    )
  }
  const infinite = values.findIndex((value) => Math.abs(value) === Number.POSITIVE_INFINITY)
  if (infinite >= 0) {
    throw new IsolationError(
      'infinite_value',
      `Row ${Math.floor(infinite / columns) + 1} is infinite in column ${(infinite % columns) + 1}.`,
      'Give NaN where a value is not known, or a bound.',
    )
  }
}
