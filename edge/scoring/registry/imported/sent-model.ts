import type { ImportedManifest } from '#shared/scoring/manifest.ts'
import type { InputColumn } from './input-columns.ts'

/** A model of another toolkit as it was sent, with what its sender says of it. */
export interface SentModel {
  version: string
  onnx: Uint8Array<ArrayBuffer>
  /** What each input column is. */
  features: readonly InputColumn[]
  trainedOn: { from: number; to: number; rows: number; converted: number } | null
  metrics: ImportedManifest['metrics']
}
