import { expect, test } from 'vitest'
import { emptyProfile } from '#shared/profile/profile.ts'
import { STARTER_ROLLOUT } from '#shared/scoring/rollout.ts'
import { absentRuntime } from '../scoring/absent-runtime.fixture.ts'
import { importedTrees } from '../scoring/imported.fixture.ts'
import { randomModel, randomTrees } from '../scoring/model.fixture.ts'
import { createScorer } from '../scoring/scorer.ts'
import { createSessionCache } from '../scoring/session-cache.ts'
import { scoredWith } from './live-scores.ts'

test('what stands in for a shadow is not recorded as the shadow, and a champion is named as what scored', async () => {
  const absent = absentRuntime('not in this test')
  const make = (model: Parameters<typeof createScorer>[0], standIn?: typeof starterOf) =>
    createScorer(model, absent, createSessionCache(1), standIn)
  const starter = make(await randomModel(1))
  const starterOf = async () => starter
  const imported = make(await importedTrees(), starterOf)
  const trees = make(await randomTrees(2))
  const scorers = {
    rollout: STARTER_ROLLOUT,
    scorerFor: () => imported,
    shadows: [trees, imported],
  }
  const [scored] = await scoredWith(scorers, [emptyProfile('v-1')], Date.UTC(2026, 0, 1))
  expect(scored?.score.modelVersion).toBe(starter.manifest.version)
  expect(scored?.shadows.map(({ modelVersion }) => modelVersion)).toEqual([trees.manifest.version])
})
