import type { PGlite } from '@electric-sql/pglite'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { personSubject, subjectHash, visitorSubject } from '#shared/erasure/subject-hash.ts'
import { listLeads } from '../queries/leads.ts'
import { getStreamItem, listStream } from '../queries/stream.ts'
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
import { applyPage, type PullPage } from './apply-page.ts'
import { migrateReplica } from './migrate.ts'
import { REPLICA_MIGRATIONS } from './migrations.ts'
import { maintenanceDue, pruneRawWindow, RAW_WINDOW, vacuumReplica } from './raw-window.ts'
import { rebuildLeads } from './rebuild-leads.ts'
import { emptyReplica, readCursor, resetReplica } from './state.ts'

let db: PGlite
beforeAll(async () => {
  db = await createMemoryReplica()
})
afterAll(() => db.close())
beforeEach(() => db.transaction((tx) => emptyReplica(tx, 'fixture', null)))

const apply = (partial: Partial<PullPage>, now = T0 + 60_000) =>
  applyPage(db, pullPage(partial), { window: RAW_WINDOW, now })

const stream = async (filter: Parameters<typeof listStream>[1]['filter'] | object = {}) =>
  listStream(db, {
    filter: { verdict: null, type: null, name: null, visitorId: null, ...filter },
    limit: 500,
    before: null,
  })

const leads = async (filter: object = {}, sort: 'points' | 'lastSeen' = 'points') =>
  listLeads(db, {
    filter: { search: null, grades: [], knownOnly: false, ...filter },
    sort,
    limit: 500,
    before: null,
  })

const minutes = async () =>
  (await db.query<Record<string, number>>('select * from received_minutes order by minute')).rows

describe('an erasure', () => {
  const key = '5e'.repeat(32)
  const hashOf = subjectHash(key)

  test('drops events, visitors, persons and their leads, and keeps those who came back', async () => {
    await apply({
      events: [eventFact({ ingestSeq: 1 }), eventFact({ ingestSeq: 2 })],
      visitors: [
        visitorFact({ visitorId: 'phone', personId: 'ada', version: 1 }),
        visitorFact({ visitorId: 'laptop', version: 1 }),
        visitorFact({ visitorId: 'bob', version: 1 }),
      ],
      persons: [personFact({ personId: 'ada', version: 1 })],
    })
    expect((await leads()).items).toHaveLength(3)
    const visitor = (id: string, version: number) =>
      ({ kind: 'visitor', ref: hashOf(visitorSubject(id)), version }) as const
    const applied = await apply({
      erasureKey: key,
      erasures: [
        { kind: 'event', ref: '2', version: 2 },
        visitor('phone', 2),
        visitor('laptop', 2),
        visitor('bob', 1),
        { kind: 'person', ref: hashOf(personSubject('ada')), version: 2 },
      ],
      visitors: [visitorFact({ visitorId: 'laptop', version: 2, pageviews: 1 })],
    })
    expect(applied.areas).toEqual(expect.arrayContaining(['stream', 'leads']))
    expect((await stream()).items.map(({ id }) => id)).toEqual(['event-1'])
    const left = await db.query<{ visitor_id: string }>(
      'select visitor_id from visitors order by 1',
    )
    expect(left.rows.map((row) => row.visitor_id)).toEqual(['bob', 'laptop'])
    expect((await db.query('select 1 from persons')).rows).toEqual([])
    expect((await leads()).items).toHaveLength(2)
  })

  test('told again, or of nobody here, changes nothing', async () => {
    await apply({ visitors: [visitorFact({ visitorId: 'bob', version: 1 })] })
    const erasures = [{ kind: 'visitor', ref: 'f'.repeat(32), version: 9 } as const]
    await apply({ erasureKey: key, erasures })
    await apply({ erasureKey: key, erasures })
    expect((await leads()).items).toHaveLength(1)
  })
})

