import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { capturedEvent, shuffled, visitorEvents } from '#shared/profile/captured-event.arbitrary.ts'
import { mergeSessions, SESSION_IDLE_MS, Session, sessionOf } from './session.ts'

const T0 = Date.UTC(2026, 0, 15, 10)
const MINUTE_MS = 60_000

function sessionsOf(events: Parameters<typeof sessionOf>[0][]): Session[] {
  return mergeSessions([], events.map(sessionOf))
}

describe('a session', () => {
  test('lasts through gaps of exactly the idle time and ends after a longer one', () => {
    const sessions = sessionsOf([
      capturedEvent({ occurredAt: T0 }),
      capturedEvent({ occurredAt: T0 + SESSION_IDLE_MS }),
      capturedEvent({ occurredAt: T0 + 2 * SESSION_IDLE_MS + 1 }),
    ])
    expect(sessions.map((s) => [s.startAt - T0, s.endAt - T0, s.events])).toEqual([
      [0, SESSION_IDLE_MS, 2],
      [2 * SESSION_IDLE_MS + 1, 2 * SESSION_IDLE_MS + 1, 1],
    ])
  })

  test('is joined with the next one by a late event between them', () => {
    const apart = sessionsOf([
      capturedEvent({ occurredAt: T0, path: '/a' }),
      capturedEvent({ occurredAt: T0 + 50 * MINUTE_MS, path: '/b' }),
    ])
    expect(apart).toHaveLength(2)
    const late = sessionOf(capturedEvent({ occurredAt: T0 + 25 * MINUTE_MS, path: '/late' }))
    const joined = mergeSessions(apart, [late])
    expect(joined).toHaveLength(1)
    expect(joined[0]).toMatchObject({
      startAt: T0,
      endAt: T0 + 50 * MINUTE_MS,
      events: 3,
      pageviews: 3,
      entry: { path: '/a' },
      exit: { path: '/b' },
    })
  })

  test('takes its channel from the earliest event that did not come directly', () => {
    const [session] = sessionsOf([
      capturedEvent({ occurredAt: T0, channel: 'direct' }),
      capturedEvent({ occurredAt: T0 + 2, channel: 'email', campaign: 'later' }),
      capturedEvent({ occurredAt: T0 + 1, channel: 'paid_search', campaign: 'spring' }),
    ])
    expect(session?.touch).toMatchObject({ channel: 'paid_search', campaign: 'spring' })
  })

  test('orders pages of the same millisecond by message id', () => {
    const [session] = sessionsOf([
      capturedEvent({ occurredAt: T0, messageId: 'b', path: '/b' }),
      capturedEvent({ occurredAt: T0, messageId: 'c', path: '/c' }),
      capturedEvent({ occurredAt: T0, messageId: 'a', path: '/a' }),
    ])
    expect([session?.entry?.path, session?.exit?.path]).toEqual(['/a', '/c'])
  })

  test('counts pages and conversions, and other events only as events', () => {
    const [session] = sessionsOf([
      capturedEvent({ occurredAt: T0 }),
      capturedEvent({ occurredAt: T0 + 1, type: 'track', name: 'trial started' }),
      capturedEvent({ occurredAt: T0 + 2, type: 'track', name: 'Clicked' }),
    ])
    expect(session).toMatchObject({ events: 3, pageviews: 1, conversions: 1 })
  })
})

describe('merging sessions', () => {
  test('gives the same sessions whatever the order and the batches of arrival', () => {
    const batches = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(shuffled(visitorEvents), batches, ({ items, shuffle }, sizes) => {
        let sessions: Session[] = []
        for (let from = 0, i = 0; from < shuffle.length; i++) {
          const size = sizes[i % sizes.length] ?? 1
          const batch = shuffle.slice(from, from + size).map(sessionOf)
          // Sometimes a batch is folded first and its sessions are merged, sometimes its events.
          sessions = mergeSessions(sessions, i % 2 ? mergeSessions([], batch) : batch)
          from += size
        }
        expect(sessions).toEqual(sessionsOf(items))
      }),
    )
  })

  test('leaves gaps over the idle time between neighbours and loses no event', () => {
    fc.assert(
      fc.property(visitorEvents, (events) => {
        const sessions = sessionsOf(events)
        sessions.slice(1).reduce(
          (previous, next) => {
            expect(next.startAt - previous.endAt).toBeGreaterThan(SESSION_IDLE_MS)
            return next
          },
          sessions[0] ?? sessionOf(capturedEvent({ occurredAt: 0 })),
        )
        expect(sessions.reduce((sum, s) => sum + s.events, 0)).toBe(events.length)
      }),
    )
  })

  test('survives being stored as JSON', () => {
    fc.assert(
      fc.property(visitorEvents, (events) => {
        const sessions = sessionsOf(events)
        expect(Session.array().parse(JSON.parse(JSON.stringify(sessions)))).toEqual(sessions)
      }),
    )
  })
})
