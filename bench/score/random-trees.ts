import { createHash } from 'node:crypto'
import { treesToOnnx } from '#models/onnx/tree-ensemble.ts'
import type { TrainedManifest } from '#shared/scoring/manifest.ts'
import { randomEnsemble } from '#shared/trees/tree-ensemble.arbitrary.ts'

const TREES = 200
const LEAVES = 31

/**
 * A model of the size that training makes, over the columns of another. Its splits are random: the time
 * of a walk depends on the shape of trees, not on what they learnt.
 */
export function randomTreeModel(like: TrainedManifest): {
  manifest: TrainedManifest
  onnx: Uint8Array<ArrayBuffer>
} {
  const columns = like.columns.length
  const ensemble = randomEnsemble({ columns, trees: TREES, leaves: LEAVES, spread: 0.1, seed: 1 })
  const onnx = treesToOnnx(
    { ...ensemble, link: 'logistic' },
    { calibration: { kind: 'platt', a: 1, b: 0 }, metadata: {} },
  )
  return {
    onnx,
    manifest: {
      ...like,
      version: `random-${TREES}x${LEAVES}`,
      algorithm: 'gradient-boosted-trees',
      onnxSha256: createHash('sha256').update(onnx).digest('hex'),
    },
  }
}
