import { z } from 'zod'
import { EVENT_TYPES } from '#shared/events/captured-event.ts'
import { GRADES, Reason } from '#shared/scoring/score.ts'

/**
 * What the console pulls. Two cursors that never disturb each other: `edit` moves only when people
 * change something, `facts` moves with traffic.
 *
 * History: 1 first version. 2 replicas are told what was erased.
 */
export const SYNC_PROTOCOL_VERSION = 2

/**
 * How far a replica has come. `ingestSeq` counts stored events, `verdictSeq` refused and duplicate
 * ones, `version` the projector's batches (every derived row carries the batch that last wrote it).
 */
export const FactsCursor = z.object({
  ingestSeq: z.number().int().nonnegative(),
  verdictSeq: z.number().int().nonnegative(),
  version: z.number().int().nonnegative(),
})
export type FactsCursor = z.infer<typeof FactsCursor>

export const PullRequest = z.object({
  protocol: z.literal(SYNC_PROTOCOL_VERSION),
  /** The store's epoch as last seen; a restore changes it and the answer is then `reset`. */
  epoch: z.string().nullable(),
  edit: z.number().int().nonnegative(),
  facts: FactsCursor,
  limit: z.number().int().min(1).max(2000).default(1000),
})
export type PullRequest = z.infer<typeof PullRequest>

/** One stored event, as the live stream and timelines show it. Times are Unix milliseconds. */
export const EventFact = z.object({
  ingestSeq: z.number(),
  messageId: z.string(),
  type: z.enum(EVENT_TYPES),
  name: z.string().nullable(),
  visitorId: z.string().nullable(),
  occurredAt: z.number(),
  receivedAt: z.number(),
  bot: z.boolean(),
  channel: z.string(),
  campaign: z.string().nullable(),
  country: z.string().nullable(),
  path: z.string().nullable(),
  title: z.string().nullable(),
  properties: z.record(z.string(), z.unknown()),
})
export type EventFact = z.infer<typeof EventFact>

/** An event that was not stored, and why. */
export const VerdictFact = z.object({
  verdictSeq: z.number(),
  messageId: z.string(),
  verdict: z.enum(['duplicate', 'rejected', 'quarantined']),
  /** Machine-readable: `too_large`, `no_user_anon_id` … Null for duplicates. */
  reason: z.string().nullable(),
  /** One plain sentence. */
  detail: z.string().nullable(),
  type: z.string().nullable(),
  name: z.string().nullable(),
  receivedAt: z.number(),
})
export type VerdictFact = z.infer<typeof VerdictFact>

/** One device (or server-side user) and what is known of it; scores are of its live profile. */
export const VisitorFact = z.object({
  visitorId: z.string(),
  /** The person this device belongs to, once somebody said who it is. */
  personId: z.string().nullable(),
  firstSeenAt: z.number(),
  lastSeenAt: z.number(),
  sessions: z.number(),
  pageviews: z.number(),
  events: z.number(),
  channel: z.string(),
  campaign: z.string().nullable(),
  country: z.string().nullable(),
  lastPath: z.string().nullable(),
  probability: z.number().nullable(),
  points: z.number().nullable(),
  grade: z.enum(GRADES).nullable(),
  fit: z.number().nullable(),
  engagement: z.number().nullable(),
  reasons: z.array(Reason),
  modelVersion: z.string().nullable(),
  calibrated: z.boolean().nullable(),
  scoredAt: z.number().nullable(),
  version: z.number(),
})
export type VisitorFact = z.infer<typeof VisitorFact>

/** A known person: one or more devices that said the same user id or e-mail address. */
export const PersonFact = z.object({
  personId: z.string(),
  /** True when the person was merged away or split: the replica deletes the row. */
  deleted: z.boolean(),
  userId: z.string().nullable(),
  email: z.string().nullable(),
  name: z.string().nullable(),
  company: z.string().nullable(),
  accountId: z.string().nullable(),
  traits: z.record(z.string(), z.unknown()),
  version: z.number(),
})
export type PersonFact = z.infer<typeof PersonFact>

/**
 * What a replica must drop. An event by its `ingestSeq`; a visitor or person by a keyed hash (see
 * shared/erasure), because nothing that still says who was erased may be kept to say it. It concerns
 * rows of earlier versions only: one of this version or later is of somebody who came back.
 */
export const ErasureFact = z.object({
  kind: z.enum(['event', 'visitor', 'person']),
  ref: z.string(),
  version: z.number(),
})
export type ErasureFact = z.infer<typeof ErasureFact>

/** A place on a page that Edgewise fills (edited by people, so it moves the edit cursor). */
export const SlotEntity = z.object({
  key: z.string(),
  name: z.string(),
  status: z.enum(['draft', 'published']),
  variants: z.array(z.object({ key: z.string(), name: z.string() })),
  editVersion: z.number(),
  deleted: z.boolean(),
})
export type SlotEntity = z.infer<typeof SlotEntity>

export const PullResponse = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('page'),
    protocol: z.literal(SYNC_PROTOCOL_VERSION),
    epoch: z.string(),
    edit: z.number(),
    facts: FactsCursor,
    slots: z.array(SlotEntity),
    events: z.array(EventFact),
    verdicts: z.array(VerdictFact),
    visitors: z.array(VisitorFact),
    persons: z.array(PersonFact),
    erasures: z.array(ErasureFact),
    /** Of the hashes in `erasures`, in hexadecimal; null where there are none. */
    erasureKey: z.string().nullable(),
    /** More is waiting: pull again at once. */
    more: z.boolean(),
  }),
  /** The cursor is not of this store any more: drop the replica and pull from zero. */
  z.object({ kind: z.literal('reset'), epoch: z.string(), reason: z.string() }),
])
export type PullResponse = z.infer<typeof PullResponse>
