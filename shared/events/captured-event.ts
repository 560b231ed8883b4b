import { z } from 'zod'

/** The Segment call kinds that Edgewise captures. */
export const EVENT_TYPES = ['track', 'page', 'screen', 'identify', 'group', 'alias'] as const

const json = z.record(z.string(), z.unknown())

/**
 * One event as the edge hands it on: validated, clock-corrected, consent applied, marked and
 * enriched. This is the wire format between Worker, visitor object, store and projector, so it is
 * versioned (`CAPTURED_EVENT_VERSION`) and hash-tested.
 *
 * Times are Unix milliseconds. `visitorId` is `anonymousId ?? userId`, or null where consent forbids
 * an identifier; it is never rewritten, a merge only changes the mapping to persons.
 */
export const CapturedEvent = z.object({
  messageId: z.string(),
  type: z.enum(EVENT_TYPES),
  /** Event name of a track call, page or screen name otherwise. */
  name: z.string().nullable(),
  visitorId: z.string().nullable(),
  anonymousId: z.string().nullable(),
  userId: z.string().nullable(),
  previousId: z.string().nullable(),
  groupId: z.string().nullable(),
  /** When it happened by the corrected client clock. */
  occurredAt: z.number(),
  receivedAt: z.number(),
  bot: z.boolean(),
  /** True only for calls made with a secret key: what a browser claims is unverified. */
  verified: z.boolean(),
  channel: z.string(),
  source: z.string().nullable(),
  medium: z.string().nullable(),
  campaign: z.string().nullable(),
  referrerHost: z.string().nullable(),
  country: z.string().nullable(),
  url: z.string().nullable(),
  path: z.string().nullable(),
  title: z.string().nullable(),
  properties: json,
  traits: json,
  /** What remains of the client's context after consent (locale, library, screen …). */
  context: json,
})
export type CapturedEvent = z.infer<typeof CapturedEvent>

export const CAPTURED_EVENT_VERSION = 1
