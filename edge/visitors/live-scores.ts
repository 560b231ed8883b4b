import { type FeatureValues, featuresOf } from '#shared/features/registry.ts'
import type { Profile } from '#shared/profile/profile.ts'
import type { Score, ShadowScore } from '#shared/scoring/score.ts'
import { fnv1a } from '#shared/text/hash.ts'
import type { Scorers } from '../scoring/registry/workspace-scorers.ts'
import type { LiveProfiles } from './live-profiles.ts'
import type { LogStorage } from './log-storage.ts'

/** Enough to keep ONNX Runtime in its batch range, little enough not to hold up requests. */
const SCORE_BATCH_PROFILES = 64
/** Reasons that console and API show; the rest of the margin is in fit and engagement. */
const KEPT_REASONS = 8

/** What scoring needs of an object. */
export interface ScoringDeps {
  profiles: LiveProfiles
  log: LogStorage
  scorers: Scorers
  transaction(work: () => void): void
  /** Unix milliseconds. */
  now: number
}

/** Scores the visitors that had events. */
export async function scoreLiveProfiles(deps: ScoringDeps): Promise<void> {
  const batch = deps.profiles.takeUnscored(SCORE_BATCH_PROFILES)
  const outcome = await scoreProfiles(deps, batch, 'score_or_words')
  if (outcome === 'too_late') deps.profiles.scoreAgain(batch)
}

/**
 * Which changes are worth a row. As days pass, the words of reasons change for everybody ("seen 3 days
 * ago"), which must not write a row for each visitor and day.
 */
type WorthARow = 'score' | 'score_or_words'

/**
 * Scores profiles and puts what changed on the log, so that scores travel to the store like events do: in
 * order, exactly once, with the features the model saw.
 *
 * @param alsoThen what must be on disk together with the scores
 * @returns `too_late` where somebody was erased meanwhile: a score of what they left would come too late
 *   to be erased with it, so nothing was put on the log
 */
export async function scoreProfiles(
  { profiles, log, scorers, transaction, now }: ScoringDeps,
  batch: readonly Profile[],
  worthARow: WorthARow,
  alsoThen: () => void = () => {},
): Promise<'scored' | 'too_late'> {
  if (batch.length === 0) {
    transaction(alsoThen)
    return 'scored'
  }
  const { generation } = profiles
  const scored = await scoredWith(scorers, batch, now)
  if (profiles.generation !== generation) return 'too_late'
  transaction(() => {
    const changed = scored.flatMap((each) => {
      const print = printOf(each)
      const last = profiles.lastScore(each.visitorId)
      if (last === print) return []
      if (worthARow === 'score' && last !== null && scorePart(last) === scorePart(print)) return []
      profiles.noteScore(each.visitorId, print)
      return [{ kind: 'score' as const, receivedAt: now, body: scoreRow(each, now) }]
    })
    log.append(changed)
    alsoThen()
  })
  return 'scored'
}

interface ScoredVisitor {
  visitorId: string
  score: Score
  shadows: ShadowScore[]
  features: FeatureValues
}

/** Each visitor by the model that is theirs, and by every shadow, on the same features. */
export async function scoredWith(
  { scorerFor, shadows, rollout: { grades } }: Scorers,
  batch: readonly Profile[],
  now: number,
): Promise<ScoredVisitor[]> {
  const rows = batch.map((profile) => featuresOf(profile, now))
  const inShadow = await Promise.all(
    shadows.map((shadow) => shadow.score(rows, { reasons: false, grades })),
  )
  const inShadowVersions = new Set(shadows.map(({ manifest }) => manifest.version))
  const byScorer = Map.groupBy(batch.keys(), (at) => scorerFor(batch[at]?.visitorId ?? null))
  const scores = new Map<number, Score>()
  for (const [scorer, places] of byScorer) {
    const given = await scorer.score(
      places.map((at) => rows[at] ?? {}),
      { reasons: true, grades },
    )
    for (const [index, at] of places.entries()) {
      const score = given[index]
      if (score) scores.set(at, score)
    }
  }
  return batch.flatMap(({ visitorId }, at) => {
    const score = scores.get(at)
    // What stood in for a shadow says nothing of it.
    const said = inShadow
      .flatMap((each) => shadowOf(each[at]))
      .filter(({ modelVersion }) => inShadowVersions.has(modelVersion))
    return score ? [{ visitorId, score, shadows: said, features: rows[at] ?? {} }] : []
  })
}

function shadowOf(score: Score | undefined): ShadowScore[] {
  if (!score) return []
  const { modelVersion, probability, points, grade } = score
  return [{ modelVersion, probability, points, grade }]
}

const HALF_BITS = 26
const HALF = 2 ** HALF_BITS

const half = (text: string): number => fnv1a(text) >>> (32 - HALF_BITS)
const scorePart = (print: number): number => Math.floor(print / HALF)

/**
 * A print of what a person would notice: the score in the upper half, the words of its reasons in the lower.
 * Two scores of one visitor with the same half by chance, one in 67 million, cost a row that comes with
 * the next change.
 */
function printOf({ score, shadows }: ScoredVisitor): number {
  const reasons = score.reasons.slice(0, KEPT_REASONS).map((reason) => reason.text)
  const beside = shadows.map(({ modelVersion, points }) => `${modelVersion}:${points}`)
  const said = [score.points, score.grade, score.modelVersion, ...beside]
  return half(said.join('|')) * HALF + half(reasons.join('|'))
}

function scoreRow({ visitorId, score, shadows, features }: ScoredVisitor, now: number): string {
  return JSON.stringify({
    visitorId,
    scoredAt: now,
    ...score,
    reasons: score.reasons.slice(0, KEPT_REASONS),
    features,
    shadows,
  })
}
