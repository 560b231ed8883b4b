import type { Recommender } from '#shared/recommend/recommender.ts'
import type { Env } from '../env.ts'
import { storedBody } from './body-files.ts'
import { WorkspaceRecommenders } from './workspace-recommenders.ts'

const isolates = new WeakMap<Env, WorkspaceRecommenders>()

/** What recommends to a workspace's visitors, of the isolate's own memory; null before anything was published. */
export function recommenderOf(env: Env, workspaceId: string): Promise<Recommender | null> {
  const known = isolates.get(env)
  if (known) return known.of(workspaceId)
  const made = new WorkspaceRecommenders({
    version: (id) => env.WORKSPACE_HUB.getByName(id).recommendationVersion(),
    body: (id, version) => storedBody(env.MODELS, id, version),
    warn: (what) => console.warn(JSON.stringify(what)),
    now: Date.now,
  })
  isolates.set(env, made)
  return made.of(workspaceId)
}
