import { INPUT_NAME, PROBABILITY_OUTPUT } from '#models/onnx/names.ts'
import { reasonsOf, sideSums } from '#shared/explain/attribution.ts'
import { occludedRows, occlusionOf } from '#shared/explain/occlusion.ts'
import { AS_STATED } from '#shared/features/feature.ts'
import { type FeatureValues, featureByName } from '#shared/features/registry.ts'
import { encodeRows, type ModelValues } from '#shared/scoring/encoding.ts'
import { gradeOf, pointsOf } from '#shared/scoring/grading.ts'
import type { Score } from '#shared/scoring/score.ts'
import { ModelError } from './model-error.ts'
import type { OnnxRuntime, OnnxSession } from './onnx-runtime.ts'
import { NOT_SPLIT, sideOf } from './score-sides.ts'
import type { Engine, ScoreOptions, Scorer } from './scorer.ts'
import type { ScoringModel } from './served-model.ts'
import type { SessionCache } from './session-cache.ts'

const COLD_REASON = 'ONNX Runtime is not started yet, and nothing else reads this model.'
const NO_NUMBER = 'The model gives no probability for such features.'
const NEXT = 'Look for the cause in the logs; GET /api/v1/rollout names the model that ships.'

/**
 * Scores with a model that only ONNX Runtime can follow. Where it cannot, another model scores, and the
 * score names that one.
 *
 * @param standIn what scores then; without one `score` throws ModelError `no_score`
 */
export function runtimeOnlyScorer(
  { manifest, onnx }: ScoringModel,
  runtime: OnnxRuntime,
  sessions: SessionCache<OnnxSession>,
  standIn?: () => Promise<Scorer>,
): Scorer {
  let engine: Engine = { kind: 'onnxruntime' }
  const features = [...new Set(manifest.columns.map(({ feature }) => feature))]

  const open = () => runtime.open(onnx, { input: INPUT_NAME, output: PROBABILITY_OUTPUT })

  /** @throws what ONNX Runtime throws, or that it is not started */
  const probabilitiesOf = async (
    rows: readonly ModelValues[],
    whenCold: ScoreOptions['whenCold'],
  ): Promise<ArrayLike<number>> => {
    const state = runtime.state()
    if (state.kind === 'failed') throw new Error(state.reason)
    if (state.kind === 'cold' && whenCold === 'walk') throw new Error(COLD_REASON)
    const encoded = encodeRows(manifest.columns, rows)
    const run = (session: OnnxSession) => session.run(encoded, rows.length)
    const work = sessions.use(manifest.onnxSha256, open, run)
    return state.kind === 'ready' ? work : runtime.whileStarting(work)
  }

  const byStandIn = async (
    rows: readonly FeatureValues[],
    options: ScoreOptions,
    reason: string,
  ): Promise<Score[]> => {
    if (!standIn) throw new ModelError('no_score', `Model ${manifest.version}: ${reason}`, NEXT)
    const other = await standIn()
    const scores = await other.score(rows, options)
    const ran = other.engine()
    const by = ran.kind === 'stand_in' ? ran.by : ran.kind
    engine = { kind: 'stand_in', by, model: other.manifest.version, reason, next: NEXT }
    return scores
  }

  return {
    manifest,
    engine: () => engine,
    async score(rows, options) {
      if (rows.length === 0) return []
      // Every row and what explains it, as one batch.
      const occluded = rows.map((row) => (options.reasons ? occludedRows(features, row) : []))
      const batch = [...rows, ...occluded.flat().map(({ row }) => row)]
      let probabilities: ArrayLike<number>
      try {
        probabilities = await probabilitiesOf(batch, options.whenCold)
      } catch (error) {
        return byStandIn(rows, options, error instanceof Error ? error.message : String(error))
      }
      engine = { kind: 'onnxruntime' }
      let at = rows.length
      const scores = rows.map((values, index): Score | null => {
        const probability = probabilities[index] ?? Number.NaN
        const without = (occluded[index] ?? []).map(({ feature }) => ({
          feature,
          probability: probabilities[at++] ?? Number.NaN,
        }))
        if (Number.isNaN(probability)) return null
        const attributions = options.reasons ? occlusionOf(probability, without) : null
        const reasons = attributions
          ? reasonsOf(attributions, values, featureByName, values[AS_STATED])
          : []
        return {
          probability,
          points: pointsOf(probability, manifest.pointKnots),
          grade: gradeOf(probability, options.grades ?? manifest.grades),
          ...(attributions ? sideSums(attributions, sideOf) : NOT_SPLIT),
          modelVersion: manifest.version,
          calibrated: manifest.calibrated,
          reasons: reasons.map((reason) => ({ ...reason, text: `${reason.text} (approximate)` })),
        }
      })
      const unscored = rows.filter((_, index) => scores[index] === null)
      const others = unscored.length > 0 ? await byStandIn(unscored, options, NO_NUMBER) : []
      return scores.flatMap((score) => score ?? others.shift() ?? [])
    },
  }
}
