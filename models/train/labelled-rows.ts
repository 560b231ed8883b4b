import { type Outcomes, outcomesOfLabel } from '../label/outcomes.ts'
import type { DroppedColumn } from '../table/infer-column.ts'
import type { LoadedTable } from '../table/read-table.ts'
import { type Table, taken, takeRows } from '../table/table.ts'

/** The rows of a file that have a label, with everything that belongs to a row. */
export interface LabelledRows {
  table: Table
  outcomes: Uint8Array
  time: Float64Array | null
  dropped: DroppedColumn[]
  positive: string
  notes: string[]
}

/** A test says less the fewer rows it has, but any with both outcomes says something. */
const TEST_NEEDS = { rows: 20, ofEither: 5 }

/**
 * @param positive the value that counts as "it happened", where it is not plain
 * @throws LabelError where rows or outcomes do not suffice
 */
export function labelledRows(
  { table, label, time, dropped, notes }: LoadedTable,
  positive: string | undefined,
  use: 'training' | 'test',
): LabelledRows {
  const found: Outcomes =
    use === 'training'
      ? outcomesOfLabel(label, positive)
      : outcomesOfLabel(label, positive, TEST_NEEDS)
  const { rows, outcomes } = found
  const ofRows = (values: Float64Array): Float64Array =>
    taken(values, rows, new Float64Array(rows.length))
  const all = rows.length === table.rows
  return {
    table: all ? table : takeRows(table, rows),
    outcomes,
    time: time && ofRows(time),
    dropped: dropped.map((column) =>
      column.values ? { ...column, values: ofRows(column.values) } : column,
    ),
    positive: found.positive,
    notes: [...notes, ...found.notes],
  }
}
