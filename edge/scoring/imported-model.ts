import { decodeOnnx } from '#models/onnx/decode.ts'
import { INPUT_NAME, PROBABILITY_OUTPUT } from '#models/onnx/names.ts'
import type { ImportedManifest } from '#shared/scoring/manifest.ts'
import { ModelError } from './model-error.ts'
import type { RuntimeOnlyModel } from './served-model.ts'

/**
 * A model of another toolkit. Its graph was followed when it was imported; here only its ends are looked at.
 *
 * @throws ModelError `damaged`, OnnxError for bytes that are no ONNX file
 */
export function importedModel(
  onnx: Uint8Array,
  { version }: Pick<ImportedManifest, 'version'>,
): RuntimeOnlyModel {
  const { inputs, outputs } = decodeOnnx(onnx).graph
  const width = inputs[0]?.shape[1]
  const isServable = inputs[0]?.name === INPUT_NAME && outputs[0]?.name === PROBABILITY_OUTPUT
  if (!isServable || typeof width !== 'number') {
    throw new ModelError(
      'damaged',
      `The file of model ${version} is none that an import writes.`,
      'Send the original file to POST /api/v1/models/import.',
    )
  }
  return { kind: 'runtime_only', columns: width }
}
