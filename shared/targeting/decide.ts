import { bucketOf, pickByWeight } from './bucket.ts'
import type { TargetingFacts } from './facts.ts'
import { matches } from './rule.ts'
import type { Slot, SlotContent, SlotSnapshot, Variant } from './slot.ts'

/** Why a slot shows what it shows, for people who preview or debug it; never sent to a visitor. */
type DecisionReason = 'audience' | 'everyone' | 'no_match' | 'not_published' | 'unknown_slot'

/** What fills a slot. No variant and no content leave the page as its author wrote it. */
export interface SlotDecision {
  variant: string | null
  content: SlotContent | null
  why: DecisionReason
}

/**
 * Decides slots for one visitor. Variants are tried in order and the first whose audience matches
 * wins; where several have the very same audience, they share it by weight, by a hash of slot and
 * visitor, so that a visitor keeps the variant while slot and weights stay. Deterministic, no clock.
 * A slot that is unknown or not published (the kill switch) is left as it is.
 */
export function decide(
  snapshot: SlotSnapshot,
  facts: TargetingFacts,
  slotKeys: readonly string[],
  visitorId: string,
): Record<string, SlotDecision> {
  const slots = new Map(snapshot.slots.map((slot) => [slot.key, slot]))
  return Object.fromEntries(
    slotKeys.map((key) => {
      const slot = slots.get(key)
      return [key, slot ? decideSlot(slot, facts, visitorId) : untouched('unknown_slot')]
    }),
  )
}

function decideSlot(slot: Slot, facts: TargetingFacts, visitorId: string): SlotDecision {
  if (slot.status !== 'published') return untouched('not_published')
  for (const group of byAudience(slot.variants)) {
    const audience = group[0]?.audience ?? null
    if (audience && !matches(audience, facts)) continue
    const variant = pickByWeight(group, bucketOf(slot.key, visitorId))
    if (!variant) continue
    return {
      variant: variant.key,
      content: variant.content,
      why: audience ? 'audience' : 'everyone',
    }
  }
  return { variant: null, content: slot.default, why: 'no_match' }
}

/** Variants with the same audience, in the order in which each audience first appears. */
function byAudience(variants: readonly Variant[]): Variant[][] {
  const groups = new Map<string, Variant[]>()
  for (const variant of variants) {
    const audience = JSON.stringify(variant.audience)
    const group = groups.get(audience)
    if (group) group.push(variant)
    else groups.set(audience, [variant])
  }
  return [...groups.values()]
}

function untouched(why: DecisionReason): SlotDecision {
  return { variant: null, content: null, why }
}
