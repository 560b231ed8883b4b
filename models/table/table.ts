/** How the cells of a column are read. */
export type ColumnFormat =
  | { kind: 'number'; decimal: '.' | ',' }
  /** Two words, of which `yes` is 1. Lower case. */
  | { kind: 'boolean'; yes: string; no: string }
  /** Days since 1970-01-01 UTC, with fractions. */
  | { kind: 'time'; order: DateOrder }
  | { kind: 'category'; levels: readonly string[] }

/** What the first of two ambiguous numbers in a date is, as in 03/04/2026. */
export type DateOrder = 'day-first' | 'month-first'

export type NumericFormat = Exclude<ColumnFormat, { kind: 'category' }>
type CategoryFormat = Extract<ColumnFormat, { kind: 'category' }>

export interface NumericColumn {
  name: string
  format: NumericFormat
  /** One a row, NaN where missing. */
  values: Float32Array
}

export interface CategoryColumn {
  name: string
  format: CategoryFormat
  /** Index into the format's levels, one a row, −1 where missing. */
  codes: Int32Array
}

export type Column = NumericColumn | CategoryColumn

export interface Table {
  rows: number
  columns: readonly Column[]
}

export const isCategory = (column: Column): column is CategoryColumn =>
  column.format.kind === 'category'

/** The rows of a table in the given order; a row may be taken more than once. */
export function takeRows({ columns }: Table, rows: ArrayLike<number>): Table {
  return {
    rows: rows.length,
    columns: columns.map((column) =>
      isCategory(column)
        ? { ...column, codes: taken(column.codes, rows, new Int32Array(rows.length)) }
        : { ...column, values: taken(column.values, rows, new Float32Array(rows.length)) },
    ),
  }
}

export function taken<T extends Int32Array | Float32Array | Float64Array | Uint8Array>(
  from: T,
  rows: ArrayLike<number>,
  into: T,
): T {
  for (let row = 0; row < rows.length; row++) into[row] = from[rows[row] ?? 0] ?? 0
  return into
}

const MOST_FLOAT32 = 3.4028234663852886e38

/** Beyond what float32 can hold, the largest it can: one infinity would make every mean infinite. */
export const toFloat32 = (values: Float64Array): Float32Array =>
  Float32Array.from(values, (value) => Math.max(-MOST_FLOAT32, Math.min(MOST_FLOAT32, value)))

/** How many rows of a column have no value. */
export function missingCount(column: Column): number {
  let missing = 0
  if (isCategory(column)) {
    for (const code of column.codes) if (code < 0) missing++
  } else {
    for (const value of column.values) if (Number.isNaN(value)) missing++
  }
  return missing
}
