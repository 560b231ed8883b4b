import type { Client } from '@libsql/client'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { type WorkspaceFile, workspaceFile } from '#dev/platform/workspace-file.fixture.ts'
import type { CapturedEvent } from '#shared/events/captured-event.ts'
import { FEATURES } from '#shared/features/registry.ts'
import { capturedEvent, visitorEvents } from '#shared/profile/captured-event.arbitrary.ts'
import { OUTCOME_WINDOW_MS } from '#shared/training/outcome-window.ts'
import { featuresAt } from '#shared/training/point-in-time.ts'
import type { TrainingRow } from '#shared/training/training-row.ts'
import { drainStatements } from '../visitors/drain-statements.ts'
import type { LogRow } from '../visitors/log-entry.ts'
import { conversionsStatement, eventsStatement, visitorsStatement } from './page-statements.ts'
import { MOST_EVENTS_A_VISITOR, type PageRequest, trainingPage } from './training-page.ts'

const DAY_MS = 86_400_000
const T0 = Date.UTC(2026, 0, 10, 9)
const LONG_AFTER = T0 + 400 * DAY_MS
const ALL: PageRequest = { after: '', limit: 200, knownBy: 'received', asOf: LONG_AFTER }

const files: WorkspaceFile[] = []
let batches = 0

afterEach(async () => {
  for (const file of files.splice(0)) await file.remove()
})

async function newStore(): Promise<Client> {
  const file = await workspaceFile()
  files.push(file)
  const { store } = file
  await store.execute('UPDATE store_meta SET replayed_epoch = epoch')
  return store
}

async function drain(store: Client, events: readonly CapturedEvent[]): Promise<void> {
  const rows = events.map(
    (event, index): LogRow => ({
      seq: index + 1,
      kind: 'event',
      receivedAt: event.receivedAt,
      body: JSON.stringify(event),
    }),
  )
  await store.batch(drainStatements('demo:local:0', ++batches, rows, 0), 'write')
}

/** As the projector leaves them: a row a visitor, with the person where one is known. */
async function project(store: Client, persons: Record<string, string | null>): Promise<void> {
  await store.execute({
    sql: `INSERT INTO visitors (visitor_id, node_kind, person_id, first_seen_at, last_seen_at, sessions, pageviews,
            events, first_message_id, last_message_id, channel, version)
          SELECT key, 'd', value, 0, 0, 0, 0, 0, '', '', 'direct', 1 FROM json_each(?)`,
    args: [JSON.stringify(persons)],
  })
}

async function rowsOf(store: Client, over: Partial<PageRequest> = {}): Promise<TrainingRow[]> {
  const rows: TrainingRow[] = []
  let after: string | null = ''
  while (after !== null) {
    const answer = await trainingPage(store, { ...ALL, ...over, after })
    if (answer.kind !== 'page') throw new Error(answer.kind)
    rows.push(...answer.page.data)
    after = answer.nextAfter
  }
  return rows
}

/** A visitor who comes on each of some days and is heard of at once. */
const visits = (visitorId: string, days: readonly number[]): CapturedEvent[] =>
  days.map((day) =>
    capturedEvent({
      visitorId,
      anonymousId: visitorId,
      messageId: `${visitorId}-${day}`,
      occurredAt: T0 + day * DAY_MS,
      path: '/pricing',
    }),
  )

const conversion = (visitorId: string, day: number, name = 'Trial Started'): CapturedEvent =>
  capturedEvent({
    visitorId,
    messageId: `${visitorId}-converts`,
    type: 'track',
    name,
    occurredAt: T0 + day * DAY_MS,
  })

const ids = Array.from({ length: 40 }, (_, n) => `v-${String(n).padStart(2, '0')}`)

