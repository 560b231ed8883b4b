import { seededUniform, shuffle } from '../random/seeded.ts'

/** Few levels get a column each; more would dilute the splits. */
const MAX_ONE_HOT_LEVELS = 6
/** How many rows the average counts for beside a level's own: rare levels lean on it. */
const PRIOR_ROWS = 10
/** Orders to average over: one alone is noisy for whoever comes early in it. */
const ORDERS = 4

/** How a category becomes numbers, so that a new row gets what the rows of training got. */
export type CategoryEncoding =
  /** A column a level: 1 where the row has it, else 0; NaN where the category is missing. */
  | { kind: 'one_hot'; levels: number }
  /** One column: the mean label of the level. A level never seen has the mean of all. */
  | { kind: 'target'; means: Float32Array; unseen: number }

/** A categorical column: numbers of levels from 0 on, -1 where it is missing. */
export interface Category {
  codes: Int32Array
  levels: number
}

export interface EncodedCategory {
  encoding: CategoryEncoding
  /** For the rows of training. */
  columns: Float32Array[]
}

/**
 * Encodes a category for training. Where levels become the mean of their labels, a row never sees its
 * own label: only those of the rows before it in a random order (ordered target statistics, Prokhorenkova
 * et al. 2018), averaged over a few orders.
 */
export function encodeCategory(
  category: Category,
  labels: ArrayLike<number>,
  seed: number,
): EncodedCategory {
  const { codes, levels } = category
  if (levels <= MAX_ONE_HOT_LEVELS) {
    const encoding: CategoryEncoding = { kind: 'one_hot', levels }
    return { encoding, columns: applyEncoding(encoding, codes) }
  }
  let sum = 0
  for (let row = 0; row < codes.length; row++) sum += labels[row] as number
  const average = sum / codes.length
  const random = seededUniform(seed)
  const order = Int32Array.from(codes, (_, row) => row)
  const ordered = new Float64Array(codes.length)
  const sums = new Float64Array(levels)
  const counts = new Float64Array(levels)
  for (let turn = 0; turn < ORDERS; turn++) {
    sums.fill(0)
    counts.fill(0)
    for (const row of shuffle(order, random)) {
      const code = codes[row] as number
      if (code < 0) {
        ordered[row] = Number.NaN
        continue
      }
      const [own, count] = [sums[code] as number, counts[code] as number]
      ordered[row] = (ordered[row] as number) + (own + PRIOR_ROWS * average) / (count + PRIOR_ROWS)
      sums[code] = own + (labels[row] as number)
      counts[code] = count + 1
    }
  }
  const means = Float32Array.from(
    sums,
    (own, code) => (own + PRIOR_ROWS * average) / ((counts[code] as number) + PRIOR_ROWS),
  )
  return {
    encoding: { kind: 'target', means, unseen: Math.fround(average) },
    columns: [Float32Array.from(ordered, (value) => value / ORDERS)],
  }
}

/** The columns of rows that were not trained on. A code beyond the levels is one never seen. */
export function applyEncoding(encoding: CategoryEncoding, codes: Int32Array): Float32Array[] {
  if (encoding.kind === 'target') {
    const { means, unseen } = encoding
    return [Float32Array.from(codes, (code) => (code < 0 ? Number.NaN : (means[code] ?? unseen)))]
  }
  return Array.from({ length: encoding.levels }, (_, level) =>
    Float32Array.from(codes, (code) => (code < 0 ? Number.NaN : code === level ? 1 : 0)),
  )
}
