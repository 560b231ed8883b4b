import type { Client } from '@libsql/client'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type WorkspaceFile, workspaceFile } from '#dev/platform/workspace-file.fixture.ts'
import { CapturedEvent } from '#shared/events/captured-event.ts'
import { capturedEvent, visitorEvents } from '#shared/profile/captured-event.arbitrary.ts'
import { drainStatements } from './drain-statements.ts'
import type { LogRow } from './log-entry.ts'
import {
  type EventPosition,
  positionOf,
  storedEvent,
  visitorEventsStatement,
} from './stored-events.ts'

const OBJECT = 'demo:local:0'

let file: WorkspaceFile
let store: Client
let batches = 0

beforeEach(async () => {
  file = await workspaceFile()
  store = file.store
})

afterEach(() => file.remove())

async function drain(events: readonly CapturedEvent[]): Promise<void> {
  const rows = events.map(
    (event, index): LogRow => ({
      seq: index + 1,
      kind: 'event',
      receivedAt: event.receivedAt,
      body: JSON.stringify(event),
    }),
  )
  await store.batch(drainStatements(OBJECT, ++batches, rows, 0), 'write')
}

async function readBack(visitorId: string, rowsPerRead = 7): Promise<CapturedEvent[]> {
  const events: CapturedEvent[] = []
  let below: EventPosition | null = null
  for (;;) {
    const { rows } = await store.execute(visitorEventsStatement(visitorId, below, rowsPerRead))
    events.push(...rows.map(storedEvent))
    const last = rows.at(-1)
    if (!last) return events
    below = positionOf(last)
  }
}

const byId = (events: readonly CapturedEvent[]) =>
  [...events].sort((a, b) => (a.messageId < b.messageId ? -1 : 1))

describe('events read back from the store', () => {
  test('a drained event is what it was, with every field set', async () => {
    const full: CapturedEvent = {
      messageId: 'm-"full"',
      type: 'track',
      name: '123',
      visitorId: 'visitor-1',
      anonymousId: 'visitor-1',
      userId: 'ada',
      previousId: 'before',
      groupId: 'acme',
      occurredAt: 1_790_000_000_000,
      receivedAt: 1_790_000_000_123,
      bot: false,
      verified: true,
      channel: 'email',
      source: 'newsletter',
      medium: 'email',
      campaign: 'spring',
      referrerHost: 'mail.example',
      country: 'DE',
      url: 'https://shop.example/a?b=c&d=%20',
      path: '/a',
      title: 'Ünïcode — 標題',
      properties: { price: 12.5, big: 1e21, tags: ['a', null, { deep: [[]] }], none: null, '': 0 },
      traits: { email: 'ada@acme.example', '$.odd': 'key', nested: { is: true } },
      context: { locale: 'de-DE', screen: { width: 1440 } },
    }
    await drain([full])
    expect(await readBack('visitor-1')).toEqual([full])
  })

  test('whatever a visitor did comes back, page by page, but for what a bot did in its name', async () => {
    let runs = 0
    await fc.assert(
      fc.asyncProperty(visitorEvents, async (events) => {
        const visitorId = `visitor-${++runs}`
        const own = events.map((event) => ({
          ...event,
          visitorId,
          messageId: `${runs}-${event.messageId}`,
        }))
        await drain([...own, capturedEvent({ visitorId: 'other', messageId: `other-${runs}` })])
        // The schema reads no key named __proto__, wherever the body comes from.
        const expected = own
          .filter((event) => !event.bot)
          .map((event) => CapturedEvent.parse(JSON.parse(JSON.stringify(event))))
        const back = await readBack(visitorId)
        expect(byId(back)).toEqual(byId(expected))
        const times = back.map((event) => event.occurredAt)
        expect(times).toEqual([...times].sort((a, b) => b - a))
      }),
      { numRuns: 30 },
    )
  })

  test('a visitor’s events are found by index, in its order', async () => {
    const { sql, args } = visitorEventsStatement('visitor-1', null, 10) as {
      sql: string
      args: (string | number)[]
    }
    const { rows } = await store.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args })
    const plan = rows.map((row) => String(row.detail)).join('\n')
    expect(plan).toMatch(/SEARCH events USING INDEX events_visitor \(visitor_id=\? AND/)
    expect(plan).not.toMatch(/TEMP B-TREE|SCAN/)
  })

  test('a row that no drain wrote is refused', () => {
    expect(() => storedEvent({ messageId: 'm', properties: 'no json' })).toThrow()
    expect(() =>
      storedEvent({ messageId: 'm', properties: '{}', traits: '{}', context: '{}' }),
    ).toThrow()
  })
})
