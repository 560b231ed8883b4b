import fc from 'fast-check'
import { type CapturedEvent, EVENT_TYPES } from '#shared/events/captured-event.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** A plain page view at a time, to be varied by tests. */
export function capturedEvent(over: Partial<CapturedEvent> = {}): CapturedEvent {
  const occurredAt = over.occurredAt ?? Date.UTC(2026, 0, 15, 10)
  return {
    messageId: `m-${occurredAt}`,
    type: 'page',
    name: null,
    visitorId: 'visitor-1',
    anonymousId: 'visitor-1',
    userId: null,
    previousId: null,
    groupId: null,
    occurredAt,
    receivedAt: occurredAt,
    bot: false,
    verified: false,
    channel: 'direct',
    source: null,
    medium: null,
    campaign: null,
    referrerHost: null,
    country: null,
    url: null,
    path: '/',
    title: null,
    properties: {},
    traits: {},
    context: {},
    ...over,
  }
}

const sometimes = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 2 })

const traits = fc.dictionary(
  fc.constantFrom('email', 'title', 'plan', 'company', '__proto__', 'constructor', 'k1', 'k2'),
  fc.oneof(
    fc.constantFrom('a@acme.example', 'b@gmail.com', 'VP Sales', 'Student', '', null, 7, true),
    fc.record({ employees: fc.constantFrom(40, '51-200', null), industry: fc.constant('SaaS') }),
  ),
  { maxKeys: 4 },
)

/** Times cluster: many fall within one session or on the edges of half hours and days. */
const occurredAt = fc
  .tuple(
    fc.integer({ min: 0, max: 44 }),
    fc.constantFrom(0, 29, 30, 31, 60, 600, 1439),
    fc.constantFrom(0, 0, 1, -1, 30_000),
  )
  .map(([day, minute, ms]) => Date.UTC(2026, 0, 1) + day * DAY_MS + minute * MINUTE_MS + ms)

const fields = fc.record({
  occurredAt,
  type: fc.constantFrom(...EVENT_TYPES, ...(['page', 'page'] as const)),
  name: sometimes(fc.constantFrom('Form Submitted', 'Trial Started', 'Video Played', 'Clicked')),
  userId: sometimes(fc.constantFrom('u1', 'u2')),
  groupId: sometimes(fc.constantFrom('g1', 'g2')),
  bot: fc.constantFrom(false, false, false, true),
  verified: fc.boolean(),
  channel: fc.constantFrom('direct', 'direct', 'email', 'paid_search', 'organic_search', 'new one'),
  campaign: sometimes(fc.constantFrom('spring', 'autumn')),
  country: sometimes(fc.constantFrom('DE', 'IN', 'XX')),
  path: sometimes(
    fc.oneof(
      fc.constantFrom('/', '/pricing', '/demo', '/docs/a', '/customers/b', '/careers', '/product'),
      fc.integer({ min: 0, max: 20 }).map((n) => `/blog/${n}`),
    ),
  ),
  traits,
  context: fc.constantFrom<Record<string, unknown>>(
    {},
    { locale: 'de-DE' },
    { userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile' },
  ),
})

/** Up to 60 events of one visitor with distinct message ids, in arbitrary order. */
export const visitorEvents: fc.Arbitrary<CapturedEvent[]> = fc
  .array(fields, { maxLength: 60, size: 'max' })
  .map((list) =>
    list.map((over, index) => capturedEvent({ ...over, messageId: `m${(index * 37) % 61}` })),
  )

/** The same events, shuffled. */
export function shuffled<T>(items: fc.Arbitrary<T[]>): fc.Arbitrary<{ items: T[]; shuffle: T[] }> {
  return items.chain((list) =>
    fc
      .shuffledSubarray(list, { minLength: list.length, maxLength: list.length })
      .map((shuffle) => ({ items: list, shuffle })),
  )
}