describe('applying a page', () => {
  test('moves rows and cursor together', async () => {
    const facts = { ingestSeq: 2, verdictSeq: 1, version: 7 }
    const applied = await apply({
      edit: 3,
      facts,
      events: [eventFact({ ingestSeq: 1 }), eventFact({ ingestSeq: 2, bot: true })],
      verdicts: [verdictFact({ verdictSeq: 1 })],
    })
    expect(applied).toEqual({ areas: ['stream'], rows: 3 })
    expect(await readCursor(db)).toEqual({ epoch: 'epoch-1', edit: 3, facts })
    const { items } = await stream()
    expect(items.map((item) => item.verdict)).toEqual(['bot', 'rejected', 'accepted'])
  })

  test('moves neither when the page cannot be written', async () => {
    const broken = { ...eventFact({ ingestSeq: 2 }), receivedAt: 1.5e300 }
    await expect(
      apply({
        facts: { ingestSeq: 2, verdictSeq: 0, version: 0 },
        events: [eventFact({ ingestSeq: 1 }), broken],
      }),
    ).rejects.toThrow()
    expect((await readCursor(db)).facts.ingestSeq).toBe(0)
    expect((await stream()).items).toEqual([])
  })

  test('a second time changes nothing, counters included', async () => {
    const content = {
      events: [eventFact({ ingestSeq: 1 })],
      verdicts: [verdictFact({ verdictSeq: 1, verdict: 'duplicate', reason: null, detail: null })],
      visitors: [scoredVisitor({ visitorId: 'v1', points: 80 })],
    }
    await apply(content)
    const before = [await minutes(), await stream(), await leads()]
    await apply(content)
    expect([await minutes(), await stream(), await leads()]).toEqual(before)
    expect((await minutes())[0]).toMatchObject({ accepted: 1, duplicate: 1, rejected: 0 })
  })

  test('keeps an older version of a row from overwriting a newer one', async () => {
    await apply({ visitors: [visitorFact({ visitorId: 'v1', pageviews: 9, version: 5 })] })
    await apply({ visitors: [visitorFact({ visitorId: 'v1', pageviews: 2, version: 4 })] })
    expect((await leads()).items[0]?.pageviews).toBe(9)
  })

  test('takes what Postgres cannot store with a replacement', async () => {
    const deep = JSON.parse(`${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`)
    await apply({
      events: [
        eventFact({
          ingestSeq: 1,
          name: 'nul \0 half \ud800 pair',
          properties: { 'key\0': ['\udc00', { ok: 'äöü 🎈' }], literal: '\\u0000' },
        }),
        eventFact({ ingestSeq: 2, properties: deep }),
      ],
    })
    const item = await getStreamItem(db, 'event-1')
    expect(item?.name).toBe('nul \ufffd half \ufffd pair')
    expect(item?.properties).toEqual({
      'key\ufffd': ['\ufffd', { ok: 'äöü 🎈' }],
      literal: '\\u0000',
    })
    expect((await getStreamItem(db, 'event-2'))?.messageId).toBe('message-2')
  })

  test('does not store events that have left the window', async () => {
    const old = T0 - RAW_WINDOW.ageMs - 1
    await apply(
      { events: [eventFact({ ingestSeq: 1, receivedAt: old }), eventFact({ ingestSeq: 2 })] },
      T0,
    )
    expect((await stream()).items.map((item) => item.id)).toEqual(['event-2'])
  })
})

