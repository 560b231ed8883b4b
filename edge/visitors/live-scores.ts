import { featuresOf } from '#shared/features/registry.ts'
import type { Profile } from '#shared/profile/profile.ts'
import type { Score } from '#shared/scoring/score.ts'
import type { Scorer } from '../scoring/scorer.ts'
import type { LiveProfiles } from './live-profiles.ts'
import type { LogStorage } from './log-storage.ts'

/** Enough to keep ONNX Runtime in its batch range, little enough not to hold up requests. */
const SCORE_BATCH_PROFILES = 64
/** Reasons that console and API show; the rest of the margin is in fit and engagement. */
const KEPT_REASONS = 8

/**
 * Scores the visitors that had events and puts what changed on the log, so that scores travel to the
 * store like events do: in order, exactly once, with the features the model saw.
 *
 * @param lastScored what was last put on the log for a visitor; unchanged scores are not repeated
 */
export async function scoreLiveProfiles(
  profiles: LiveProfiles,
  log: LogStorage,
  scorer: Scorer,
  lastScored: Map<string, string>,
  transaction: (work: () => void) => void,
  now: number,
): Promise<void> {
  const batch = profiles.takeUnscored(SCORE_BATCH_PROFILES)
  if (batch.length === 0) return
  const rows = batch.map((profile) => featuresOf(profile, now))
  const { generation } = profiles
  const scores = await scorer.score(rows, { reasons: true })
  // Somebody was erased meanwhile: a score of what they left would come too late to be erased with it.
  if (profiles.generation !== generation) return profiles.scoreAgain(batch)
  const changed = batch.flatMap((profile, index) => {
    const score = scores[index]
    if (!score) return []
    const essence = essenceOf(score)
    if (lastScored.get(profile.visitorId) === essence) return []
    lastScored.set(profile.visitorId, essence)
    const body = scoreRow(profile, score, rows[index], now)
    return [{ kind: 'score' as const, receivedAt: now, body }]
  })
  transaction(() => log.append(changed))
}

/** What a person would notice: a change in anything else is not worth a row. */
function essenceOf(score: Score): string {
  const reasons = score.reasons.slice(0, KEPT_REASONS).map((reason) => reason.text)
  return `${score.points}|${score.grade}|${score.modelVersion}|${reasons.join('|')}`
}

function scoreRow(profile: Profile, score: Score, features: unknown, now: number): string {
  return JSON.stringify({
    visitorId: profile.visitorId,
    scoredAt: now,
    ...score,
    reasons: score.reasons.slice(0, KEPT_REASONS),
    features,
  })
}
