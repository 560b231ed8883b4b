import type { IntentModel } from '#shared/text/classify.ts'
import type { Correction } from '#shared/text/correction.ts'
import { intentModelOf } from '#shared/text/load-model.ts'
import { textClassesFromOnnx } from '../onnx/text-classes.ts'
import { buildIntentModel, type IntentArtifacts, type IntentWords } from './build-intent-model.ts'
import { type Comparison, compareModels } from './compare.ts'
import { type CorrectedSet, withCorrections } from './corrections.ts'
import type { IntentSet } from './intent-set.ts'
import { judgeTest } from './judge.ts'

export type Retraining =
  | {
      kind: 'may_replace'
      artifacts: IntentArtifacts
      comparison: Comparison
      corrected: CorrectedSet
    }
  | { kind: 'worse'; next: string; comparison: Comparison; corrected: CorrectedSet }

/**
 * Trains again with people's corrections, and says whether the new model may replace `current`: it
 * must not be worse on the fixed test part beyond noise ({@link compareModels}).
 *
 * @throws IntentError when the set does not suffice
 */
export function retrain(
  set: IntentSet,
  corrections: readonly Correction[],
  current: IntentModel,
  words: IntentWords,
): Retraining {
  const corrected = withCorrections(set, corrections)
  const artifacts = buildIntentModel(corrected.set, words, corrected.added)
  const after = intentModelOf(artifacts.manifest, textClassesFromOnnx(artifacts.onnx))
  const comparison = compareModels(judgeTest(set, current), judgeTest(set, after))
  return comparison.mayReplace
    ? { kind: 'may_replace', artifacts, comparison, corrected }
    : {
        kind: 'worse',
        next: 'Keep the current model; look through the newest corrections and the contradictions.',
        comparison,
        corrected,
      }
}
