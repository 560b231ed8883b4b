import type { CapturedEvent } from '#shared/events/captured-event.ts'
import { type FeatureValues, featuresOf } from '#shared/features/registry.ts'
import { emptyProfile, foldEvent } from '#shared/profile/profile.ts'

/**
 * A visitor's features as a score would have seen them at each of some moments, so that a model learns
 * from nothing that came later. What counts is when an event was received, not when it says it happened:
 * one that came late was not known before.
 *
 * @param events all of the visitor's, in any order, each message id once
 * @param moments Unix milliseconds, ascending
 */
export function featuresAt(
  visitorId: string,
  events: readonly CapturedEvent[],
  moments: readonly number[],
): FeatureValues[] {
  const arriving = events.toSorted((a, b) => a.receivedAt - b.receivedAt)
  let profile = emptyProfile(visitorId)
  let next = 0
  return moments.map((at) => {
    for (let event = arriving[next]; event && event.receivedAt <= at; event = arriving[++next]) {
      profile = foldEvent(profile, event)
    }
    return featuresOf(profile, at)
  })
}
