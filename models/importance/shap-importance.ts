import { treeShap } from '#shared/explain/tree-shap.ts'
import type { TreeEnsemble } from '#shared/trees/tree-ensemble.ts'

/** Rows to average over: about a millisecond each, and the mean moves little after a few hundred. */
export const SHAP_ROWS = 300

/**
 * How far each column moves the margin on average, in log-odds: the mean of the absolute Shapley values over
 * rows (Lundberg et al. 2020), a column of several encoded ones counting as their sum. Unlike permutation it
 * says what the model does and not whether that is right, and columns that say the same share it.
 *
 * @param owners the name behind each column of the ensemble
 * @param rows float32, row after row
 */
export function shapImportance(
  ensemble: TreeEnsemble,
  owners: readonly string[],
  rows: Float32Array,
): Map<string, number> {
  const sums = new Map<string, number>(owners.map((owner) => [owner, 0]))
  const count = owners.length === 0 ? 0 : rows.length / owners.length
  for (let row = 0; row < count; row++) {
    const shap = treeShap(ensemble, rows.subarray(row * owners.length, (row + 1) * owners.length))
    // Only a deadline ends it early, and none is given.
    if (shap.kind !== 'whole') continue
    const ofRow = new Map<string, number>()
    for (const [column, owner] of owners.entries()) {
      ofRow.set(owner, (ofRow.get(owner) ?? 0) + (shap.contributions[column] ?? 0))
    }
    for (const [owner, value] of ofRow) sums.set(owner, (sums.get(owner) ?? 0) + Math.abs(value))
  }
  return new Map([...sums].map(([owner, sum]) => [owner, count === 0 ? 0 : sum / count]))
}
