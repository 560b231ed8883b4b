import { viewWeight } from '#shared/recommend/view-weight.ts'

/** How often somebody, on all devices, viewed one page. */
export interface ReaderView {
  reader: string
  path: string
  views: number
  /** Unix milliseconds of the last. */
  at: number
}

/** Of each row its columns, ascending, with a weight above 0: compressed sparse rows. */
export interface SparseRows {
  /** Row r holds cells from `starts[r]` up to `starts[r + 1]`. */
  starts: Int32Array
  columns: Int32Array
  weights: Float64Array
}

/** Readers × pages, from both sides. Both lists ascend by text, so that the order of views changes nothing. */
export interface ViewMatrix {
  readers: readonly string[]
  paths: readonly string[]
  byReader: SparseRows
  byPath: SparseRows
}

/**
 * @param views one of each reader and path
 * @param paths the columns; views of other pages are left out
 * @param now Unix milliseconds that ages count from
 */
export function viewMatrix(
  views: readonly ReaderView[],
  paths: readonly string[],
  { now, halfLifeDays }: { now: number; halfLifeDays: number },
): ViewMatrix {
  const sorted = [...paths].sort(byText)
  const columnOf = new Map(sorted.map((path, column) => [path, column]))
  const readers = [...new Set(views.map(({ reader }) => reader))].sort(byText)
  const rowOf = new Map(readers.map((reader, row) => [reader, row]))
  const cells = views.flatMap(({ reader, path, views: times, at }) => {
    const row = rowOf.get(reader)
    const column = columnOf.get(path)
    if (row === undefined || column === undefined) return []
    return [{ row, column, weight: viewWeight(times, now - at, halfLifeDays) }]
  })
  cells.sort((a, b) => a.row - b.row || a.column - b.column)
  const byReader = sparseRows(cells, readers.length)
  const turned = cells.map(({ row, column, weight }) => ({ row: column, column: row, weight }))
  turned.sort((a, b) => a.row - b.row || a.column - b.column)
  return { readers, paths: sorted, byReader, byPath: sparseRows(turned, sorted.length) }
}

export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function sparseRows(
  cells: readonly { row: number; column: number; weight: number }[],
  rows: number,
): SparseRows {
  const starts = new Int32Array(rows + 1)
  for (const { row } of cells) starts[row + 1] = (starts[row + 1] ?? 0) + 1
  for (let row = 0; row < rows; row++) {
    starts[row + 1] = (starts[row + 1] ?? 0) + (starts[row] ?? 0)
  }
  return {
    starts,
    columns: Int32Array.from(cells, ({ column }) => column),
    weights: Float64Array.from(cells, ({ weight }) => weight),
  }
}
