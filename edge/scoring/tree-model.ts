import { treesFromOnnx } from '#models/onnx/tree-ensemble.ts'
import { walkTrees } from '#models/onnx/tree-walker.ts'
import { type Attribution, byFeature } from '#shared/explain/attribution.ts'
import { treeShap } from '#shared/explain/tree-shap.ts'
import type { TrainedManifest } from '#shared/scoring/manifest.ts'
import { ModelError } from './model-error.ts'
import type { WalkedModel } from './served-model.ts'

/**
 * Explaining a row goes through every leaf, about 0.2 µs each, and a Worker's clock stands still while
 * code runs. So the budget of 3 ms is kept by what is served at all.
 */
const MOST_LEAVES = 15_000

/**
 * Boosted trees. What they explain is the margin before calibration, which only stretches it.
 *
 * @throws ModelError `too_large`, `no_probability`; OnnxError for a file that is not one of ours
 */
export function treeModel(
  onnx: Uint8Array,
  { version, columns }: Pick<TrainedManifest, 'version' | 'columns'>,
): WalkedModel {
  const model = treesFromOnnx(onnx)
  const { ensemble } = model
  if (ensemble.link !== 'logistic') {
    throw new ModelError('no_probability', `Model ${version} predicts a value, no probability.`)
  }
  const leaves = ensemble.trees.reduce((sum, tree) => sum + tree.leafValues.length, 0)
  if (leaves > MOST_LEAVES) {
    throw new ModelError(
      'too_large',
      `Model ${version} has ${leaves} leaves; at most ${MOST_LEAVES} can be explained in time.`,
      'Train it with fewer rounds or fewer leaves a tree.',
    )
  }
  const features = columns.map(({ feature }) => feature)
  const explain = (row: Float32Array): Attribution[] => {
    const shap = treeShap(ensemble, row)
    // Only a deadline ends it early, and none is given.
    return shap.kind === 'whole' ? byFeature(features, shap.contributions) : []
  }
  return {
    kind: 'walked',
    columns: ensemble.columns,
    walk: (rows) => walkTrees(model, rows),
    explain,
    explainsEveryScore: false,
  }
}
