import { applyEncoding, type CategoryEncoding, encodeCategory } from '../gbdt/categories.ts'
import { isCategory, type Table } from '../table/table.ts'

/** How a column of the table becomes columns of the trees. */
export type TreeColumn =
  | { kind: 'value'; name: string }
  | { kind: 'category'; name: string; encoding: CategoryEncoding }

export interface TreeColumns {
  columns: TreeColumn[]
  /** One float32 column after the other, for the rows of training. */
  values: Float32Array[]
}

/** Columns to train on: numbers as they are, categories by what their levels' rows became. */
export function learnColumns(table: Table, outcomes: ArrayLike<number>, seed: number): TreeColumns {
  const columns: TreeColumn[] = []
  const values: Float32Array[] = []
  table.columns.forEach((column, index) => {
    if (!isCategory(column)) {
      columns.push({ kind: 'value', name: column.name })
      values.push(column.values)
      return
    }
    const category = { codes: column.codes, levels: column.format.levels.length }
    const encoded = encodeCategory(category, outcomes, seed + index)
    columns.push({ kind: 'category', name: column.name, encoding: encoded.encoding })
    values.push(...encoded.columns)
  })
  return { columns, values }
}

/** The same columns of other rows. The table has the columns of the training table. */
export function applyColumns(columns: readonly TreeColumn[], table: Table): Float32Array[] {
  return columns.flatMap((how, index) => {
    const column = table.columns[index]
    if (column === undefined || column.name !== how.name) {
      throw new Error(`The table has no column ${how.name} at place ${index}.`)
    }
    if (how.kind === 'value' && !isCategory(column)) return [column.values]
    if (how.kind === 'category' && isCategory(column)) {
      return applyEncoding(how.encoding, column.codes)
    }
    throw new Error(`Column ${how.name} is of another type than in training.`)
  })
}

/** Row after row, as models take them. */
export function rowsOf(columns: readonly Float32Array[]): Float32Array {
  const count = columns[0]?.length ?? 0
  const rows = new Float32Array(count * columns.length)
  columns.forEach((values, column) => {
    for (let row = 0; row < count; row++)
      rows[row * columns.length + column] = values[row] as number
  })
  return rows
}
