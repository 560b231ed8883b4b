import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { featuresOf } from '#shared/features/registry.ts'
import { capturedEvent, visitorEvents } from '#shared/profile/captured-event.arbitrary.ts'
import { emptyProfile, foldEvent } from '#shared/profile/profile.ts'
import { featuresAt } from './point-in-time.ts'

const HOUR_MS = 3_600_000
const T0 = Date.UTC(2026, 0, 15)
const VISITOR = 'visitor-1'

/** Some of a visitor's events came later than they happened. */
const withDelays = fc
  .tuple(visitorEvents, fc.infiniteStream(fc.constantFrom(0, 0, 0, HOUR_MS, 200 * HOUR_MS)))
  .map(([events, delays]) =>
    events.map((event) => ({
      ...event,
      receivedAt: event.occurredAt + (delays.next().value ?? 0),
    })),
  )

const moment = fc
  .integer({ min: 0, max: 45 * 24 })
  .map((hour) => Date.UTC(2026, 0, 1) + hour * HOUR_MS)

describe('features of a moment', () => {
  test('do not change when anything that came later is left out, shuffled or made up', () => {
    fc.assert(
      fc.property(withDelays, moment, fc.nat(), (events, at, seed) => {
        const known = events.filter((event) => event.receivedAt <= at)
        const later = events.filter((event) => event.receivedAt > at)
        const madeUp = later.map((event, index) => ({
          ...(later[(index + seed) % later.length] ?? event),
          messageId: event.messageId,
          receivedAt: at + 1 + ((index * seed) % (90 * 24 * HOUR_MS)),
          occurredAt: at - (seed % (40 * 24 * HOUR_MS)),
          name: 'Trial Started',
        }))
        const [features] = featuresAt(VISITOR, events, [at])
        expect(featuresAt(VISITOR, known, [at])).toEqual([features])
        expect(featuresAt(VISITOR, [...madeUp, ...known.toReversed()], [at])).toEqual([features])
      }),
      { numRuns: 200 },
    )
  })

  test('are those of the live profile at that moment, whatever moments are asked for before', () => {
    fc.assert(
      fc.property(withDelays, fc.array(moment, { minLength: 1, maxLength: 4 }), (events, asked) => {
        const moments = asked.toSorted((a, b) => a - b)
        const live = moments.map((at) =>
          featuresOf(
            events
              .filter((event) => event.receivedAt <= at)
              .reduce(foldEvent, emptyProfile(VISITOR)),
            at,
          ),
        )
        expect(featuresAt(VISITOR, events, moments)).toEqual(live)
      }),
      { numRuns: 100 },
    )
  })

  test('do not know an event that had happened but not arrived', () => {
    const late = capturedEvent({ occurredAt: T0, receivedAt: T0 + 5 * HOUR_MS, path: '/pricing' })
    const [before, after] = featuresAt(VISITOR, [late], [T0 + 4 * HOUR_MS, T0 + 5 * HOUR_MS])
    expect([before?.pricing_views_7d, after?.pricing_views_7d]).toEqual([0, 1])
  })
})
