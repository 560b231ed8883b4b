import type { Client } from '@libsql/client'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type WorkspaceFile, workspaceFile } from '#dev/platform/workspace-file.fixture.ts'
import { subjectHash } from '#shared/erasure/subject-hash.ts'
import type { Node } from '#shared/identity/link.ts'
import { DERIVED_CONTENTS } from '../projection/derived-contents.fixture.ts'
import { type ProjectorCursor, planBatch } from '../projection/project-batch.ts'
import { eventLog } from '../projection/projected-event.fixture.ts'
import type { ProjectedEvent } from '../projection/projected-event.ts'
import { REBUILD_STATEMENTS } from '../projection/rebuild.ts'
import { ZoneDays } from '../projection/rollups.ts'
import { VisitorCache } from '../projection/visitor-cache.ts'
import { isOfErased } from './concerned-events.ts'
import { planErasure } from './plan-erasure.ts'
import { nodesOfSubject } from './subject.ts'

const RUNS = 150
const days = new ZoneDays('Asia/Kathmandu')
const hashOf = subjectHash('5e'.repeat(32))

const CONTENTS = {
  ...DERIVED_CONTENTS,
  events: 'SELECT message_id FROM events ORDER BY ingest_seq',
}

let file: WorkspaceFile
let store: Client

beforeAll(async () => {
  file = await workspaceFile()
  store = file.store
})

afterAll(() => file.remove())

async function cursor(): Promise<ProjectorCursor> {
  const { rows } = await store.execute('SELECT * FROM projector_cursor')
  return {
    ingestSeq: Number(rows[0]?.ingest_seq),
    scoreSeq: Number(rows[0]?.score_seq),
    version: Number(rows[0]?.version),
  }
}

const INSERT_EVENTS = `
INSERT INTO events (ingest_seq, message_id, type, name, visitor_id, anonymous_id, user_id, previous_id,
  group_id, occurred_at, received_at, bot, verified, channel, source, medium, campaign, country, path, traits)
SELECT value ->> '$.ingestSeq', value ->> '$.messageId', value ->> '$.type', value ->> '$.name',
  value ->> '$.visitorId', value ->> '$.anonymousId', value ->> '$.userId', value ->> '$.previousId',
  value ->> '$.groupId', value ->> '$.occurredAt', value ->> '$.receivedAt', value ->> '$.bot',
  value ->> '$.verified', value ->> '$.channel', value ->> '$.source', value ->> '$.medium',
  value ->> '$.campaign', value ->> '$.country', value ->> '$.path', coalesce(value -> '$.traits', '{}')
FROM json_each(?)`

/** Stores these events and nothing else, and folds them in batches of `size`. */
async function projected(
  events: readonly ProjectedEvent[],
  undone: readonly string[],
  size: number,
) {
  await store.batch(
    [
      ...REBUILD_STATEMENTS,
      ...[
        'events',
        'identity_undos',
        'outbox',
        'quarantine',
        'erasure_log',
        'erased_events',
        'scores',
      ].map((table) => `DELETE FROM ${table}`),
      { sql: INSERT_EVENTS, args: [JSON.stringify(events)] },
      {
        sql: "INSERT INTO identity_undos SELECT value, 0, 'a test' FROM json_each(?)",
        args: [JSON.stringify(undone)],
      },
    ],
    'write',
  )
  for (let from = 0; from < events.length; from += size) {
    const batch = events.slice(from, from + size)
    const upTo = batch.at(-1)?.ingestSeq ?? 0
    const plan = await planBatch(store, new VisitorCache(), days, await cursor(), batch, upTo, 0)
    await store.batch(plan.statements, 'write')
  }
}

async function contents() {
  const found: Record<string, unknown> = {}
  for (const [table, sql] of Object.entries(CONTENTS)) {
    found[table] = (await store.execute(sql)).rows.map((row) => ({ ...row }))
  }
  return found
}

