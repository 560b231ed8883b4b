import type { SparseVector } from './features.ts'

/**
 * A text's row as the ONNX file takes it: one float32 a column, zero where the text lacks it.
 *
 * @param columns how many the vocabulary has
 */
export function denseRow(
  { indices, values }: SparseVector,
  columns: number,
): Float32Array<ArrayBuffer> {
  const row = new Float32Array(columns)
  for (const [at, column] of indices.entries()) row[column] = values[at] ?? 0
  return row
}