describe('leads', () => {
  test('group devices by person and take the best score and the first channel', async () => {
    await apply({
      visitors: [
        scoredVisitor({
          visitorId: 'phone',
          personId: 'p1',
          points: 40,
          lastSeenAt: T0,
          firstSeenAt: T0 - 5,
          sessions: 2,
        }),
        scoredVisitor({
          visitorId: 'laptop',
          personId: 'p1',
          points: 81,
          lastSeenAt: T0 - 1,
          firstSeenAt: T0 - 9,
          channel: 'Paid search',
          sessions: 3,
        }),
        visitorFact({ visitorId: 'stranger' }),
      ],
      persons: [
        personFact({
          personId: 'p1',
          name: 'Demo Person',
          email: 'demo@example.com',
          company: 'Example',
        }),
      ],
    })
    const { items, total } = await leads()
    expect(total).toBe(2)
    expect(items[0]).toMatchObject({
      leadKey: 'p:p1',
      known: true,
      name: 'Demo Person',
      points: 81,
      grade: 'A',
      devices: 2,
      sessions: 5,
      channel: 'Paid search',
      lastSeenAt: T0,
      firstSeenAt: T0 - 9,
    })
    expect(items[1]).toMatchObject({ leadKey: 'v:stranger', known: false, points: null })
  })

  test('follow a device to another person, and a split back', async () => {
    await apply({ visitors: [visitorFact({ visitorId: 'a', version: 1 })] })
    await apply({
      visitors: [visitorFact({ visitorId: 'a', personId: 'p1', version: 2 })],
      persons: [personFact({ personId: 'p1', name: 'One', version: 2 })],
    })
    expect((await leads()).items.map((lead) => lead.leadKey)).toEqual(['p:p1'])
    await apply({
      visitors: [visitorFact({ visitorId: 'a', personId: null, version: 3 })],
      persons: [personFact({ personId: 'p1', deleted: true, version: 3 })],
    })
    expect((await leads()).items.map((lead) => [lead.leadKey, lead.name])).toEqual([['v:a', null]])
  })

  test('show a person whose own row comes in a later page', async () => {
    await apply({ visitors: [visitorFact({ visitorId: 'a', personId: 'p1' })] })
    expect((await leads()).items[0]).toMatchObject({ known: true, name: null })
    await apply({ persons: [personFact({ personId: 'p1', name: 'Late' })] })
    expect((await leads()).items[0]?.name).toBe('Late')
  })

  test('after any pages are the same as derived from scratch', async () => {
    const visitor = fc.record({
      visitorId: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      personId: fc.constantFrom(null, 'p1', 'p2'),
      points: fc.option(fc.integer({ min: 0, max: 100 })),
      firstSeenAt: fc.integer({ min: 1, max: 5 }),
      lastSeenAt: fc.integer({ min: 5, max: 9 }),
      channel: fc.constantFrom('Direct', 'Email'),
    })
    const person = fc.record({
      personId: fc.constantFrom('p1', 'p2'),
      deleted: fc.boolean(),
      name: fc.constantFrom(null, 'One', 'Two'),
    })
    const pages = fc.array(
      fc.record({
        visitors: fc.array(visitor, { maxLength: 4 }),
        persons: fc.array(person, { maxLength: 2 }),
      }),
      { minLength: 1, maxLength: 6 },
    )
    await fc.assert(
      fc.asyncProperty(pages, async (generated) => {
        await db.transaction((tx) => emptyReplica(tx, 'fixture', null))
        for (const [index, content] of generated.entries()) {
          const version = index + 1
          await apply({
            visitors: content.visitors.map((v) => visitorFact({ ...v, version })),
            persons: content.persons.map((p) => personFact({ ...p, version })),
          })
        }
        const kept = (await db.query('select * from leads order by lead_key')).rows
        const keys = await db.query<{ lead_key: string }>('select distinct lead_key from visitors')
        await db.exec('truncate leads')
        await db.transaction((tx) => rebuildLeads(tx, new Set(keys.rows.map((r) => r.lead_key))))
        expect(kept).toEqual((await db.query('select * from leads order by lead_key')).rows)
      }),
      { numRuns: 40 },
    )
  })
})