const subject = fc.constantFrom(
  { visitorId: 'a' },
  { visitorId: 'b' },
  { userId: 'ada' },
  { userId: 'bob' },
  { email: 'ada@x.example' },
)

test('after an erasure everything is as if the erased events had never been', async () => {
  let erasures = 0
  let partial = 0
  await fc.assert(
    fc.asyncProperty(
      // Capture takes no alias without a user.
      eventLog.map((log) => log.filter(({ type, userId }) => type !== 'alias' || userId !== null)),
      fc.integer({ min: 1, max: 10 }),
      subject,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.uniqueArray(
        fc.constantFrom('claim|u|d:a|u:ada', 'claim|v|d:a|u:ada', 'claim|u|d:b|e:b@x.example'),
        { maxLength: 2 },
      ),
      async (events, size, who, when, undone) => {
        await projected(events, undone, size)
        const nodes = new Map<Node, number>()
        const times = events.map(({ occurredAt }) => occurredAt).sort((a, b) => a - b)
        const erasedAt = times[Math.floor(when * (times.length - 1))] ?? 0
        for (const node of await nodesOfSubject(store, who)) nodes.set(node, erasedAt)
        const plan = await planErasure(store, nodes, await cursor(), days, hashOf)
        await store.batch(plan.statements, 'write')
        const left = events.filter((event) => !isOfErased(event, nodes))
        expect(plan.counts.events).toBe(events.length - left.length)
        if (left.length < events.length) erasures++
        if (left.some(({ visitorId }) => nodes.has(`d:${visitorId}`))) partial++
        const after = await contents()
        const logged = await store.execute("SELECT ref FROM erasure_log WHERE kind = 'event'")
        expect(logged.rows.length).toBe(events.length - left.length)
        const { rows } = await store.execute('SELECT link_id FROM identity_undos')
        await projected(
          left,
          rows.map((row) => String(row.link_id)),
          10,
        )
        expect(after).toEqual(await contents())
      },
    ),
    { numRuns: RUNS },
  )
  expect(erasures).toBeGreaterThan(RUNS / 4)
  expect(partial).toBeGreaterThan(0)
}, 120_000)

test('an erasure planned from a cursor that has moved is refused as a whole', async () => {
  const [events] = fc.sample(
    eventLog.filter((log) => log.some((event) => event.visitorId === 'a' && !event.bot)),
    { numRuns: 1, seed: 7 },
  )
  await projected(events ?? [], [], 10)
  const nodes = new Map([['d:a', Number.MAX_SAFE_INTEGER]])
  const plan = await planErasure(store, nodes, await cursor(), days, hashOf)
  await store.execute('UPDATE projector_cursor SET version = version + 1')
  const before = await contents()
  await expect(store.batch(plan.statements, 'write')).rejects.toThrow('projector_cursor_moved')
  expect(await contents()).toEqual(before)
})

test('quarantined bodies that name the person go, those of others stay', async () => {
  await projected([], [], 10)
  const bodies = [
    { messageId: 'q1', userId: 'ada', occurredAt: 5 },
    { messageId: 'q2', traits: { email: 'ADA@x.example' }, occurredAt: 5 },
    { messageId: 'q3', userId: 'adam', occurredAt: 5 },
    { messageId: 'q4', userId: 'ada', occurredAt: 50 },
  ]
  await store.batch(
    bodies.map((body, index) => ({
      sql: "INSERT INTO quarantine (object, log_seq, body, error, quarantined_at) VALUES ('o', ?, ?, 'e', 0)",
      args: [index, JSON.stringify(body)],
    })),
    'write',
  )
  const nodes = new Map([
    ['u:ada', 10],
    ['e:ada@x.example', 10],
  ])
  const plan = await planErasure(store, nodes, await cursor(), days, hashOf)
  await store.batch(plan.statements, 'write')
  const { rows } = await store.execute("SELECT body ->> '$.messageId' AS id FROM quarantine")
  expect(rows.map(({ id }) => id)).toEqual(['q3', 'q4'])
})
