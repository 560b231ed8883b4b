import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient, type InStatement } from '@libsql/client/web'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databaseUrl, type LibsqlServer, startLibsqlServer } from '#dev/libsql/server.ts'
import { migrate } from '#dev/platform/migrate.ts'
import {
  type PullRequest,
  type PullResponse,
  SYNC_PROTOCOL_VERSION,
} from '#shared/sync/protocol.ts'
import { MAX_WINDOW_EVENTS, pull } from './pull.ts'

type Cursor = Pick<PullRequest, 'epoch' | 'edit' | 'facts'>
type Page = Extract<PullResponse, { kind: 'page' }>

const START: Cursor = {
  epoch: null,
  edit: 0,
  facts: { ingestSeq: 0, verdictSeq: 0, version: 0 },
}
/** Above what a request may ask for, so that one page holds all. */
const ALL = 100_000
const MAX_PAGES = 5_000

let dir: string
let server: LibsqlServer
const clients: Client[] = []

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'edgewise-pull-'))
  server = await startLibsqlServer({ dir })
})

afterAll(async () => {
  for (const client of clients) client.close()
  await server.stop()
  await rm(dir, { recursive: true })
})

async function newStore(): Promise<Client> {
  const url = databaseUrl(server.url, `ws-${clients.length}`)
  const client = createClient({ url, intMode: 'number' })
  clients.push(client)
  await migrate(client, 'workspace')
  await client.execute('UPDATE store_meta SET replayed_epoch = epoch')
  return client
}

/** One batch of a projector: what it wrote, under the next version. */
interface Batch {
  visitors: number[]
  persons: { id: number; deleted: boolean }[]
  events: number
  verdicts: number
  slots: number[]
  /** Visitors who are erased before the others are written: whoever is in both has come back. */
  erased?: number[]
}

const keyOfErasures = async () => 'ab'.repeat(32)

const each = (values: unknown) => JSON.stringify(values)

function batchStatements(batch: Batch): InStatement[] {
  return [
    {
      sql: `INSERT INTO events (message_id, type, occurred_at, received_at, bot, verified, channel, properties)
            SELECT hex(randomblob(8)), 'track', 1, 2, 0, 0, 'direct', '{"plan":"pro"}' FROM json_each(?)`,
      args: [each(Array(batch.events).fill(0))],
    },
    {
      sql: `INSERT INTO verdicts (message_id, verdict, received_at)
            SELECT hex(randomblob(8)), 'duplicate', 2 FROM json_each(?)`,
      args: [each(Array(batch.verdicts).fill(0))],
    },
    `UPDATE projector_cursor SET version = version + 1,
       ingest_seq = (SELECT coalesce(max(ingest_seq), 0) FROM events)`,
    {
      sql: `DELETE FROM visitors WHERE visitor_id IN (SELECT 'v' || value FROM json_each(?))`,
      args: [each(batch.erased ?? [])],
    },
    {
      sql: `INSERT INTO erasure_log (version, kind, ref)
            SELECT c.version, 'visitor', 'v' || value FROM json_each(?), projector_cursor c`,
      args: [each(batch.erased ?? [])],
    },
    {
      sql: `INSERT INTO visitors (visitor_id, node_kind, first_seen_at, last_seen_at, sessions, pageviews, events,
              first_message_id, last_message_id, channel, reasons, calibrated, version)
            SELECT 'v' || value, 'd', 1, 2, 1, 1, 1, 'm', 'm', 'direct', '[]', 0, c.version
            FROM json_each(?), projector_cursor c WHERE true
            ON CONFLICT (visitor_id) DO UPDATE SET events = events + 1, version = excluded.version`,
      args: [each(batch.visitors)],
    },
    {
      sql: `INSERT OR REPLACE INTO persons (person_id, deleted, user_id, traits, version)
            SELECT 'p' || (value ->> '$.id'), value ->> '$.deleted', 'u', '{"seats":3}', c.version
            FROM json_each(?), projector_cursor c`,
      args: [each(batch.persons)],
    },
    ...batch.slots.flatMap((slot): InStatement[] => [
      'UPDATE store_meta SET edit_version = edit_version + 1',
      {
        sql: `INSERT OR REPLACE INTO slots (key, name, status, definition, edit_version)
              SELECT ?, 'Slot', 'published', ?, edit_version FROM store_meta`,
        args: [`slot-${slot}`, each({ variants: [{ key: 'a', name: 'A', content: {} }] })],
      },
    ]),
  ]
}

