import type { ModelColumn } from './manifest.ts'

/** A feature's value as a model takes it; null where it is missing. */
export type ModelValue = number | boolean | string | null

/** Values by feature name; a name that is absent is missing. */
export type ModelValues = Readonly<Record<string, ModelValue | undefined>>

/**
 * Makes one column's value. A missing feature gives NaN in its value columns, which the model
 * replaces by the training mean, and 1 in its `missing` column.
 */
export function encodeValue(
  { encoding }: Pick<ModelColumn, 'encoding'>,
  value: ModelValue,
): number {
  if (encoding.kind === 'missing') return value === null ? 1 : 0
  if (value === null) return Number.NaN
  switch (encoding.kind) {
    case 'number': {
      const number = Number(value)
      return encoding.transform === 'log1p' ? Math.log1p(Math.max(number, 0)) : number
    }
    case 'boolean':
      return value === true ? 1 : 0
    case 'level':
      return value === encoding.level ? 1 : 0
  }
}

/** Encodes rows for the model's input `X`: float32 [rows × columns], row after row. */
export function encodeRows(
  columns: readonly Pick<ModelColumn, 'feature' | 'encoding'>[],
  rows: readonly ModelValues[],
): Float32Array<ArrayBuffer> {
  const encoded = new Float32Array(rows.length * columns.length)
  let at = 0
  for (const row of rows) {
    for (const column of columns) encoded[at++] = encodeValue(column, row[column.feature] ?? null)
  }
  return encoded
}
