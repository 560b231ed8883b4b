import { createHash } from 'node:crypto'
import { FEATURES, type FeatureValues } from '#shared/features/registry.ts'
import { absentRuntime } from './absent-runtime.fixture.ts'
import { importModel } from './registry/imported/import-model.ts'
import type { Scorer } from './scorer.ts'
import { sentTrees } from './sent-trees.fixture.ts'
import type { ScoringModel } from './served-model.ts'

/** A scorer that answers with these probabilities, whatever the rows. */
export function answering(
  probabilityOf: (row: FeatureValues, index: number) => number,
): Pick<Scorer, 'score'> {
  return {
    score: async (rows) =>
      rows.map((row, index) => ({
        probability: probabilityOf(row, index),
        points: 0,
        grade: 'D',
        fit: null,
        engagement: null,
        modelVersion: 'answering',
        calibrated: false,
        reasons: [],
      })),
  }
}

/** The trees as an import makes a model of them. */
export async function importedTrees(version = 'trees-of-others'): Promise<ScoringModel> {
  const verdict = await importModel(sentTrees(version), {
    runtime: absentRuntime('nothing is run here'),
    scorerOf: () => answering(() => 0.5),
    recentFeatures: async () => [],
    now: () => 0,
  })
  if (verdict.kind === 'refused') throw new Error(`${verdict.reason} ${verdict.next}`)
  return verdict.model
}

export const NOTHING_KNOWN: FeatureValues = Object.fromEntries(
  FEATURES.map((feature) => [feature.name, null]),
)

export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex')
