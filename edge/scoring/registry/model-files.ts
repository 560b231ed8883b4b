import { ModelManifest } from '#shared/scoring/manifest.ts'
import type { ScoringModel } from '../served-model.ts'

const keyOf = (workspaceId: string, version: string, file: 'model.onnx' | 'manifest.json') =>
  `models/${workspaceId}/${version}/${file}`

/** Writes a model's files. Whoever calls it sees to it that a version is given once. @throws what R2 throws */
export async function putModelFiles(
  bucket: R2Bucket,
  workspaceId: string,
  { manifest, onnx }: ScoringModel,
): Promise<void> {
  await bucket.put(keyOf(workspaceId, manifest.version, 'model.onnx'), onnx)
  await bucket.put(keyOf(workspaceId, manifest.version, 'manifest.json'), JSON.stringify(manifest))
}

/** A model as it was written. @throws what R2 throws, and where a file is absent or no manifest */
export async function modelFiles(
  bucket: R2Bucket,
  workspaceId: string,
  version: string,
): Promise<ScoringModel> {
  const [onnx, manifest] = await Promise.all([
    bucket.get(keyOf(workspaceId, version, 'model.onnx')),
    bucket.get(keyOf(workspaceId, version, 'manifest.json')),
  ])
  if (!onnx || !manifest) throw new Error(`The bucket has no file of model ${version}.`)
  return {
    manifest: ModelManifest.parse(await manifest.json()),
    onnx: new Uint8Array(await onnx.arrayBuffer()),
  }
}