class Replica {
  readonly rows = new Map<string, unknown>()
  readonly events: number[] = []
  readonly verdicts: number[] = []
  cursor = START

  apply(page: Page): void {
    const put = (id: string, row: unknown) => this.rows.set(id, row)
    for (const slot of page.slots) put(`slot ${slot.key}`, slot)
    for (const { ref, version } of page.erasures) {
      const known = this.rows.get(`visitor ${ref}`) as { version: number } | undefined
      if (known && known.version < version) this.rows.delete(`visitor ${ref}`)
    }
    expect(page.erasureKey === null).toBe(page.erasures.length === 0)
    for (const visitor of page.visitors) put(`visitor ${visitor.visitorId}`, visitor)
    for (const person of page.persons) {
      if (person.deleted) this.rows.delete(`person ${person.personId}`)
      else put(`person ${person.personId}`, person)
    }
    this.events.push(...page.events.map(({ ingestSeq }) => ingestSeq))
    this.verdicts.push(...page.verdicts.map(({ verdictSeq }) => verdictSeq))
    this.cursor = { epoch: page.epoch, edit: page.edit, facts: page.facts }
  }

  get content() {
    return {
      rows: [...this.rows].sort(([a], [b]) => (a < b ? -1 : 1)),
      events: this.events,
      verdicts: this.verdicts,
      cursor: this.cursor,
    }
  }
}

async function page(store: Client, cursor: Cursor, limit: number): Promise<Page> {
  const answer = await pull(
    store,
    { protocol: SYNC_PROTOCOL_VERSION, ...cursor, limit },
    keyOfErasures,
  )
  if (answer.kind !== 'page') throw new Error(`Expected a page and got: ${JSON.stringify(answer)}`)
  return answer
}

/** Pulls until nothing more is waiting. */
async function catchUp(store: Client, replica: Replica, limit: number): Promise<number> {
  for (let pages = 1; pages <= MAX_PAGES; pages++) {
    const answer = await page(store, replica.cursor, limit)
    replica.apply(answer)
    if (!answer.more) return pages
  }
  throw new Error(`Still not through after ${MAX_PAGES} pages of ${limit} rows.`)
}

const someBatch: fc.Arbitrary<Batch> = fc.record({
  visitors: fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 25 }),
  persons: fc.uniqueArray(
    fc.record({ id: fc.integer({ min: 0, max: 15 }), deleted: fc.boolean() }),
    { maxLength: 12, selector: ({ id }) => id },
  ),
  events: fc.nat({ max: 12 }),
  verdicts: fc.nat({ max: 6 }),
  slots: fc.array(fc.nat({ max: 4 }), { maxLength: 3 }),
  erased: fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 10 }),
})

const someLimit = fc.oneof(
  fc.integer({ min: 1, max: 12 }),
  fc.integer({ min: 13, max: 60 }),
  fc.constant(2_000),
)

const SEED = Number(process.env.PULL_SEED ?? Date.now() % 2 ** 31)

