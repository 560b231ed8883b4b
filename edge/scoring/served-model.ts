import { createHash } from 'node:crypto'
import type { Attribution } from '#shared/explain/attribution.ts'
import { FEATURE_HASH } from '#shared/features/registry.ts'
import type { ModelManifest, TrainedManifest } from '#shared/scoring/manifest.ts'
import { importedModel } from './imported-model.ts'
import { linearModel } from './linear-model.ts'
import { ModelError } from './model-error.ts'
import { treeModel } from './tree-model.ts'

/** A model as it ships: its ONNX file and what must be known beside it. */
export interface ScoringModel {
  manifest: ModelManifest
  onnx: Uint8Array<ArrayBuffer>
}

/** A model read out of its file, for what ONNX Runtime does not do. */
export interface WalkedModel {
  kind: 'walked'
  /** Width of a row. */
  columns: number
  /**
   * The probability of each row, without ONNX Runtime.
   * @param rows float32 [count × columns], row after row, NaN where a value is missing
   */
  walk(rows: Float32Array): ArrayLike<number>
  /** What each feature adds to one row's margin, against the average visitor. */
  explain(row: Float32Array): Attribution[]
  /** Explaining costs next to nothing, so that every score is split into its sides. */
  explainsEveryScore: boolean
}

/** A model of another toolkit, whose graph only ONNX Runtime can follow. */
export interface RuntimeOnlyModel {
  kind: 'runtime_only'
  columns: number
}

type ServedModel = WalkedModel | RuntimeOnlyModel

/**
 * Reads a model to be served.
 * @throws ModelError, OnnxError where it is damaged, too large or of other features
 */
export function servedModel(model: ScoringModel & { manifest: TrainedManifest }): WalkedModel
export function servedModel(model: ScoringModel): ServedModel
export function servedModel({ manifest, onnx }: ScoringModel): ServedModel {
  if (manifest.featureHash !== FEATURE_HASH) {
    throw new ModelError(
      'other_features',
      `Model ${manifest.version} was trained on features ${manifest.featureHash}, not ${FEATURE_HASH}.`,
    )
  }
  if (createHash('sha256').update(onnx).digest('hex') !== manifest.onnxSha256) {
    throw new ModelError('damaged', `The file of model ${manifest.version} is not its manifest's.`)
  }
  const model = read({ manifest, onnx })
  if (model.columns !== manifest.columns.length) {
    throw new ModelError(
      'columns',
      `Model ${manifest.version} has ${model.columns} columns, its manifest ${manifest.columns.length}.`,
    )
  }
  return model
}

function read({ manifest, onnx }: ScoringModel): ServedModel {
  switch (manifest.algorithm) {
    case 'logistic-regression':
      return linearModel(onnx, manifest)
    case 'gradient-boosted-trees':
      return treeModel(onnx, manifest)
    case 'imported':
      return importedModel(onnx, manifest)
  }
}
