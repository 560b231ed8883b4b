import type { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Reason } from '#shared/scoring/score.ts'
import { SESSION_IDLE_MS } from '#shared/sessions/session.ts'
import { applyPage, type PullPage } from '../replica/apply-page.ts'
import { RAW_WINDOW } from '../replica/raw-window.ts'
import { emptyReplica } from '../replica/state.ts'
import {
  eventFact,
  personFact,
  pullPage,
  scoredVisitor,
  T0,
  verdictFact,
  visitorFact,
} from '../testing/builders.ts'
import { createMemoryReplica } from '../testing/memory-replica.ts'
import { getLead } from './lead-detail.ts'
import { getOverview, startOfDay } from './overview.ts'
import { listTimeline } from './timeline.ts'

let db: PGlite
beforeAll(async () => {
  db = await createMemoryReplica()
})
afterAll(() => db.close())
beforeEach(() => db.transaction((tx) => emptyReplica(tx, 'fixture', null)))

const apply = (partial: Partial<PullPage>) =>
  applyPage(db, pullPage(partial), { window: RAW_WINDOW, now: T0 })

const reason = (feature: string, contribution: number): Reason => ({
  feature,
  side: 'engagement',
  value: 1,
  contribution,
  text: feature,
})

describe('a lead', () => {
  test('comes with the reasons of its best device, both ways, strongest first', async () => {
    await apply({
      visitors: [
        scoredVisitor({ visitorId: 'a', personId: 'p', points: 20, reasons: [reason('other', 1)] }),
        scoredVisitor({
          visitorId: 'b',
          personId: 'p',
          points: 80,
          reasons: [
            reason('weak', 0.1),
            reason('against', -0.3),
            reason('strong', 0.9),
            reason('most against', -2),
          ],
        }),
      ],
      persons: [
        personFact({ personId: 'p', name: 'Demo Person', userId: 'u1', traits: { plan: 'pro' } }),
      ],
    })
    const detail = await getLead(db, 'p:p')
    expect(detail?.score?.visitorId).toBe('b')
    expect(detail?.score?.reasonsFor.map((r) => r.feature)).toEqual(['strong', 'weak'])
    expect(detail?.score?.reasonsAgainst.map((r) => r.feature)).toEqual(['most against', 'against'])
    expect(detail?.score?.calibrated).toBe(false)
    expect(detail).toMatchObject({ userId: 'u1', traits: { plan: 'pro' }, lead: { devices: 2 } })
    expect(detail?.devices.map((device) => device.visitorId).toSorted()).toEqual(['a', 'b'])
  })

  test('without a score says so, and one that is no more is null', async () => {
    await apply({ visitors: [visitorFact({ visitorId: 'a' })] })
    expect((await getLead(db, 'v:a'))?.score).toBeNull()
    expect(await getLead(db, 'v:gone')).toBeNull()
  })
})

describe('a timeline', () => {
  const MINUTE_MS = 60_000

  test('runs over all devices, newest first, and marks where sessions begin', async () => {
    const at = (ingestSeq: number, visitorId: string, occurredAt: number) =>
      eventFact({ ingestSeq, visitorId, occurredAt, receivedAt: T0 })
    await apply({
      visitors: ['a', 'b'].map((visitorId) => visitorFact({ visitorId, personId: 'p' })),
      events: [
        at(1, 'a', T0 - 100 * MINUTE_MS),
        at(2, 'a', T0 - 90 * MINUTE_MS),
        at(3, 'b', T0 - 80 * MINUTE_MS),
        at(4, 'a', T0 - 90 * MINUTE_MS + SESSION_IDLE_MS + 1),
        // Arrived late: it happened before all others.
        at(5, 'a', T0 - 200 * MINUTE_MS),
        at(6, 'stranger', T0),
      ],
    })
    const whole = await listTimeline(db, { leadKey: 'p:p', limit: 50, before: null })
    expect(whole.items.map((item) => [item.id, item.startsSession])).toEqual([
      ['event-4', true],
      ['event-3', true],
      ['event-2', false],
      ['event-1', true],
      ['event-5', true],
    ])
    const first = await listTimeline(db, { leadKey: 'p:p', limit: 2, before: null })
    const second = await listTimeline(db, { leadKey: 'p:p', limit: 50, before: first.next })
    expect([...first.items, ...second.items]).toEqual(whole.items)
    expect(second.next).toBeNull()
  })
})

describe('the overview', () => {
  test('counts the last quarter of an hour, today, and who is known', async () => {
    const MINUTE_MS = 60_000
    const dayBefore = startOfDay(T0) - 1
    const at = (ingestSeq: number, receivedAt: number, bot = false) =>
      eventFact({ ingestSeq, receivedAt, bot })
    await apply({
      events: [
        at(1, T0),
        at(2, T0 - 14 * MINUTE_MS, true),
        at(3, T0 - 16 * MINUTE_MS),
        at(4, T0 - 3 * 3_600_000),
        at(5, dayBefore),
      ],
      verdicts: [
        verdictFact({ verdictSeq: 1, receivedAt: T0 }),
        verdictFact({ verdictSeq: 2, receivedAt: T0, verdict: 'duplicate' }),
        verdictFact({ verdictSeq: 3, receivedAt: dayBefore }),
      ],
      visitors: [
        scoredVisitor({ visitorId: 'a', personId: 'p', points: 90 }),
        visitorFact({ visitorId: 'b' }),
      ],
    })
    const overview = await getOverview(db, T0, T0 - 5000)
    expect(overview).toMatchObject({
      eventsLast15Minutes: 2,
      today: { accepted: 3, bot: 1, duplicate: 1, rejected: 1, quarantined: 0 },
      leads: 2,
      knownLeads: 1,
      gradeA: 1,
      heldEvents: 5,
      lagSeconds: 5,
    })
    expect(overview.perMinute.at(-1)).toBe(1)
    expect(overview.perMinute.reduce((a, b) => a + b, 0)).toBe(3)
  })

  test('leaves what happened long before it arrived out of the live figures', async () => {
    const HOUR_MS = 3_600_000
    await apply({
      events: [
        eventFact({ ingestSeq: 1, receivedAt: T0 }),
        eventFact({ ingestSeq: 2, receivedAt: T0, occurredAt: T0 - HOUR_MS }),
        eventFact({ ingestSeq: 3, receivedAt: T0, occurredAt: T0 - HOUR_MS - 1 }),
        eventFact({ ingestSeq: 4, receivedAt: T0 - 60_000, occurredAt: T0 - 30 * 24 * HOUR_MS }),
      ],
    })
    const { eventsLast15Minutes, perMinute, today } = await getOverview(db, T0, null)
    expect(eventsLast15Minutes).toBe(2)
    expect(perMinute.slice(-2)).toEqual([0, 2])
    expect(today.accepted).toBe(4)
  })

  test('knows no lag before the first sync', async () => {
    expect((await getOverview(db, T0, null)).lagSeconds).toBeNull()
  })
})
