import { createHash } from 'node:crypto'
import { type LinearModel, linearFromOnnx } from '#models/onnx/linear.ts'
import { heldValue, linearMargins, sigmoid } from '#models/onnx/linear-walker.ts'
import { INPUT_NAME, PROBABILITY_OUTPUT } from '#models/onnx/names.ts'
import {
  attribute,
  type LinearExplainer,
  linearExplainer,
  reasonsOf,
  sideSums,
} from '#shared/explain/linear.ts'
import { AS_STATED } from '#shared/features/feature.ts'
import { FEATURE_HASH, type FeatureValues, featureByName } from '#shared/features/registry.ts'
import { encodeRows } from '#shared/scoring/encoding.ts'
import { gradeOf, pointsOf } from '#shared/scoring/grading.ts'
import type { ModelManifest } from '#shared/scoring/manifest.ts'
import type { Score } from '#shared/scoring/score.ts'
import type { OnnxRuntime, OnnxSession } from './onnx-runtime.ts'
import type { SessionCache } from './session-cache.ts'

/** A model as it ships: its ONNX file and what must be known beside it. */
export interface ScoringModel {
  manifest: ModelManifest
  onnx: Uint8Array<ArrayBuffer>
}

/** What computed the latest probabilities; the walker's are the same to 1e-5. */
type Engine = { kind: 'onnxruntime' } | { kind: 'walker'; reason: string; next: string }

interface ScoreOptions {
  /** Reasons cost more than the score itself, so they are given only where asked for. */
  reasons: boolean
  /**
   * Starting ONNX Runtime takes about 200 ms of an isolate's first score. `walk` scores without it
   * until something else has started it, for callers that a page waits for. Default `start`.
   */
  whenCold?: 'start' | 'walk'
}

export interface Scorer {
  readonly manifest: ModelManifest
  engine(): Engine
  /** Scores rows of features as one batch, in their order. */
  score(rows: readonly FeatureValues[], options: ScoreOptions): Promise<Score[]>
}

type ModelErrorKind = 'other_features' | 'damaged' | 'columns'

/** The file and its manifest cannot be served together, or not to these features. */
export class ModelError extends Error {
  override readonly name = 'ModelError'
  readonly kind: ModelErrorKind
  readonly next = 'Train the model again and ship the ONNX file and manifest of one training.'

  constructor(kind: ModelErrorKind, reason: string) {
    super(reason)
    this.kind = kind
  }
}

function checkedLinear({ manifest, onnx }: ScoringModel): LinearModel {
  if (manifest.featureHash !== FEATURE_HASH) {
    throw new ModelError(
      'other_features',
      `Model ${manifest.version} was trained on features ${manifest.featureHash}, not ${FEATURE_HASH}.`,
    )
  }
  if (createHash('sha256').update(onnx).digest('hex') !== manifest.onnxSha256) {
    throw new ModelError('damaged', `The file of model ${manifest.version} is not its manifest's.`)
  }
  const linear = linearFromOnnx(onnx)
  if (linear.weights.length !== manifest.columns.length) {
    throw new ModelError(
      'columns',
      `Model ${manifest.version} has ${linear.weights.length} columns, its manifest ${manifest.columns.length}.`,
    )
  }
  return linear
}

function explainerOf(linear: LinearModel, manifest: ModelManifest): LinearExplainer {
  return linearExplainer(
    manifest.columns.map(({ feature, mean }, column) => ({
      feature,
      mean,
      weight: linear.weights[column] ?? 0,
    })),
  )
}

const BROKEN_NEXT = 'Scores stay the same; look for the cause in the logs.'
const COLD_REASON = 'ONNX Runtime is not started yet.'
const COLD_NEXT = 'Nothing to do: the first score that may wait starts it.'

const sideOf = (feature: string) => featureByName(feature)?.side ?? 'engagement'

/**
 * Makes a scorer for one model.
 * @param runtime the isolate's ONNX Runtime; where it cannot start or refuses the model, the plain
 *   walker scores instead and `engine()` says so.
 * @throws ModelError, OnnxError where the model is damaged or of other features.
 */
export function createScorer(
  model: ScoringModel,
  runtime: OnnxRuntime,
  sessions: SessionCache<OnnxSession>,
): Scorer {
  const { manifest, onnx } = model
  const linear = checkedLinear(model)
  const explainer = explainerOf(linear, manifest)
  const width = manifest.columns.length
  let engine: Engine = { kind: 'onnxruntime' }

  const open = () => runtime.open(onnx, { input: INPUT_NAME, output: PROBABILITY_OUTPUT })

  const probabilitiesOf = async (
    encoded: Float32Array<ArrayBuffer>,
    count: number,
    whenCold: ScoreOptions['whenCold'],
  ): Promise<ArrayLike<number>> => {
    const walked = (reason: string, next = BROKEN_NEXT): ArrayLike<number> => {
      engine = { kind: 'walker', reason, next }
      return linearMargins(linear, encoded).map(sigmoid)
    }
    const state = runtime.state()
    if (state.kind === 'failed') return walked(state.reason)
    if (state.kind === 'cold' && whenCold === 'walk') return walked(COLD_REASON, COLD_NEXT)
    try {
      const run = (session: OnnxSession) => session.run(encoded, count)
      const work = sessions.use(manifest.onnxSha256, open, run)
      const probabilities = await (state.kind === 'ready' ? work : runtime.whileStarting(work))
      engine = { kind: 'onnxruntime' }
      return probabilities
    } catch (error) {
      // A lead without a score is worse than one whose score came another way: say it, go on.
      return walked(error instanceof Error ? error.message : String(error))
    }
  }

  return {
    manifest,
    engine: () => engine,
    async score(rows, { reasons, whenCold }) {
      if (rows.length === 0) return []
      const encoded = encodeRows(manifest.columns, rows)
      const probabilities = await probabilitiesOf(encoded, rows.length, whenCold)
      return rows.map((values, index): Score => {
        const probability = probabilities[index] ?? Number.NaN
        const held = encoded
          .subarray(index * width, (index + 1) * width)
          .map((value, column) => heldValue(linear, column, value))
        const attributions = attribute(explainer, held)
        return {
          probability,
          points: pointsOf(probability, manifest.pointKnots),
          grade: gradeOf(probability, manifest.grades),
          ...sideSums(attributions, sideOf),
          modelVersion: manifest.version,
          calibrated: manifest.calibrated,
          reasons: reasons ? reasonsOf(attributions, values, featureByName, values[AS_STATED]) : [],
        }
      })
    },
  }
}
