import { z } from 'zod'
import { GRADES } from '#shared/scoring/score.ts'

const text = z.string().nullable()
const count = z.number().nonnegative()

/**
 * What audience rules may ask about a visitor: flat, bounded, and nothing that names a person but
 * their company. Texts compare without regard to case. Null means "not known", and a comparison
 * with something not known is false.
 */
export const TargetingFacts = z.object({
  /** Channel, campaign, source and medium of the visit under way. */
  channel: text,
  campaign: text,
  source: text,
  medium: text,
  /** ISO 3166 alpha-2. */
  country: text,
  company: text,
  /** Path of the page being looked at. */
  path: text,
  /** Visits so far, the one under way included. */
  visits: count,
  /** Page views already recorded; the page being looked at is not yet among them. */
  pageviews: count,
  formsSent: count,
  daysSinceFirstSeen: count.nullable(),
  /** Since the last recorded event: small within a visit, days on a return. */
  daysSinceLastSeen: count.nullable(),
  /** Kinds of pages seen (`pricing`, `docs` …), see shared/features/page-kind.ts. */
  pageKinds: z.array(z.string()),
  /** Campaigns of this visitor's recorded visits, the last ones. */
  campaigns: z.array(z.string()),
  /** Somebody said who this is: the visitor's own events (user id or e-mail address), or a server's alias. */
  known: z.boolean(),
  points: z.number().nullable(),
  grade: z.enum(GRADES).nullable(),
})
export type TargetingFacts = z.infer<typeof TargetingFacts>

/** A visitor of whom nothing is known: somebody's very first request. */
export const UNSEEN_VISITOR: TargetingFacts = {
  channel: null,
  campaign: null,
  source: null,
  medium: null,
  country: null,
  company: null,
  path: null,
  visits: 1,
  pageviews: 0,
  formsSent: 0,
  daysSinceFirstSeen: null,
  daysSinceLastSeen: null,
  pageKinds: [],
  campaigns: [],
  known: false,
  points: null,
  grade: null,
}
