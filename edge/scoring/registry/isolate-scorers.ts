import { waitUntil } from 'cloudflare:workers'
import type { Env } from '../../env.ts'
import { isolateRuntime, isolateSessions } from '../isolate-runtime.ts'
import { createScorer } from '../scorer.ts'
import { starterScorer } from '../starter-scorer.ts'
import { modelFiles } from './model-files.ts'
import { type Scorers, WorkspaceScorers } from './workspace-scorers.ts'

const isolates = new WeakMap<Env, WorkspaceScorers>()

/**
 * What scores a workspace's visitors, of the isolate's own memory.
 *
 * @param atLeast a version that is known to be current, so that an older one is not good enough
 */
export function scorersOf(env: Env, workspaceId: string, atLeast = 0): Promise<Scorers> {
  const known = isolates.get(env)
  if (known) return known.of(workspaceId, atLeast)
  const made = new WorkspaceScorers({
    rollout: (id) => env.WORKSPACE_HUB.getByName(id).rollout(),
    async scorer(id, model) {
      const files = await modelFiles(env.MODELS, id, model)
      return createScorer(files, isolateRuntime, isolateSessions, starterScorer)
    },
    starter: starterScorer,
    inBackground: waitUntil,
    warn: (what) => console.warn(JSON.stringify(what)),
    now: Date.now,
  })
  isolates.set(env, made)
  return made.of(workspaceId, atLeast)
}