describe('a replica', () => {
  test('is the same whatever the size of its pages and whenever it pulls', async () => {
    console.log(`PULL_SEED=${SEED}`)
    const someRun = fc.record({
      limit: someLimit,
      batches: fc.array(someBatch, { minLength: 1, maxLength: 6 }),
      /** After each batch, how many pages the replica pulls before the next one is written. */
      pages: fc.array(fc.nat({ max: 4 }), { minLength: 6, maxLength: 6 }),
    })
    await fc.assert(
      fc.asyncProperty(someRun, async ({ limit, batches, pages }) => {
        const store = await newStore()
        const replica = new Replica()
        for (const [index, batch] of batches.entries()) {
          await store.batch(batchStatements(batch), 'write')
          for (let n = pages[index] ?? 0; n > 0; n--) {
            replica.apply(await page(store, replica.cursor, limit))
          }
        }
        await catchUp(store, replica, limit)
        const whole = new Replica()
        await catchUp(store, whole, ALL)
        expect(replica.content).toEqual(whole.content)
        expect(whole.events).toHaveLength(batches.reduce((sum, { events }) => sum + events, 0))
        await expectRowsOfStore(store, replica)
      }),
      { seed: SEED, numRuns: 40 },
    )
  })

  test('gets one batch of the projector that is larger than any page, also by single rows', async () => {
    const store = await newStore()
    const visitors = Array.from({ length: 2_600 }, (_, n) => n)
    const persons = Array.from({ length: 1_200 }, (_, id) => ({ id, deleted: false }))
    const none = { events: 0, verdicts: 0, slots: [] }
    await store.batch(batchStatements({ ...none, visitors: [1, 2], persons: [] }), 'write')
    await store.batch(batchStatements({ ...none, visitors, persons }), 'write')
    await store.batch(batchStatements({ ...none, visitors: [7], persons: [] }), 'write')
    for (const limit of [1, 100, 2_000]) {
      const replica = new Replica()
      expect(await catchUp(store, replica, limit)).toBeLessThan(5)
      expect(replica.rows.size).toBe(3_800)
      await expectRowsOfStore(store, replica)
    }
  })

  test('hears that persons are gone, and forgets them', async () => {
    const store = await newStore()
    const replica = new Replica()
    const none = { visitors: [], events: 0, verdicts: 0, slots: [] }
    const persons = [0, 1, 2].map((id) => ({ id, deleted: false }))
    await store.batch(batchStatements({ ...none, persons }), 'write')
    await catchUp(store, replica, 10)
    expect([...replica.rows.keys()]).toEqual(['person p0', 'person p1', 'person p2'])
    await store.batch(batchStatements({ ...none, persons: [{ id: 1, deleted: true }] }), 'write')
    await catchUp(store, replica, 10)
    expect([...replica.rows.keys()]).toEqual(['person p0', 'person p2'])
  })

  test('gets rows so large that the store refuses to answer with a page of them', async () => {
    const store = await newStore()
    await store.execute(
      `INSERT INTO events (message_id, type, occurred_at, received_at, bot, verified, channel, properties)
       SELECT 'm' || value, 'track', 1, 2, 0, 0, 'direct', json_object('text', hex(zeroblob(15000)))
       FROM json_each(?)`,
      [each(Array.from({ length: 800 }, (_, n) => n))],
    )
    await store.execute('UPDATE projector_cursor SET version = version + 1, ingest_seq = 800')
    const replica = new Replica()
    await catchUp(store, replica, 2_000)
    expect(replica.events).toHaveLength(800)
  })
})

/** Against the tables themselves, so that both replicas cannot be wrong in the same way. */
async function expectRowsOfStore(store: Client, replica: Replica): Promise<void> {
  const { rows } = await store.execute(
    `SELECT 'visitor ' || visitor_id AS id, version FROM visitors
     UNION ALL SELECT 'person ' || person_id, version FROM persons WHERE deleted = 0
     UNION ALL SELECT 'slot ' || key, edit_version FROM slots`,
  )
  const held = [...replica.rows].map(([id, row]) => {
    const { version, editVersion } = row as { version?: number; editVersion?: number }
    return [id, version ?? editVersion]
  })
  expect(new Map(held as [string, number][])).toEqual(
    new Map(rows.map((row) => [String(row.id), Number(row.version)])),
  )
}

