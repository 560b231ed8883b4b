import type { BinnedTable } from './bins.ts'

/**
 * Sums of first and second derivatives by bin, one beside the other: [2 × bins of all columns]. Sums are
 * float64 throughout, in the order of the rows, so that the same data always gives the same trees.
 */
export type Histogram = Float64Array

/**
 * Adds up the rows `order[from … to)` for some columns. `gradients` and `hessians` are in the order of
 * the rows, from 0 on.
 *
 * Four columns go together: the loop is bound by loads, and they share those of a row.
 */
export function fillHistogram(
  histogram: Histogram,
  table: BinnedTable,
  columns: Int32Array,
  order: Int32Array,
  from: number,
  to: number,
  gradients: Float64Array,
  hessians: Float64Array,
): void {
  const { bins, offsets, rows } = table
  histogram.fill(0)
  const count = to - from
  let at = 0
  for (; at + 3 < columns.length; at += 4) {
    const a = columns[at] as number
    const b = columns[at + 1] as number
    const c = columns[at + 2] as number
    const d = columns[at + 3] as number
    const [baseA, baseB, baseC, baseD] = [a * rows, b * rows, c * rows, d * rows]
    const offsetA = offsets[a] as number
    const offsetB = offsets[b] as number
    const offsetC = offsets[c] as number
    const offsetD = offsets[d] as number
    for (let i = 0; i < count; i++) {
      const row = order[from + i] as number
      const gradient = gradients[i] as number
      const hessian = hessians[i] as number
      const binA = (offsetA + (bins[baseA + row] as number)) << 1
      const binB = (offsetB + (bins[baseB + row] as number)) << 1
      const binC = (offsetC + (bins[baseC + row] as number)) << 1
      const binD = (offsetD + (bins[baseD + row] as number)) << 1
      histogram[binA] = (histogram[binA] as number) + gradient
      histogram[binA + 1] = (histogram[binA + 1] as number) + hessian
      histogram[binB] = (histogram[binB] as number) + gradient
      histogram[binB + 1] = (histogram[binB + 1] as number) + hessian
      histogram[binC] = (histogram[binC] as number) + gradient
      histogram[binC + 1] = (histogram[binC + 1] as number) + hessian
      histogram[binD] = (histogram[binD] as number) + gradient
      histogram[binD + 1] = (histogram[binD + 1] as number) + hessian
    }
  }
  for (; at < columns.length; at++) {
    const column = columns[at] as number
    const base = column * rows
    const offset = offsets[column] as number
    for (let i = 0; i < count; i++) {
      const bin = (offset + (bins[base + (order[from + i] as number)] as number)) << 1
      histogram[bin] = (histogram[bin] as number) + (gradients[i] as number)
      histogram[bin + 1] = (histogram[bin + 1] as number) + (hessians[i] as number)
    }
  }
}

/** What a node's other child has, without looking at its rows: the parent's sums less this child's. */
export function subtractHistogram(parent: Histogram, child: Histogram): void {
  for (let i = 0; i < parent.length; i++) {
    parent[i] = (parent[i] as number) - (child[i] as number)
  }
}
