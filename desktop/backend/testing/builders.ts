import {
  type EventFact,
  type PersonFact,
  SYNC_PROTOCOL_VERSION,
  type VerdictFact,
  type VisitorFact,
} from '#shared/sync/protocol.ts'
import type { PullPage } from '../replica/apply-page.ts'

/** Noon of a fixed day, so that no test runs over midnight. */
export const T0 = new Date('2026-03-10T12:00:00').getTime()

export const eventFact = (partial: Partial<EventFact> & { ingestSeq: number }): EventFact => ({
  messageId: `message-${partial.ingestSeq}`,
  type: 'page',
  name: 'Pricing',
  visitorId: 'visitor-1',
  occurredAt: partial.receivedAt ?? T0 + partial.ingestSeq * 1000,
  receivedAt: T0 + partial.ingestSeq * 1000,
  bot: false,
  channel: 'direct',
  campaign: null,
  country: 'DE',
  path: '/pricing',
  title: 'Pricing',
  properties: {},
  ...partial,
})

export const verdictFact = (
  partial: Partial<VerdictFact> & { verdictSeq: number },
): VerdictFact => ({
  messageId: `refused-${partial.verdictSeq}`,
  verdict: 'rejected',
  reason: 'too_large',
  detail: 'The event is larger than 32 KB.',
  type: 'track',
  name: 'Signup',
  receivedAt: T0 + partial.verdictSeq * 1000,
  ...partial,
})

export const visitorFact = (
  partial: Partial<VisitorFact> & { visitorId: string },
): VisitorFact => ({
  personId: null,
  firstSeenAt: T0 - 86_400_000,
  lastSeenAt: T0,
  sessions: 1,
  pageviews: 3,
  events: 4,
  channel: 'organic_search',
  campaign: null,
  country: 'DE',
  lastPath: '/pricing',
  probability: null,
  points: null,
  grade: null,
  fit: null,
  engagement: null,
  reasons: [],
  modelVersion: null,
  calibrated: null,
  scoredAt: null,
  version: 1,
  ...partial,
})

/** A visitor with a whole score. */
export const scoredVisitor = (
  partial: Partial<VisitorFact> & { visitorId: string; points: number },
): VisitorFact =>
  visitorFact({
    probability: partial.points / 100,
    grade:
      partial.points >= 75 ? 'A' : partial.points >= 50 ? 'B' : partial.points >= 25 ? 'C' : 'D',
    fit: 0.4,
    engagement: 1.2,
    modelVersion: 'starter-1',
    calibrated: false,
    scoredAt: T0,
    ...partial,
  })

export const personFact = (partial: Partial<PersonFact> & { personId: string }): PersonFact => ({
  deleted: false,
  userId: null,
  email: null,
  name: null,
  company: null,
  accountId: null,
  traits: {},
  version: 1,
  ...partial,
})

/** Events of the last moments, of fifty visitors. */
export const recentEvents = (count: number) => {
  const now = Date.now()
  return Array.from({ length: count }, (_, i) =>
    eventFact({ ingestSeq: i + 1, visitorId: `v${i % 50}`, receivedAt: now - count + i }),
  )
}

export const pullPage = (partial: Partial<PullPage>): PullPage => ({
  kind: 'page',
  protocol: SYNC_PROTOCOL_VERSION,
  epoch: 'epoch-1',
  edit: 0,
  facts: { ingestSeq: 0, verdictSeq: 0, version: 0 },
  slots: [],
  events: [],
  verdicts: [],
  visitors: [],
  persons: [],
  erasures: [],
  erasureKey: null,
  more: false,
  ...partial,
})
