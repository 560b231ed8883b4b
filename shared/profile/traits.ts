import { z } from 'zod'
import type { CapturedEvent } from '#shared/events/captured-event.ts'
import { type EventOrder, isAfter } from './event-order.ts'

/** Traits are scalars here; null says that a trait was taken back. */
export const TraitValue = z.union([z.string(), z.number(), z.boolean(), z.null()])
export type TraitValue = z.infer<typeof TraitValue>

export const Trait = z.object({
  value: TraitValue,
  at: z.number(),
  messageId: z.string(),
  /** Said with a secret key. What a browser claims never replaces it. */
  verified: z.boolean(),
})
export type Trait = z.infer<typeof Trait>
export type Traits = Readonly<Record<string, Trait>>

/** Other traits beside the essential ones; the longest unheard of give way. */
export const MAX_OTHER_TRAITS = 34
export const MAX_TRAIT_KEY_CHARS = 64
export const MAX_TRAIT_VALUE_CHARS = 200

/** What features and people need to see is never crowded out: 16 keys, so 50 in all. */
export const ESSENTIAL_TRAITS: ReadonlySet<string> = new Set([
  'email',
  'name',
  'firstName',
  'lastName',
  'title',
  'job_title',
  'position',
  'industry',
  'employees',
  'company_size',
  'company.name',
  'company.industry',
  'company.employees',
  'company.employee_count',
  'company.size',
  'company.domain',
])

/**
 * Takes over the traits of an identify call, or of a group call under `company.`. Objects are
 * flattened one level (`company.name`), arrays and deeper objects are left out, long strings cut.
 * Per key a verified value beats an unverified one, then the later one wins: a total order, so that
 * arrival order does not matter.
 */
export function foldTraits(traits: Traits, event: CapturedEvent, order: EventOrder): Traits {
  if (event.type !== 'identify' && event.type !== 'group') return traits
  const prefix = event.type === 'group' ? 'company.' : ''
  const next: Record<string, Trait> = { ...traits }
  for (const [key, raw] of Object.entries(event.traits)) {
    if (isPlainObject(raw)) {
      for (const [inner, value] of Object.entries(raw)) {
        offer(next, `${prefix}${key}.${inner}`, value, event.verified, order)
      }
    } else {
      offer(next, prefix + key, raw, event.verified, order)
    }
  }
  return withinCap(next)
}

function offer(
  traits: Record<string, Trait>,
  key: string,
  raw: unknown,
  verified: boolean,
  { at, messageId }: EventOrder,
): void {
  // `__proto__` as a key would be lost by JSON round trips and reads of plain records.
  if (key.length > MAX_TRAIT_KEY_CHARS || key === '__proto__') return
  const value = toTraitValue(raw)
  if (value === undefined) return
  const offered: Trait = { value, at, messageId, verified }
  const known = Object.hasOwn(traits, key) ? traits[key] : undefined
  if (!known || outranks(offered, known)) traits[key] = offered
}

function outranks(a: Trait, b: Trait): boolean {
  return a.verified === b.verified ? isAfter(a, b) : a.verified
}

function toTraitValue(raw: unknown): TraitValue | undefined {
  if (typeof raw === 'string') return raw.slice(0, MAX_TRAIT_VALUE_CHARS).toWellFormed()
  if (typeof raw === 'number') return Number.isFinite(raw) ? raw : undefined
  if (typeof raw === 'boolean' || raw === null) return raw
  return undefined
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Keeps the best-ranked other traits; ranks of a key only rise, so no order of arrival matters. */
function withinCap(traits: Record<string, Trait>): Traits {
  const others = Object.keys(traits).filter((key) => !ESSENTIAL_TRAITS.has(key))
  if (others.length <= MAX_OTHER_TRAITS) return traits
  const ranked = others
    .flatMap((key) => {
      const trait = traits[key]
      return trait ? [{ key, trait }] : []
    })
    .sort((a, b) => {
      if (outranks(a.trait, b.trait)) return -1
      if (outranks(b.trait, a.trait)) return 1
      return a.key < b.key ? -1 : 1
    })
  for (const { key } of ranked.slice(MAX_OTHER_TRAITS)) delete traits[key]
  return traits
}
