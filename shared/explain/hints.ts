import { z } from 'zod'
import { ACTION_NAMES, type ActionName } from '#shared/features/next-actions.ts'
import { GRADES, Score } from '#shared/scoring/score.ts'

/** Three can be read at a glance. */
const MOST_HINTS = 3

/** What a visitor would score had they done one thing more. */
export const Hint = z.object({
  action: z.enum(ACTION_NAMES),
  /** "One demo request would lift this from C to A." */
  text: z.string(),
  ...Score.pick({ points: true, grade: true, probability: true }).shape,
})
export type Hint = z.infer<typeof Hint>

type Scored = Pick<Score, 'points' | 'grade' | 'probability'>

/** A score of changed features, and what changed them. */
export interface ScoredAction {
  action: ActionName
  phrase: string
  score: Scored
}

/**
 * The actions that raise the score by a point or a grade, the best first, equal ones in the order given.
 * What the model says of other features, not what would make anybody buy.
 */
export function hintsOf(before: Scored, actions: readonly ScoredAction[]): Hint[] {
  return actions
    .flatMap(({ action, phrase, score: { points, grade, probability } }): Hint[] => {
      if (probability <= before.probability) return []
      const text = textOf(phrase, before, { points, grade, probability })
      return text === null ? [] : [{ action, text, points, grade, probability }]
    })
    .sort((a, b) => b.probability - a.probability)
    .slice(0, MOST_HINTS)
}

function textOf(phrase: string, before: Scored, after: Scored): string | null {
  if (GRADES.indexOf(after.grade) < GRADES.indexOf(before.grade)) {
    return `${phrase} would lift this from ${before.grade} to ${after.grade}.`
  }
  const added = after.points - before.points
  if (added <= 0) return null
  return `${phrase} would add ${added} ${added === 1 ? 'point' : 'points'}.`
}
