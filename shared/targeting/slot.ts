import { z } from 'zod'
import { Rule } from './rule.ts'

const MAX_HEADLINE = 200
const MAX_BODY = 2_000
const MAX_LABEL = 80
const MAX_HREF = 2_000

/** Lower case letters, digits, `_` and `-`: it stands in HTML attributes and in analytics. */
const SlotKey = z.string().regex(/^[a-z][a-z0-9_-]{0,63}$/)

/**
 * Where a link may lead: an http(s) address or a path on the same site. Never `javascript:`, never
 * `//host` or `/\host`, which browsers read as another site.
 */
const SafeHref = z
  .string()
  .max(MAX_HREF)
  .refine((href) => isSafeHref(href), {
    error: 'Give a link that begins with https://, http:// or a single slash.',
  })

function isSafeHref(href: string): boolean {
  if (/[\s\\]/.test(href) || [...href].some((character) => character < ' ')) return false
  if (href.startsWith('/')) return !href.startsWith('//')
  if (!/^https?:\/\//i.test(href)) return false
  return URL.canParse(href)
}

/** Plain text fields: content is never HTML, whoever wrote it, so that it can only be escaped. */
export const SlotContent = z.strictObject({
  headline: z.string().max(MAX_HEADLINE).optional(),
  body: z.string().max(MAX_BODY).optional(),
  cta: z.strictObject({ label: z.string().min(1).max(MAX_LABEL), href: SafeHref }).optional(),
})
export type SlotContent = z.infer<typeof SlotContent>

export const Variant = z.strictObject({
  key: SlotKey,
  name: z.string().min(1).max(120),
  content: SlotContent,
  /** Null is everybody. */
  audience: Rule.nullable(),
  /** Share among the variants with the same audience; 0 switches this one off. */
  weight: z.number().min(0).max(1_000_000).default(1),
})
export type Variant = z.infer<typeof Variant>

/** A place on a page. Variants are tried in order; `default` null leaves the page as it is. */
export const Slot = z
  .strictObject({
    key: SlotKey,
    name: z.string().min(1).max(120),
    status: z.enum(['draft', 'published']),
    variants: z.array(Variant).max(50),
    default: SlotContent.nullable(),
  })
  .refine((slot) => new Set(slot.variants.map(({ key }) => key)).size === slot.variants.length, {
    error: 'Two variants of a slot have the same key.',
    path: ['variants'],
  })
export type Slot = z.infer<typeof Slot>

/** What the edge decides from: immutable, published as a whole, one number higher each time. */
export const SlotSnapshot = z
  .strictObject({
    version: z.number().int().nonnegative(),
    slots: z.array(Slot).max(500),
  })
  .refine(({ slots }) => new Set(slots.map(({ key }) => key)).size === slots.length, {
    error: 'Two slots have the same key.',
    path: ['slots'],
  })
export type SlotSnapshot = z.infer<typeof SlotSnapshot>

export const EMPTY_SNAPSHOT: SlotSnapshot = { version: 0, slots: [] }
