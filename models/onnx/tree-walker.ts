import { ensembleMargins } from '#shared/trees/tree-ensemble.ts'
import { calibratedProbability } from './calibration.ts'
import type { TreeModel } from './tree-ensemble.ts'

/**
 * What the file's first output is for each row, computed without ONNX Runtime: the probability, or
 * with the identity link the value.
 * @param rows float32 [count × columns], row after row, NaN where a value is missing.
 */
export function walkTrees(
  { ensemble, calibration }: Pick<TreeModel, 'ensemble' | 'calibration'>,
  rows: Float32Array,
): Float64Array {
  const margins = ensembleMargins(ensemble, rows)
  if (ensemble.link === 'identity') return margins
  return margins.map((margin) => calibratedProbability(calibration, margin))
}