describe('pages of lists', () => {
  const walk = async <Item>(
    read: (before: string | null) => Promise<{ items: Item[]; next: string | null }>,
  ): Promise<Item[]> => {
    const all: Item[] = []
    let before: string | null = null
    do {
      const got: { items: Item[]; next: string | null } = await read(before)
      all.push(...got.items)
      before = got.next
    } while (before !== null)
    return all
  }

  test('of the stream bring each line once, in order, ties included', async () => {
    const receivedAt = T0
    await apply({
      events: Array.from({ length: 25 }, (_, i) =>
        eventFact({ ingestSeq: i + 1, receivedAt: receivedAt + Math.floor(i / 10) }),
      ),
      verdicts: Array.from({ length: 7 }, (_, i) => verdictFact({ verdictSeq: i + 1, receivedAt })),
    })
    const whole = (await stream()).items.map((item) => item.id)
    const filter = { verdict: null, type: null, name: null, visitorId: null }
    const paged = await walk((before) => listStream(db, { filter, limit: 4, before }))
    expect(whole).toHaveLength(32)
    expect(paged.map((item) => item.id)).toEqual(whole)
  })

  test.each(['points', 'lastSeen'] as const)(
    'of leads by %s bring each lead once',
    async (sort) => {
      await apply({
        visitors: Array.from({ length: 23 }, (_, i) =>
          i % 5 === 0
            ? visitorFact({ visitorId: `v${i}`, lastSeenAt: T0 + (i % 3) })
            : scoredVisitor({ visitorId: `v${i}`, points: (i * 7) % 30, lastSeenAt: T0 + (i % 4) }),
        ),
      })
      const whole = (await leads({}, sort)).items
      const filter = { search: null, grades: [], knownOnly: false }
      const paged = await walk((before) => listLeads(db, { filter, sort, limit: 5, before }))
      expect(whole).toHaveLength(23)
      expect(paged).toEqual(whole)
      const key = sort === 'points' ? 'points' : 'lastSeenAt'
      const values = whole.map((lead) => lead[key] ?? -1)
      expect(values).toEqual(values.toSorted((a, b) => b - a))
    },
  )

  test('of a made-up cursor are refused in words', async () => {
    const filter = { search: null, grades: [], knownOnly: false }
    await expect(
      listLeads(db, { filter, sort: 'points', limit: 5, before: 'nonsense' }),
    ).rejects.toMatchObject({ kind: 'bad_payload' })
  })
})

describe('filters', () => {
  beforeEach(() =>
    apply({
      events: [
        eventFact({ ingestSeq: 1, type: 'track', name: 'Demo Requested', visitorId: 'v1' }),
        eventFact({ ingestSeq: 2, name: '100% pure', path: '/a_b', visitorId: 'v2' }),
        eventFact({ ingestSeq: 3, bot: true, visitorId: 'v3' }),
      ],
      verdicts: [verdictFact({ verdictSeq: 1 })],
      visitors: [
        scoredVisitor({ visitorId: 'v1', personId: 'p1', points: 90 }),
        scoredVisitor({ visitorId: 'v2', points: 60 }),
      ],
      persons: [
        personFact({
          personId: 'p1',
          name: 'Demo Person',
          email: 'd@example.com',
          company: 'Example Works',
        }),
      ],
    }),
  )

  test.each([
    [{ verdict: 'rejected' }, ['verdict-1']],
    [{ verdict: 'bot' }, ['event-3']],
    [{ type: 'track' }, ['verdict-1', 'event-1']],
    [{ name: 'demo req' }, ['event-1']],
    [{ name: '100%' }, ['event-2']],
    [{ name: 'a_b' }, ['event-2']],
    [{ name: 'axb' }, []],
    [{ visitorId: 'v2' }, ['event-2']],
    [{ verdict: 'accepted', visitorId: 'v1' }, ['event-1']],
  ])('of the stream %j', async (filter, ids) => {
    expect((await stream(filter)).items.map((item) => item.id).toSorted()).toEqual(ids.toSorted())
  })

  test.each([
    [{ search: 'EXAMPLE works' }, ['p:p1']],
    [{ search: 'd@example' }, ['p:p1']],
    [{ search: 'v2' }, ['v:v2']],
    [{ grades: ['A'] }, ['p:p1']],
    [{ grades: ['A', 'B'] }, ['p:p1', 'v:v2']],
    [{ knownOnly: true }, ['p:p1']],
    [{ search: 'nobody' }, []],
  ])('of leads %j', async (filter, keys) => {
    const { items, total } = await leads(filter)
    expect(items.map((lead) => lead.leadKey)).toEqual(keys)
    expect(total).toBe(keys.length)
  })

  test('the stream names the lead behind an event', async () => {
    expect((await stream({ visitorId: 'v1' })).items[0]).toMatchObject({
      leadKey: 'p:p1',
      leadName: 'Demo Person',
    })
  })
})

