import { OnnxError } from '#models/onnx/model.ts'
import type { FeatureValues } from '#shared/features/registry.ts'
import type { ModelManifest } from '#shared/scoring/manifest.ts'
import type { PromotionCheck } from '#shared/scoring/promotion-check.ts'
import { ModelError } from '../../model-error.ts'
import type { OnnxRuntime } from '../../onnx-runtime.ts'
import type { Scorer } from '../../scorer.ts'
import { type ScoringModel, servedModel } from '../../served-model.ts'
import type { JudgedScore } from '../../watching/judged-scores.ts'
import { outcomeCheck } from './outcome-check.ts'
import { parityCheck } from './parity-check.ts'
import { timeCheck } from './time-check.ts'

export interface CheckDeps {
  runtime: OnnxRuntime
  /** Makes a scorer of the model that is checked. */
  scorerOf(model: ScoringModel): Scorer
  champion: Scorer
  /** Features of visitors scored lately, for parity and time. */
  recentFeatures(): Promise<FeatureValues[]>
  /** Scores with known outcome, made after a moment (Unix milliseconds). */
  judged(after: number): Promise<JudgedScore[]>
  /** Does some input or output, and returns the time after it in milliseconds. */
  tick(): Promise<number>
}

/** Everything that must hold before a model may score visitors, in the order in which faults make the rest idle. */
export async function checkModel(model: ScoringModel, deps: CheckDeps): Promise<PromotionCheck[]> {
  const unfit = checkFitness(model)
  if (unfit) return [unfit]
  const checks: PromotionCheck[] = [
    {
      check: 'features',
      verdict: 'passed',
      finding:
        model.manifest.algorithm === 'imported'
          ? 'Its columns are features that are computed now, as its sender names them.'
          : `It was trained on the features that are computed now (${model.manifest.featureHash}).`,
    },
    { check: 'file', verdict: 'passed', finding: 'Its file is whole and within what is served.' },
  ]
  const visitors = await deps.recentFeatures()
  const parity = await parityCheck(model, deps.runtime, visitors)
  checks.push(parity)
  const isUnread = model.manifest.algorithm === 'imported' && parity.verdict !== 'passed'
  // No walker could time it or tell what it says of anybody.
  if (isUnread) return checks
  const candidate = deps.scorerOf(model)
  checks.push(await timeCheck(candidate, visitors, deps.tick))
  const judged = await deps.judged(learntUntil(model.manifest))
  checks.push(await outcomesOf(judged, candidate, deps.champion))
  return checks
}

async function outcomesOf(
  judged: readonly JudgedScore[],
  candidate: Scorer,
  champion: Scorer,
): Promise<PromotionCheck> {
  const rows = judged.map(({ features }) => features)
  const probabilities = async (scorer: Scorer) =>
    (await scorer.score(rows, { reasons: false })).map(({ probability }) => probability)
  try {
    return outcomeCheck({
      outcomes: judged.map(({ converted }) => converted),
      candidate: await probabilities(candidate),
      champion: await probabilities(champion),
    })
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    return { check: 'outcomes', verdict: 'failed', finding: error.message }
  }
}

/**
 * After it no outcome can have been learnt from: the end of the training rows, or else the import, which
 * came after the training.
 *
 * @returns Unix milliseconds
 */
function learntUntil(manifest: ModelManifest): number {
  if (manifest.algorithm === 'imported') return manifest.trainedOn?.to ?? manifest.imported.at
  return manifest.trainedOn.to
}

/** What keeps a model from being served at all; null where nothing does. */
export function checkFitness(model: ScoringModel): PromotionCheck | null {
  try {
    servedModel(model)
    return null
  } catch (error) {
    if (!(error instanceof ModelError || error instanceof OnnxError)) throw error
    const isOther = error instanceof ModelError && error.kind === 'other_features'
    return { check: isOther ? 'features' : 'file', verdict: 'failed', finding: error.message }
  }
}
