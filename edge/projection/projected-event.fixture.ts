import fc from 'fast-check'
import type { ProjectedEvent } from './projected-event.ts'

const BASE_AT = Date.UTC(2026, 9, 24, 22)
const SPREAD_MS = 6 * 3_600_000

export const projectedEvent = (partial: Partial<ProjectedEvent>): ProjectedEvent => ({
  ingestSeq: 0,
  messageId: 'm',
  type: 'track',
  name: 'Clicked',
  visitorId: 'v1',
  anonymousId: 'v1',
  userId: null,
  previousId: null,
  groupId: null,
  occurredAt: BASE_AT,
  receivedAt: BASE_AT,
  bot: false,
  verified: false,
  channel: 'direct',
  source: null,
  medium: null,
  campaign: null,
  country: null,
  path: null,
  traits: null,
  ...partial,
})

const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })

const anEvent = fc
  .record({
    type: fc.constantFrom('track', 'page', 'identify', 'group', 'alias'),
    name: orNull(fc.constantFrom('Clicked', 'Signed Up')),
    anonymousId: orNull(fc.constantFrom('a', 'b', 'ada')),
    userId: orNull(fc.constantFrom('ada', 'bob')),
    previousId: orNull(fc.constantFrom('a', 'bob')),
    groupId: orNull(fc.constantFrom('acme', 'globex')),
    // Few distinct times, so that many are equal or exactly one idle time apart.
    occurredAt: fc
      .integer({ min: 0, max: SPREAD_MS / 600_000 })
      .map((step) => BASE_AT + step * 600_000),
    bot: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    verified: fc.boolean(),
    channel: fc.constantFrom('direct', 'email', 'paid_search'),
    campaign: orNull(fc.constantFrom('spring', 'a|b')),
    path: orNull(fc.constantFrom('/', '/pricing')),
    traits: orNull(
      fc.record(
        {
          plan: fc.constantFrom('free', 'team'),
          email: fc.constantFrom('Ada@x.example', 'b@x.example'),
        },
        { requiredKeys: [] },
      ),
    ),
  })
  .filter(({ anonymousId, userId }) => anonymousId !== null || userId !== null)

/** A log of events in order of ingestion, each with an id of its own. */
export const eventLog: fc.Arbitrary<ProjectedEvent[]> = fc
  .array(anEvent, { maxLength: 40 })
  .map((drafts) =>
    drafts.map((draft, index) =>
      projectedEvent({
        ...draft,
        visitorId: draft.anonymousId ?? draft.userId,
        messageId: `m${(index * 7) % 41}`,
        ingestSeq: index + 1,
        receivedAt: BASE_AT + SPREAD_MS + index,
        traits: draft.type === 'identify' ? draft.traits : null,
      }),
    ),
  )
