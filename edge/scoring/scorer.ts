import { INPUT_NAME, PROBABILITY_OUTPUT } from '#models/onnx/names.ts'
import { reasonsOf, sideSums } from '#shared/explain/attribution.ts'
import { AS_STATED } from '#shared/features/feature.ts'
import { type FeatureValues, featureByName } from '#shared/features/registry.ts'
import { encodeRows } from '#shared/scoring/encoding.ts'
import { gradeOf, pointsOf } from '#shared/scoring/grading.ts'
import type { ModelManifest } from '#shared/scoring/manifest.ts'
import type { GradeCutoffs } from '#shared/scoring/rollout.ts'
import type { Score } from '#shared/scoring/score.ts'
import type { OnnxRuntime, OnnxSession } from './onnx-runtime.ts'
import { runtimeOnlyScorer } from './runtime-only-scorer.ts'
import { NOT_SPLIT, sideOf } from './score-sides.ts'
import { type ScoringModel, servedModel } from './served-model.ts'
import type { SessionCache } from './session-cache.ts'

/** What computed the latest probabilities: the walker a few rows, ONNX Runtime batches. The same to 1e-5. */
export type Engine =
  | { kind: 'onnxruntime' }
  | { kind: 'walker'; reason: string; next: string }
  /** Another model scored, by one of the two, for this one has no walker. */
  | { kind: 'stand_in'; by: 'onnxruntime' | 'walker'; model: string; reason: string; next: string }

export interface ScoreOptions {
  /** Reasons cost more than the score itself, so they are given only where asked for. */
  reasons: boolean
  /**
   * Starting ONNX Runtime takes about 200 ms of an isolate's first batch. `walk` scores without it
   * until something else has started it, for callers that a page waits for. Default `start`.
   */
  whenCold?: 'start' | 'walk'
  /** The workspace's own cut-offs; without them the model's. */
  grades?: GradeCutoffs | null
}

export interface Scorer {
  readonly manifest: ModelManifest
  engine(): Engine
  /** Scores rows of features as one batch, in their order. */
  score(rows: readonly FeatureValues[], options: ScoreOptions): Promise<Score[]>
}

/**
 * Up to so many rows the walker is the faster one: a call of ONNX Runtime costs about 0.15 ms between two
 * requests, whatever is in it. docs/decisions/0008 has the figures.
 */
export const WALKED_ROWS_MAX = 8
const FEW_ROWS_REASON = 'A few rows are scored faster without ONNX Runtime.'
const FEW_ROWS_NEXT = 'Nothing to do.'
const BROKEN_NEXT = 'Scores stay the same; look for the cause in the logs.'
const COLD_REASON = 'ONNX Runtime is not started yet.'
const COLD_NEXT = 'Nothing to do: the first score that may wait starts it.'

/**
 * Makes a scorer for one model. Batches go through ONNX Runtime, at most WALKED_ROWS_MAX rows through the
 * plain walker.
 * @param runtime the isolate's ONNX Runtime; where it cannot start or refuses the model, the walker
 *   scores batches too and `engine()` says so.
 * @param standIn what scores instead of an imported model, which no walker reads
 * @throws ModelError, OnnxError where the model is damaged or of other features.
 */
export function createScorer(
  model: ScoringModel,
  runtime: OnnxRuntime,
  sessions: SessionCache<OnnxSession>,
  standIn?: () => Promise<Scorer>,
): Scorer {
  const { manifest, onnx } = model
  const served = servedModel(model)
  if (served.kind === 'runtime_only') return runtimeOnlyScorer(model, runtime, sessions, standIn)
  const width = served.columns
  let engine: Engine = { kind: 'onnxruntime' }

  const open = () => runtime.open(onnx, { input: INPUT_NAME, output: PROBABILITY_OUTPUT })

  const probabilitiesOf = async (
    encoded: Float32Array<ArrayBuffer>,
    count: number,
    whenCold: ScoreOptions['whenCold'],
  ): Promise<ArrayLike<number>> => {
    const walked = (reason: string, next = BROKEN_NEXT): ArrayLike<number> => {
      engine = { kind: 'walker', reason, next }
      return served.walk(encoded)
    }
    if (count <= WALKED_ROWS_MAX) return walked(FEW_ROWS_REASON, FEW_ROWS_NEXT)
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
    async score(rows, { reasons, whenCold, grades }) {
      if (rows.length === 0) return []
      const encoded = encodeRows(manifest.columns, rows)
      const probabilities = await probabilitiesOf(encoded, rows.length, whenCold)
      return rows.map((values, index): Score => {
        const probability = probabilities[index] ?? Number.NaN
        const attributions =
          reasons || served.explainsEveryScore
            ? served.explain(encoded.subarray(index * width, (index + 1) * width))
            : null
        return {
          probability,
          points: pointsOf(probability, manifest.pointKnots),
          grade: gradeOf(probability, grades ?? manifest.grades),
          ...(attributions ? sideSums(attributions, sideOf) : NOT_SPLIT),
          modelVersion: manifest.version,
          calibrated: manifest.calibrated,
          reasons:
            reasons && attributions
              ? reasonsOf(attributions, values, featureByName, values[AS_STATED])
              : [],
        }
      })
    },
  }
}
