import { FEATURES } from '#shared/features/registry.ts'
import { encodeRows } from '#shared/scoring/encoding.ts'
import type { Encoding, ModelColumn } from '#shared/scoring/manifest.ts'
import type { TrainingRow } from '#shared/training/training-row.ts'

const IDENTITY: Encoding = { kind: 'number', transform: 'identity' }

/**
 * Columns of trees: numbers as they are, since trees need no transform, and a column a level. Missing values
 * are NaN, which every split sends its own way, so that they need no column. One that never varies is left out.
 */
export function treeColumns(rows: readonly TrainingRow[]): ModelColumn[] {
  const planned = FEATURES.flatMap((feature) => {
    const encodings: Encoding[] =
      feature.type === 'category'
        ? feature.levels.map((level) => ({ kind: 'level', level }))
        : [feature.type === 'boolean' ? { kind: 'boolean' } : IDENTITY]
    return encodings.map((encoding) => ({ feature: feature.name, encoding }))
  })
  const values = columnsOf(planned, rows)
  return planned.flatMap((column, index) => {
    const all = values[index] ?? new Float32Array()
    const known = all.filter((value) => !Number.isNaN(value))
    // Being unknown is a value too: trees may part on it.
    const differ = new Set(all).size > 1
    if (!differ) return []
    return [{ ...column, mean: known.reduce((sum, value) => sum + value, 0) / known.length }]
  })
}

/** Encoded values, one array a column, as boosting takes them. */
export function columnsOf(
  columns: readonly Pick<ModelColumn, 'feature' | 'encoding'>[],
  rows: readonly TrainingRow[],
): Float32Array[] {
  const encoded = encodeRows(
    columns,
    rows.map((row) => row.features),
  )
  return columns.map((_, column) =>
    Float32Array.from(rows, (_, row) => encoded[row * columns.length + column] ?? Number.NaN),
  )
}
