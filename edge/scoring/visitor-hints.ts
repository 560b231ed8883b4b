import { type Hint, hintsOf } from '#shared/explain/hints.ts'
import { afterNextActions } from '#shared/features/next-actions.ts'
import type { Profile } from '#shared/profile/profile.ts'
import type { GradeCutoffs } from '#shared/scoring/rollout.ts'
import type { Score } from '#shared/scoring/score.ts'
import type { Scorer } from './scorer.ts'

/**
 * What a visitor could do next that raises the score: all actions as one batch through the very model that
 * gave the score.
 *
 * @param now Unix milliseconds
 */
export async function visitorHints(
  scorer: Scorer,
  score: Score,
  profile: Profile,
  now: number,
  grades: GradeCutoffs | null,
): Promise<Hint[]> {
  const actions = afterNextActions(profile, now)
  const rows = actions.map(({ features }) => features)
  const scores = await scorer.score(rows, { reasons: false, grades })
  return hintsOf(
    score,
    actions.flatMap(({ action, phrase }, index) => {
      const changed = scores[index]
      // One that stood in for the model cannot be compared with it.
      return changed?.modelVersion === score.modelVersion
        ? [{ action, phrase, score: changed }]
        : []
    }),
  )
}
