import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CapturedEvent } from '#shared/events/captured-event.ts'
import { capturedEvent } from '#shared/profile/captured-event.arbitrary.ts'
import { visitorBehaviour } from './visitor-behaviour.ts'

const SECOND_MS = 1000
const HOUR_MS = 3_600_000
const START = Date.UTC(2026, 5, 1, 9)

function event(
  seconds: number,
  type: CapturedEvent['type'] = 'page',
  more: Partial<CapturedEvent> = {},
): CapturedEvent {
  return capturedEvent({
    messageId: `m${seconds}-${type}`,
    type,
    occurredAt: START + seconds * SECOND_MS,
    ...more,
  })
}

describe("a visitor's behaviour", () => {
  test('counts what happened, session by session', () => {
    const next = (2 * HOUR_MS) / SECOND_MS
    expect(
      visitorBehaviour([
        event(0),
        event(20, 'page', { path: '/pricing' }),
        event(30, 'track', { name: 'Demo Requested' }),
        event(50, 'page', { path: '/docs' }),
        event(90, 'page', { path: '/' }),
        event(next, 'page', { path: '/pricing' }),
      ]),
    ).toEqual({
      busiestMinute: 4,
      secondsBetweenPages: 30,
      // 20, 30 and 40 seconds: 10, 0 and 10 from their middle.
      rhythmSpread: 10 / 30,
      untouchedPages: 4 / 5,
      hoursOfDay: 2,
      distinctPages: 3,
      longestSessionMinutes: 1.5,
      formsSent: 1,
    })
  })

  test('is the same in whatever order the events come', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 20 }),
        (times) => {
          const events = times.map((at) => event(at, at % 3 ? 'page' : 'track'))
          const sorted = events.toSorted((a, b) => a.occurredAt - b.occurredAt)
          expect(visitorBehaviour(events)).toEqual(visitorBehaviour(sorted))
        },
      ),
      { numRuns: 50 },
    )
  })

  test('has no rhythm where there are too few pages, and NaN says so', () => {
    expect(visitorBehaviour([event(0)])).toMatchObject({
      secondsBetweenPages: Number.NaN,
      rhythmSpread: Number.NaN,
      longestSessionMinutes: 0,
      untouchedPages: 1,
    })
    expect(visitorBehaviour([event(0, 'identify')]).untouchedPages).toBeNaN()
  })
})
