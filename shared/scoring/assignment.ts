import { bucketOf } from '../targeting/bucket.ts'
import type { Rollout } from './rollout.ts'

/**
 * The model that scores a visitor: the challenger for its share of them, else the champion (null for the
 * one that ships). By a hash of both names, so that it stays the same for a visitor, differs from one
 * challenger to the next, and a larger share keeps those who were in.
 *
 * @param visitorId null for features without a visitor, which the champion scores
 */
export function modelFor(
  { champion, challenger }: Pick<Rollout, 'champion' | 'challenger'>,
  visitorId: string | null,
): string | null {
  if (challenger === null || visitorId === null) return champion
  const isIn = bucketOf(challenger.model, visitorId) < challenger.sharePercent / 100
  return isIn ? challenger.model : champion
}
