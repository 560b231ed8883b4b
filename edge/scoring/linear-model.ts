import { linearFromOnnx } from '#models/onnx/linear.ts'
import { heldValue, linearMargins, sigmoid } from '#models/onnx/linear-walker.ts'
import { attribute, linearExplainer } from '#shared/explain/linear.ts'
import type { TrainedManifest } from '#shared/scoring/manifest.ts'
import type { WalkedModel } from './served-model.ts'

/** @throws OnnxError for a file that is no linear model of ours */
export function linearModel(
  onnx: Uint8Array,
  { columns }: Pick<TrainedManifest, 'columns'>,
): WalkedModel {
  const linear = linearFromOnnx(onnx)
  const explainer = linearExplainer(
    columns.map(({ feature, mean }, column) => ({
      feature,
      mean,
      weight: linear.weights[column] ?? 0,
    })),
  )
  return {
    kind: 'walked',
    columns: linear.weights.length,
    walk: (rows) => linearMargins(linear, rows).map(sigmoid),
    explain: (row) =>
      attribute(
        explainer,
        row.map((value, column) => heldValue(linear, column, value)),
      ),
    explainsEveryScore: true,
  }
}
