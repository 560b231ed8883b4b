import type { FeatureValues } from '#shared/features/registry.ts'
import type { PromotionCheck } from '#shared/scoring/promotion-check.ts'
import type { Env } from '../../../env.ts'
import { workspaceStore } from '../../../store/workspace-store.ts'
import type { Workspace } from '../../../tenancy/workspace.ts'
import { isolateRuntime, isolateSessions } from '../../isolate-runtime.ts'
import { createScorer } from '../../scorer.ts'
import { judgedScores } from '../../watching/judged-scores.ts'
import { scorersOf } from '../isolate-scorers.ts'
import { modelFiles } from '../model-files.ts'
import { checkFitness, checkModel } from './check-model.ts'

const RECENT_SCORES = 200

/**
 * Checks a registered model in this very isolate, on its workspace's own visitors.
 *
 * @param fitnessOnly for a model that is shown to nobody: whether it can be served at all
 * @throws what the store or the bucket throws
 */
export async function checkModelHere(
  env: Env,
  workspace: Workspace,
  version: string,
  fitnessOnly = false,
): Promise<PromotionCheck[]> {
  const store = workspaceStore(env, workspace)
  const model = await modelFiles(env.MODELS, workspace.id, version)
  if (fitnessOnly) {
    const unfit = checkFitness(model)
    return unfit ? [unfit] : []
  }
  const scorers = await scorersOf(env, workspace.id)
  return checkModel(model, {
    runtime: isolateRuntime,
    scorerOf: (files) => createScorer(files, isolateRuntime, isolateSessions),
    champion: scorers.scorerFor(null),
    async recentFeatures() {
      const found = await store.execute({
        sql: 'SELECT features FROM scores ORDER BY score_seq DESC LIMIT ?',
        args: [RECENT_SCORES],
      })
      return found.rows.map((row): FeatureValues => JSON.parse(String(row.features)))
    },
    judged(after) {
      const now = Date.now()
      return judgedScores(store, { after, upTo: now, model: null }, now)
    },
    async tick() {
      await store.execute('SELECT 1')
      return Date.now()
    },
  })
}
