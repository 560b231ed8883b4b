import {
  eventFact,
  personFact,
  scoredVisitor,
  verdictFact,
  visitorFact,
} from '#backend/testing/builders.ts'
import type { FixtureStore } from '#backend/testing/fixture-edge.ts'
import type { Reason } from '#shared/scoring/score.ts'

const MINUTE_MS = 60_000

const PEOPLE = [
  ['Demo Anders', 'Example Logistics', 91],
  ['Demo Bianchi', 'Sample Foods', 83],
  ['Demo Castillo', 'Placeholder Energy', 78],
  ['Demo Dubois', 'Test Optics', 66],
  ['Demo Eriksen', 'Example Freight', 58],
  ['Demo Fischer', 'Sample Robotics', 41],
] as const

const CHANNELS = ['paid_search', 'organic_search', 'direct', 'email', 'organic_social', 'referral']
const PAGES = ['Home', 'Product', 'Pricing', 'Customers', 'Docs', 'Contact']

const reason = (
  feature: string,
  side: Reason['side'],
  contribution: number,
  text: string,
): Reason => ({ feature, side, value: 1, contribution, text })

const REASONS: readonly Reason[] = [
  reason('pricing_views_7d', 'engagement', 1.31, 'visited pricing 4 times this week'),
  reason('form_submitted', 'engagement', 0.92, 'asked for a demo'),
  reason('company_size', 'fit', 0.55, 'works at a company of 200 to 500 people'),
  reason('sessions_30d', 'engagement', 0.34, 'came back on 5 days this month'),
  reason('free_mail', 'fit', -0.41, 'used a free mail address before'),
  reason('days_since_seen', 'engagement', -0.18, 'was away for 9 days'),
]

/** Demonstration data of one busy hour before `now`, all of it marked as such. */
export const demoStore = (now: number): Partial<FixtureStore> => {
  const known = PEOPLE.flatMap(([name, company, points], index) => {
    const personId = `demo-person-${index}`
    const seen = now - index * 7 * MINUTE_MS - 20_000
    const device = (suffix: string, share: number) =>
      scoredVisitor({
        visitorId: `demo-device-${suffix}${index}`,
        personId,
        points: Math.round(points * share),
        firstSeenAt: seen - (index + 3) * 1440 * MINUTE_MS,
        lastSeenAt: share === 1 ? seen : seen - 1440 * MINUTE_MS,
        sessions: 7 - index,
        pageviews: 31 - index * 4,
        events: 40 - index * 4,
        channel: CHANNELS[index % CHANNELS.length] ?? 'direct',
        campaign: index % 2 === 0 ? 'demo-autumn' : null,
        fit: 0.6 - index * 0.25,
        engagement: 2.2 - index * 0.4,
        reasons: [...REASONS],
        version: index + 1,
      })
    return {
      person: personFact({
        personId,
        name,
        company,
        email: `${name.toLowerCase().replace(' ', '.')}@example.com`,
        traits: { plan: 'trial', employees: 200 + index },
        version: index + 1,
      }),
      visitors:
        index % 2 === 0 ? [device('laptop', 1), device('phone', 0.6)] : [device('laptop', 1)],
    }
  })
  const strangers = Array.from({ length: 60 }, (_, i) => {
    const partial = {
      visitorId: `demo-device-${(((i + 1) * 2654435761) % 4294967296).toString(16).padStart(8, '0')}`,
      firstSeenAt: now - (i + 1) * 90 * MINUTE_MS,
      lastSeenAt: now - i * 11 * MINUTE_MS,
      channel: CHANNELS[i % CHANNELS.length] ?? 'direct',
      pageviews: 1 + (i % 9),
      sessions: 1 + (i % 3),
      version: 100 + i,
    }
    return i % 7 === 6
      ? visitorFact(partial)
      : scoredVisitor({ ...partial, points: (i * 37) % 62, reasons: REASONS.slice(2) })
  })
  const ids = [
    ...known.flatMap((k) => k.visitors.map((v) => v.visitorId)),
    ...strangers.map((v) => v.visitorId),
  ]
  const events = Array.from({ length: 420 }, (_, i) => {
    const receivedAt = now - (420 - i) * 8200 - 1000
    const page = PAGES[(i * 5) % PAGES.length] ?? 'Home'
    const who = ids[(i * 13) % (i % 3 === 0 ? 9 : ids.length)] ?? null
    const track = i % 11 === 0
    return eventFact({
      ingestSeq: i + 1,
      type: track ? 'track' : i % 67 === 0 ? 'identify' : 'page',
      name: track ? 'Demo Requested' : page,
      path: `/${page.toLowerCase()}`,
      visitorId: who,
      receivedAt,
      occurredAt: receivedAt - 400,
      bot: i % 17 === 5,
      channel: CHANNELS[i % CHANNELS.length] ?? 'direct',
    })
  })
  const verdicts = Array.from({ length: 24 }, (_, i) =>
    verdictFact({
      verdictSeq: i + 1,
      receivedAt: now - i * 130_000 - 9000,
      ...(i % 3 === 0
        ? {
            verdict: 'duplicate' as const,
            reason: null,
            detail: null,
            type: 'page',
            name: 'Pricing',
          }
        : { name: 'Upload Finished' }),
    }),
  )
  return {
    events,
    verdicts,
    visitors: [...known.flatMap((k) => k.visitors), ...strangers],
    persons: known.map((k) => k.person),
  }
}
