import { z } from 'zod'
import { EVENT_TYPES } from '#shared/events/captured-event.ts'
import { GRADES, Reason } from '#shared/scoring/score.ts'

/** One person, or one device nobody has named yet. Sums are over all devices of the person. */
export const Lead = z.object({
  /** `p:<personId>` or `v:<visitorId>`. */
  leadKey: z.string(),
  known: z.boolean(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  company: z.string().nullable(),
  points: z.number().nullable(),
  grade: z.enum(GRADES).nullable(),
  devices: z.number(),
  sessions: z.number(),
  pageviews: z.number(),
  events: z.number(),
  firstSeenAt: z.number(),
  lastSeenAt: z.number(),
  /** The channel of the device that was seen first: what brought the lead. */
  channel: z.string(),
  country: z.string().nullable(),
  lastPath: z.string().nullable(),
})
export type Lead = z.infer<typeof Lead>

export const LEAD_SORTS = ['points', 'lastSeen'] as const
export type LeadSort = (typeof LEAD_SORTS)[number]

export const LeadFilter = z.object({
  /** Part of a name, e-mail address, company or identifier. */
  search: z.string().max(200).nullable().default(null),
  grades: z.array(z.enum(GRADES)).default([]),
  knownOnly: z.boolean().default(false),
})
export type LeadFilter = z.infer<typeof LeadFilter>

export const LeadsQuery = z.object({
  filter: LeadFilter,
  sort: z.enum(LEAD_SORTS),
  limit: z.number().int().min(1).max(500),
  before: z.string().nullable(),
})

export const LeadsPage = z.object({
  items: z.array(Lead),
  next: z.string().nullable(),
  /** Leads that match the filter, on all pages. */
  total: z.number(),
})
export type LeadsPage = z.infer<typeof LeadsPage>

export const LeadDevice = z.object({
  visitorId: z.string(),
  points: z.number().nullable(),
  grade: z.enum(GRADES).nullable(),
  sessions: z.number(),
  pageviews: z.number(),
  firstSeenAt: z.number(),
  lastSeenAt: z.number(),
  channel: z.string(),
  campaign: z.string().nullable(),
  country: z.string().nullable(),
})
export type LeadDevice = z.infer<typeof LeadDevice>

/** The score of the lead's best device, with the reasons both ways. */
export const LeadScore = z.object({
  visitorId: z.string(),
  probability: z.number(),
  points: z.number(),
  grade: z.enum(GRADES),
  /** Share of the margin in log-odds. */
  fit: z.number(),
  engagement: z.number(),
  /** Strongest first. */
  reasonsFor: z.array(Reason),
  reasonsAgainst: z.array(Reason),
  modelVersion: z.string(),
  calibrated: z.boolean(),
  scoredAt: z.number(),
})
export type LeadScore = z.infer<typeof LeadScore>

export const LeadDetail = z.object({
  lead: Lead,
  userId: z.string().nullable(),
  campaign: z.string().nullable(),
  traits: z.record(z.string(), z.unknown()),
  devices: z.array(LeadDevice),
  score: LeadScore.nullable(),
})
export type LeadDetail = z.infer<typeof LeadDetail>

export const TimelineItem = z.object({
  id: z.string(),
  type: z.enum(EVENT_TYPES),
  name: z.string().nullable(),
  title: z.string().nullable(),
  path: z.string().nullable(),
  visitorId: z.string(),
  occurredAt: z.number(),
  channel: z.string(),
  bot: z.boolean(),
  /** The device had been quiet for the length of a session gap before this event. */
  startsSession: z.boolean(),
})
export type TimelineItem = z.infer<typeof TimelineItem>

export const TimelinePage = z.object({
  /** Newest first by when it happened. */
  items: z.array(TimelineItem),
  next: z.string().nullable(),
})
export type TimelinePage = z.infer<typeof TimelinePage>