describe('the raw window', () => {
  test('keeps the newest by number and by age, and the counters beyond them', async () => {
    await apply({
      events: Array.from({ length: 10 }, (_, i) => eventFact({ ingestSeq: i + 1 })),
      verdicts: [verdictFact({ verdictSeq: 1, receivedAt: T0 - 3_600_000 })],
    })
    await pruneRawWindow(db, { rows: 4, ageMs: 1_800_000 }, T0 + 20_000)
    expect((await stream()).items.map((item) => item.id)).toEqual([
      'event-10',
      'event-9',
      'event-8',
      'event-7',
    ])
    expect((await minutes()).reduce((sum, row) => sum + (row.accepted ?? 0), 0)).toBe(10)
    await vacuumReplica(db)
  })

  test('is tended by rows written and by time', () => {
    const load = { rowsSinceVacuum: 0, rowsSincePrune: 0, lastPruneAt: T0, mustVacuum: false }
    expect(maintenanceDue(load, T0 + 1000)).toEqual({ prune: false, vacuum: false })
    expect(maintenanceDue({ ...load, rowsSincePrune: 60_000 }, T0)).toMatchObject({ prune: true })
    expect(maintenanceDue(load, T0 + 3_600_000)).toMatchObject({ prune: true })
    expect(maintenanceDue({ ...load, rowsSinceVacuum: 60_000 }, T0)).toMatchObject({ vacuum: true })
    expect(maintenanceDue({ ...load, mustVacuum: true }, T0)).toMatchObject({ vacuum: true })
  })
})

test('a reset drops everything and begins at zero with the new epoch', async () => {
  await apply({
    facts: { ingestSeq: 1, verdictSeq: 0, version: 1 },
    events: [eventFact({ ingestSeq: 1 })],
    visitors: [visitorFact({ visitorId: 'v1' })],
  })
  await resetReplica(db, 'epoch-2')
  expect(await readCursor(db)).toEqual({
    epoch: 'epoch-2',
    edit: 0,
    facts: { ingestSeq: 0, verdictSeq: 0, version: 0 },
  })
  expect((await stream()).items).toEqual([])
  expect((await leads()).total).toBe(0)
})

describe('the schema', () => {
  test('steps are numbered without gaps', () => {
    expect(REPLICA_MIGRATIONS.map((step) => step.id)).toEqual(
      REPLICA_MIGRATIONS.map((_, i) => i + 1),
    )
  })

  test('refuses a replica whose history is not ours', async () => {
    const changed = REPLICA_MIGRATIONS.map((step) => ({ ...step, sql: `${step.sql} -- edited` }))
    await expect(migrateReplica(db, changed)).rejects.toThrow('schema step 1')
    await expect(migrateReplica(db, [])).rejects.toThrow('schema step 1')
  })

  test('runs only the steps that are new', async () => {
    const next = [
      ...REPLICA_MIGRATIONS,
      { id: REPLICA_MIGRATIONS.length + 1, sql: 'create table extra (a int)' },
    ]
    const fresh = await createMemoryReplica()
    await migrateReplica(fresh, next)
    await migrateReplica(fresh, next)
    expect((await fresh.query('select * from extra')).rows).toEqual([])
    await fresh.close()
  })
})