describe('training rows of a store', () => {
  test('no row changes by what became known after it, and each is what a score would have seen', async () => {
    let runs = 0
    let compared = 0
    const store = await newStore()
    await fc.assert(
      fc.asyncProperty(
        visitorEvents.filter((events) => events.length > 4),
        fc.integer({ min: 5, max: 40 }),
        async (events, day) => {
          const visitorId = `visitor-${++runs}`
          const own = events
            .filter((event) => !event.bot)
            .map((event, index) => ({
              ...event,
              visitorId,
              messageId: `${runs}-${event.messageId}`,
              receivedAt: event.occurredAt + (index % 3 === 0 ? 3 * DAY_MS : 0),
            }))
          const until = Date.UTC(2026, 0, 1) + day * DAY_MS
          const early = own.filter((event) => event.receivedAt <= until)
          await project(store, { [visitorId]: null })
          await drain(store, own)
          const answer = await trainingPage(store, { ...ALL, after: `visitor-${runs - 1}~` })
          const rows = answer.kind === 'page' ? answer.page.data : []
          for (const { at, features } of rows.filter((row) => row.at <= until)) {
            compared++
            const [known] = featuresAt(visitorId, early, [at])
            expect(features).toEqual(JSON.parse(JSON.stringify(known)))
          }
          await store.batch(
            [`DELETE FROM visitors`, `DELETE FROM events WHERE visitor_id = '${visitorId}'`],
            'write',
          )
        },
      ),
      { numRuns: 60 },
    )
    expect(compared).toBeGreaterThan(20)
  })

  test('more events later leave every row as it was that is made at the same moment', async () => {
    const store = await newStore()
    await project(store, Object.fromEntries(ids.map((id) => [id, null])))
    await drain(
      store,
      ids.flatMap((id) => visits(id, [0, 3, 7, 8])),
    )
    const before = await rowsOf(store)
    await drain(
      store,
      ids.flatMap((id) => visits(id, [60])),
    )
    const after = new Map((await rowsOf(store)).map((row) => [`${row.visitorId} ${row.at}`, row]))
    const same = before.filter((row) => after.has(`${row.visitorId} ${row.at}`))
    expect(same.length).toBeGreaterThan(20)
    for (const row of same) expect(after.get(`${row.visitorId} ${row.at}`)).toEqual(row)
  })

  test('another workspace’s visitors never show', async () => {
    const [own, other] = [await newStore(), await newStore()]
    await project(own, Object.fromEntries(ids.map((id) => [id, null])))
    await project(other, Object.fromEntries(ids.map((id) => [`other-${id}`, null])))
    await drain(
      own,
      ids.flatMap((id) => visits(id, [0, 1, 2])),
    )
    await drain(
      other,
      ids.flatMap((id) => visits(`other-${id}`, [0, 1, 2])),
    )
    const [rows, others] = [await rowsOf(own), await rowsOf(other)]
    expect(new Set(rows.map((row) => row.visitorId))).toEqual(new Set(ids))
    expect(others.every((row) => row.visitorId.startsWith('other-'))).toBe(true)
    expect(others.length).toBeGreaterThan(20)
  })

  test('the pages of a walk are together what one page would be, whatever their size', async () => {
    const store = await newStore()
    await project(store, Object.fromEntries(ids.map((id) => [id, null])))
    await drain(
      store,
      ids.flatMap((id) => visits(id, [0, 5, 9])),
    )
    const whole = await rowsOf(store)
    expect(whole.length).toBeGreaterThan(40)
    for (const row of whole) expect(Object.keys(row.features)).toHaveLength(FEATURES.length)
    for (const limit of [1, 7, 40]) expect(await rowsOf(store, { limit })).toEqual(whole)
  })

  test('a row is converted where the person converts within the window on any device, and none lies after it', async () => {
    const store = await newStore()
    const phones = ids.map((id) => `phone-${id}`)
    const persons = ids.flatMap((id): [string, string][] => [
      [id, `p-${id}`],
      [`phone-${id}`, `p-${id}`],
    ])
    await project(store, { ...Object.fromEntries(persons), alone: null })
    await drain(store, [
      ...ids.flatMap((id) => visits(id, [0, 10, 19, 21])),
      ...phones.flatMap((id) => visits(id, [0, 10, 19, 21])),
      ...phones.map((id) => conversion(id, 20, ' trial STARTED ')),
      conversion('somebody who is not projected', 1),
    ])
    const rows = await rowsOf(store)
    const laptops = rows.filter(({ visitorId }) => visitorId.startsWith('v-'))
    expect(laptops.filter((row) => row.converted).length).toBeGreaterThan(10)
    expect(laptops.filter((row) => !row.converted).length).toBeGreaterThan(10)
    for (const { at, converted } of rows) {
      expect(at).toBeLessThan(T0 + 20 * DAY_MS)
      expect(converted).toBe(at >= T0 + 6 * DAY_MS)
    }
  })

  test('a bot’s conversion converts nobody, and a bot’s events are in no row', async () => {
    const store = await newStore()
    await project(store, Object.fromEntries(ids.map((id) => [id, null])))
    const bots = ids.flatMap((id) => [
      { ...conversion(id, 2), bot: true },
      ...visits(id, [1]).map((event) => ({ ...event, bot: true })),
    ])
    await drain(
      store,
      ids.flatMap((id) => visits(id, [0])),
    )
    const before = await rowsOf(store)
    await drain(store, bots)
    expect(await rowsOf(store)).toEqual(before)
    expect(before.length).toBeGreaterThan(40)
  })

  test('a moment whose outcome window is not over gives no row', async () => {
    const store = await newStore()
    await project(store, Object.fromEntries(ids.map((id) => [id, null])))
    await drain(
      store,
      ids.flatMap((id) => visits(id, [0, 1, 2, 3])),
    )
    const asOf = T0 + 2 * DAY_MS + OUTCOME_WINDOW_MS
    const rows = await rowsOf(store, { asOf })
    expect(rows.length).toBeGreaterThan(10)
    expect(rows.every((row) => row.at <= T0 + 2 * DAY_MS)).toBe(true)
    expect(rows.length).toBeLessThan((await rowsOf(store)).length)
  })

  test('imported history gives rows only where events count from when they occurred, and is counted', async () => {
    const store = await newStore()
    await project(store, Object.fromEntries(ids.map((id) => [id, null])))
    const imported = T0 + 100 * DAY_MS
    const history = ids.flatMap((id) => visits(id, [0, 3, 9]))
    await drain(store, [
      ...history.map((event) => ({ ...event, receivedAt: imported })),
      ...visits('v-00', [30]),
    ])
    const asOf = imported + DAY_MS
    const [received, occurred] = [
      await rowsOf(store, { asOf }),
      await rowsOf(store, { asOf, knownBy: 'occurred' }),
    ]
    expect(received.every((row) => row.visitorId === 'v-00')).toBe(true)
    expect(occurred.length).toBeGreaterThan(60)
    for (const { at, visitorId, features } of occurred) {
      const known = history.filter((e) => e.visitorId === visitorId && e.occurredAt <= at)
      const asLive = known.map((event) => ({ ...event, receivedAt: event.occurredAt }))
      if (visitorId === 'v-00') continue
      expect(features).toEqual(JSON.parse(JSON.stringify(featuresAt(visitorId, asLive, [at])[0])))
    }
    const answer = await trainingPage(store, { ...ALL, asOf })
    expect(answer).toMatchObject({
      page: { visitors: ids.length, events: 121, eventsReceivedLate: 120, visitorsCut: 0 },
    })
  })

  test('of a visitor with very many events the oldest are read, and no row lies beyond them', async () => {
    const store = await newStore()
    const many = MOST_EVENTS_A_VISITOR + 700
    const busy = ['a-busy', 'b-busy', 'c-busy']
    await project(store, Object.fromEntries([...busy, 'd-calm'].map((id) => [id, null])))
    await store.execute({
      sql: `INSERT INTO events (message_id, type, visitor_id, occurred_at, received_at, bot, verified, channel, path,
              properties, traits, context)
            SELECT v.value || n.value, 'page', v.value, ? + n.value * 60000, ? + n.value * 60000, 0, 0, 'direct', '/', '{}', '{}', '{}'
            FROM json_each(?) v, json_each(?) n`,
      args: [
        T0,
        T0,
        JSON.stringify(busy),
        JSON.stringify(Array.from({ length: many }, (_, n) => n)),
      ],
    })
    await drain(store, visits('d-calm', [0, 1]))
    const first = await trainingPage(store, ALL)
    expect(first).toMatchObject({
      page: { visitors: 1, events: MOST_EVENTS_A_VISITOR, visitorsCut: 1 },
      nextAfter: 'a-busy',
    })
    const rows = await rowsOf(store)
    const lastRead = T0 + (MOST_EVENTS_A_VISITOR - 1) * 60_000
    const ofBusy = rows.filter(({ visitorId }) => visitorId !== 'd-calm')
    expect(ofBusy.length).toBeGreaterThan(0)
    expect(ofBusy.every((row) => row.at <= lastRead)).toBe(true)
    expect(rows.some(({ visitorId }) => visitorId === 'd-calm')).toBe(true)
  })

  test('a store that was restored gives nothing until erasures were done again', async () => {
    const store = await newStore()
    await store.execute("UPDATE store_meta SET epoch = 'restored'")
    expect(await trainingPage(store, ALL)).toEqual({ kind: 'not_replayed' })
  })

  test('everything is found by index', async () => {
    const store = await newStore()
    for (const statement of [
      visitorsStatement('v', 10),
      conversionsStatement(['v'], ['p']),
      eventsStatement({ visitorId: 'v', occurredAt: 1, ingestSeq: 1 }, 'w', 10),
    ]) {
      const { sql, args } = statement as { sql: string; args: (string | number)[] }
      const { rows } = await store.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args })
      const plan = rows.map((row) => String(row.detail)).join('\n')
      expect(plan).not.toMatch(/SCAN (events|visitors|e|v)\b/)
    }
    const { sql, args } = eventsStatement(
      { visitorId: 'v', occurredAt: 1, ingestSeq: 1 },
      'w',
      10,
    ) as { sql: string; args: (string | number)[] }
    const { rows } = await store.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args })
    expect(rows.map((row) => String(row.detail)).join('\n')).not.toMatch(/TEMP B-TREE/)
  })
})
