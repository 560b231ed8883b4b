import { z } from 'zod'
import { EVENT_TYPES } from '#shared/events/captured-event.ts'

/** What became of an event, in the words of the console: a stored bot event is shown as `bot`. */
export const STREAM_VERDICTS = ['accepted', 'bot', 'duplicate', 'rejected', 'quarantined'] as const
export type StreamVerdict = (typeof STREAM_VERDICTS)[number]

/** One line of the live stream: a stored event, or the verdict on one that was not stored. */
export const StreamItem = z.object({
  /** Stable and unique: `event-<ingestSeq>` or `verdict-<verdictSeq>`. */
  id: z.string(),
  verdict: z.enum(STREAM_VERDICTS),
  reason: z.string().nullable(),
  detail: z.string().nullable(),
  messageId: z.string(),
  type: z.string().nullable(),
  name: z.string().nullable(),
  visitorId: z.string().nullable(),
  receivedAt: z.number(),
  channel: z.string().nullable(),
  country: z.string().nullable(),
  path: z.string().nullable(),
  title: z.string().nullable(),
  leadKey: z.string().nullable(),
  /** Name or e-mail of the known person behind the event. */
  leadName: z.string().nullable(),
})
export type StreamItem = z.infer<typeof StreamItem>

export const StreamItemDetail = StreamItem.extend({
  occurredAt: z.number().nullable(),
  campaign: z.string().nullable(),
  properties: z.record(z.string(), z.unknown()),
})
export type StreamItemDetail = z.infer<typeof StreamItemDetail>

export const StreamFilter = z.object({
  verdict: z.enum(STREAM_VERDICTS).nullable().default(null),
  type: z.enum(EVENT_TYPES).nullable().default(null),
  /** Part of the event's name, page title or path; letter case does not matter. */
  name: z.string().max(200).nullable().default(null),
  visitorId: z.string().nullable().default(null),
})
export type StreamFilter = z.infer<typeof StreamFilter>

export const StreamQuery = z.object({
  filter: StreamFilter,
  limit: z.number().int().min(1).max(500),
  /** `next` of the page before; null starts with the newest. */
  before: z.string().nullable(),
})

export const StreamPage = z.object({
  /** Newest first by received time. */
  items: z.array(StreamItem),
  next: z.string().nullable(),
})
export type StreamPage = z.infer<typeof StreamPage>