describe('the cursors', () => {
  const small: Batch = {
    visitors: [1, 2],
    persons: [{ id: 1, deleted: false }],
    events: 3,
    verdicts: 2,
    slots: [1],
  }

  test('events are never given beyond what the projector has folded', async () => {
    const store = await newStore()
    await store.batch(batchStatements(small), 'write')
    await store.execute(
      `INSERT INTO events (message_id, type, occurred_at, received_at, bot, verified, channel)
       VALUES ('not folded yet', 'track', 1, 2, 0, 0, 'direct')`,
    )
    const first = await page(store, START, 2_000)
    expect(first.events.map(({ ingestSeq }) => ingestSeq)).toEqual([1, 2, 3])
    expect(first.facts.ingestSeq).toBe(3)
    await store.execute('UPDATE projector_cursor SET version = version + 1, ingest_seq = 4')
    const next = await page(store, first, 2_000)
    expect(next.events.map(({ messageId }) => messageId)).toEqual(['not folded yet'])
  })

  test('another epoch is a reset, and so is a cursor ahead of the store in any of its counters', async () => {
    const store = await newStore()
    await store.batch(batchStatements(small), 'write')
    const { epoch, edit, facts } = await page(store, START, 2_000)
    const foreign: Cursor[] = [
      { epoch: 'another', edit, facts },
      { epoch, edit: edit + 1, facts },
      { epoch, edit, facts: { ...facts, ingestSeq: facts.ingestSeq + 1 } },
      { epoch, edit, facts: { ...facts, verdictSeq: facts.verdictSeq + 1 } },
      { epoch, edit, facts: { ...facts, version: facts.version + 1 } },
    ]
    for (const cursor of foreign) {
      const answer = await pull(
        store,
        { protocol: SYNC_PROTOCOL_VERSION, ...cursor, limit: 10 },
        keyOfErasures,
      )
      expect(answer).toMatchObject({ kind: 'reset', epoch })
    }
    expect(
      (
        await pull(
          store,
          { protocol: SYNC_PROTOCOL_VERSION, epoch, edit, facts, limit: 10 },
          keyOfErasures,
        )
      ).kind,
    ).toBe('page')
  })

  test('verdicts that were deleted for their age are no reason for a reset', async () => {
    const store = await newStore()
    await store.batch(batchStatements(small), 'write')
    const cursor = await page(store, START, 2_000)
    await store.execute('DELETE FROM verdicts')
    expect((await page(store, cursor, 2_000)).facts).toEqual(cursor.facts)
  })

  test('the raw window begins so many events before the projector’s place, everything derived is whole', async () => {
    const store = await newStore()
    await store.batch(batchStatements({ ...small, events: MAX_WINDOW_EVENTS + 5 }), 'write')
    const first = await page(store, START, 100)
    expect(first.events[0]?.ingestSeq).toBe(6)
    expect(first.visitors).toHaveLength(2)
  })

  test('an edit moves only its own cursor, and traffic never moves that one', async () => {
    const store = await newStore()
    await store.batch(batchStatements(small), 'write')
    const before = await page(store, START, 2_000)
    await store.batch(batchStatements({ ...small, slots: [] }), 'write')
    const traffic = await page(store, before, 2_000)
    expect(traffic.edit).toBe(before.edit)
    expect(traffic.slots).toEqual([])
    await store.batch(
      [
        'UPDATE store_meta SET edit_version = edit_version + 1',
        `UPDATE slots SET name = 'Renamed', edit_version = (SELECT edit_version FROM store_meta)`,
      ],
      'write',
    )
    const edited = await page(store, traffic, 2_000)
    expect(edited).toMatchObject({ edit: before.edit + 1, facts: traffic.facts, visitors: [] })
    expect(edited.slots).toMatchObject([{ name: 'Renamed' }])
  })
})
