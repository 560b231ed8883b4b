import { featuresOf } from '#shared/features/registry.ts'
import type { Profile } from '#shared/profile/profile.ts'
import { type TargetingFacts, UNSEEN_VISITOR } from '#shared/targeting/facts.ts'
import { factsOf } from '#shared/targeting/facts-of-profile.ts'
import type { Env } from '../env.ts'
import { scorersOf } from '../scoring/registry/isolate-scorers.ts'
import { directoryOf } from '../tenancy/directory-of.ts'
import { visitorLogName } from './routing.ts'

/** The live profile, one call away in the visitor's own object; null for one never seen. */
export async function liveProfile(
  env: Env,
  workspaceId: string,
  visitorId: string,
): Promise<Profile | null> {
  const workspace = await directoryOf(env).workspace(workspaceId)
  if (!workspace) return null
  return env.VISITOR_LOG.getByName(visitorLogName(workspace, visitorId)).profile(visitorId)
}

/**
 * What targeting may ask of a visitor: the live profile with its score of this very moment, and whether
 * a server has said who this is. Of that person nothing else is told: no traits, no account.
 */
export async function liveFacts(
  env: Env,
  workspaceId: string,
  visitorId: string,
): Promise<TargetingFacts | null> {
  const workspace = await directoryOf(env).workspace(workspaceId)
  if (!workspace) return null
  const object = env.VISITOR_LOG.getByName(visitorLogName(workspace, visitorId))
  const { profile, personId } = await object.visitor(visitorId)
  const vouched = personId !== null
  if (!profile) return vouched ? { ...UNSEEN_VISITOR, known: true } : null
  const now = Date.now()
  const scorers = await scorersOf(env, workspaceId)
  // A page waits 50 ms at most: while ONNX Runtime is cold the walker gives the same score.
  const [score] = await scorers.scorerFor(visitorId).score([featuresOf(profile, now)], {
    reasons: false,
    whenCold: 'walk',
    grades: scorers.rollout.grades,
  })
  const facts = factsOf(profile, now, score ?? null)
  return vouched ? { ...facts, known: true } : facts
}
