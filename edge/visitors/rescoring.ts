import { z } from 'zod'
import type { LiveProfiles } from './live-profiles.ts'
import { type ScoringDeps, scoreProfiles } from './live-scores.ts'
import type { LogStorage } from './log-storage.ts'

/** Features look at the last days and weeks, so a score decays as they pass. */
const RESCORE_EVERY_MS = 86_400_000
/** Between two slices the object drains what they put on the log, and takes what came in. */
const SLICE_PROFILES = 64

const Rescoring = z.object({
  /** The rollout whose models score. */
  rollout: z.number(),
  startedAt: z.number(),
  /** The last visitor that was scored; null once all were. */
  after: z.string().nullable(),
})
type Rescoring = z.infer<typeof Rescoring>

export interface RescoringProgress {
  rollout: number
  /** Profiles scored so far, and all that there are. */
  scored: number
  profiles: number
}

function readRescoring(log: LogStorage): Rescoring | null {
  const text = log.meta('rescoring')
  return text === null ? null : Rescoring.parse(JSON.parse(text))
}

const stateOf = (state: Rescoring): string => JSON.stringify(state)

/** Whether every profile is to be scored again: another rollout scores, or a day has passed. */
export function isRescoringDue(log: LogStorage, rollout: number, now: number): boolean {
  const state = readRescoring(log)
  return (
    state === null ||
    state.after !== null ||
    state.rollout < rollout ||
    now - state.startedAt >= RESCORE_EVERY_MS
  )
}

export function rescoringProgress(log: LogStorage, profiles: LiveProfiles): RescoringProgress {
  const state = readRescoring(log)
  const { passed, all } = profiles.keptCounts(state?.after ?? '')
  const isDone = state !== null && state.after === null
  return { rollout: state?.rollout ?? 0, scored: isDone ? all : passed, profiles: all }
}

/**
 * Scores the next few profiles, by visitor id. How far it came is on disk with the scores, so that a
 * restart goes on from there; a newer rollout begins anew.
 *
 * @returns whether there is more to do
 */
export async function rescoreSlice(deps: ScoringDeps): Promise<boolean> {
  const { log, profiles, scorers, transaction, now } = deps
  const rollout = scorers.rollout.version
  if (!isRescoringDue(log, rollout, now)) return false
  const known = readRescoring(log)
  if (known === null && rollout === 0) {
    // A new object: its profiles are scored as their events come.
    transaction(() => log.setMeta('rescoring', stateOf({ rollout, startedAt: now, after: null })))
    return false
  }
  const goesOn = known !== null && known.after !== null && known.rollout === rollout
  const state = goesOn ? known : { rollout, startedAt: now, after: '' }
  // Slices are read from disk, where the latest profiles may not be yet.
  if (!goesOn) transaction(() => profiles.save(now))
  const slice = profiles.slice(state.after ?? '', SLICE_PROFILES)
  const next: Rescoring = { ...state, after: slice.last }
  const outcome = await scoreProfiles(deps, slice.profiles, 'score', () =>
    log.setMeta('rescoring', stateOf(next)),
  )
  return outcome === 'too_late' || slice.last !== null
}
