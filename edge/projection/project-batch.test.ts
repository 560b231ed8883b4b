import type { Client } from '@libsql/client'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type WorkspaceFile, workspaceFile } from '#dev/platform/workspace-file.fixture.ts'
import type { Link, LinkKind } from '#shared/identity/link.ts'
import { resolvePersons, vouchedDevices } from '#shared/identity/resolve.ts'
import { classifyWriteFailure } from '../store/outcome.ts'
import { DERIVED_CONTENTS as CONTENTS } from './derived-contents.fixture.ts'
import { foldEvents } from './fold.ts'
import type { LinkEnds } from './load.ts'
import { RefreshPayload } from './profile-refresh.ts'
import { movedVisitorIds, type ProjectorCursor, planBatch, planIdentity } from './project-batch.ts'
import { eventLog, projectedEvent } from './projected-event.fixture.ts'
import type { ProjectedEvent } from './projected-event.ts'
import { CURSOR_GUARD } from './projection-statements.ts'
import { ZoneDays } from './rollups.ts'
import { VisitorCache } from './visitor-cache.ts'

const RUNS = 60
const MARK_UNDONE =
  "INSERT INTO identity_undos (link_id, undone_at, reason) VALUES (?, 0, 'a test')"
const days = new ZoneDays('Asia/Kathmandu')

let file: WorkspaceFile
let store: Client

beforeAll(async () => {
  file = await workspaceFile()
  store = file.store
})

afterAll(() => file.remove())

/** As after migration, but for the version, which only ever grows. */
async function emptied(): Promise<ProjectorCursor> {
  await store.batch(
    [
      ...Object.keys(CONTENTS).map((table) => `DELETE FROM ${table}`),
      'DELETE FROM identity_undos',
      'DELETE FROM outbox',
      'UPDATE projector_cursor SET ingest_seq = 0, score_seq = 0, version = version + 1',
    ],
    'write',
  )
  const { rows } = await store.execute('SELECT version FROM projector_cursor')
  return { ingestSeq: 0, scoreSeq: 0, version: Number(rows[0]?.version) }
}

async function project(
  events: readonly ProjectedEvent[],
  cursor: ProjectorCursor,
  cache: VisitorCache,
): Promise<ProjectorCursor> {
  const upTo = events.at(-1)?.ingestSeq ?? cursor.ingestSeq
  const plan = await planBatch(store, cache, days, cursor, events, upTo, 0)
  await store.batch(plan.statements, 'write')
  const moved = new Set(movedVisitorIds(plan.moved))
  cache.forget(moved)
  cache.put(
    plan.fold.visitors.filter(({ row }) => !moved.has(row.visitorId)),
    plan.loaded,
  )
  return plan.next
}

async function contentsOf(
  events: readonly ProjectedEvent[],
  cuts: readonly number[],
): Promise<Record<string, unknown>> {
  let cursor = await emptied()
  const cache = new VisitorCache()
  const ends = [...new Set([...cuts.map((cut) => cut % (events.length + 1)), events.length])]
  let from = 0
  for (const end of ends.sort((a, b) => a - b)) {
    if (end > from) cursor = await project(events.slice(from, end), cursor, cache)
    from = end
  }
  return contents()
}

async function contents(): Promise<Record<string, unknown>> {
  const names = Object.keys(CONTENTS) as (keyof typeof CONTENTS)[]
  const results = await store.batch(
    names.map((name) => CONTENTS[name]),
    'read',
  )
  return Object.fromEntries(
    names.map((name, index) => [name, results[index]?.rows.map((row) => ({ ...row }))]),
  )
}

describe('projecting into the real engine', () => {
  test('any batching of the same events gives the same tables', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(eventLog, fc.array(fc.nat(), { maxLength: 12 }), async (events, cuts) => {
        expect(await contentsOf(events, cuts)).toEqual(await contentsOf(events, []))
      }),
      { numRuns: RUNS },
    )
  })

  test('any order of the same events gives the same tables, but for the history of what was heard when', {
    timeout: 60_000,
  }, async () => {
    const shuffled = eventLog.chain((events) =>
      fc.tuple(
        fc.constant(events),
        fc.shuffledSubarray(events, { minLength: events.length, maxLength: events.length }),
        fc.array(fc.nat(), { maxLength: 12 }),
      ),
    )
    await fc.assert(
      fc.asyncProperty(shuffled, async ([events, other, cuts]) => {
        const { trait_changes: _, ...expected } = await contentsOf(events, [])
        const { trait_changes: __, ...actual } = await contentsOf(other, cuts)
        expect(actual).toEqual(expected)
      }),
      { numRuns: RUNS },
    )
  })

  test('taking back any statement and restoring it gives the tables from before', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(eventLog, fc.nat(), async (events, which) => {
        const before = await contentsOf(events, [])
        const { rows } = await store.execute(
          'SELECT link_id, kind, node, other FROM identity_links ORDER BY 1',
        )
        const link = rows[which % Math.max(1, rows.length)]
        if (!link) return
        const id = String(link.link_id)
        const ends = {
          kind: link.kind as LinkKind,
          node: String(link.node),
          other: String(link.other),
        }
        await setUndone(ends, { add: id })
        expect(await contents()).toEqual(await contentsWithUndone(events, id))
        await setUndone(ends, { remove: id })
        expect(await contents()).toEqual(before)
      }),
      { numRuns: RUNS },
    )
  })

  test('the refreshes of visitors add up to what secret keys vouch for, in any batching, after an undo and its end', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        eventLog,
        fc.array(fc.nat(), { maxLength: 12 }),
        fc.nat(),
        async (events, cuts, which) => {
          await contentsOf(events, cuts)
          const links = new Map(foldEvents(events, new Map(), days).links.map((l) => [l.id, l]))
          expect(await told()).toEqual(vouchedPersons(links, new Set()))
          const aliases = [...links.values()].filter(({ kind }) => kind === 'alias')
          const link = aliases[which % Math.max(1, aliases.length)]
          if (!link) return
          await setUndone(link, { add: link.id })
          expect(await told()).toEqual(vouchedPersons(links, new Set([link.id])))
          await setUndone(link, { remove: link.id })
          expect(await told()).toEqual(vouchedPersons(links, new Set()))
        },
      ),
      { numRuns: RUNS },
    )
  })

  test('what browsers say writes no refresh', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(eventLog, async (events) => {
        await contentsOf(
          events.map((event) => ({ ...event, verified: false })),
          [],
        )
        const { rows } = await store.execute('SELECT count(*) AS n FROM outbox')
        expect(rows[0]?.n).toBe(0)
      }),
      { numRuns: RUNS },
    )
  })

  test('taking back one member of an account leaves the other members as they were', async () => {
    const acme = { type: 'group', groupId: 'acme' } as const
    const events = [
      projectedEvent({
        ...acme,
        messageId: 'm1',
        anonymousId: null,
        userId: 'ada',
        visitorId: 'ada',
      }),
      projectedEvent({
        ...acme,
        messageId: 'm2',
        anonymousId: 'phone',
        userId: 'bob',
        visitorId: 'phone',
      }),
    ]
    const phone = async () =>
      (await store.execute("SELECT person_id FROM visitors WHERE visitor_id = 'phone'")).rows[0]
        ?.person_id
    await contentsOf(events, [])
    const bob = await phone()
    expect(bob).not.toBeNull()
    const link = { kind: 'group', node: 'u:ada', other: 'g:acme' } as const
    await setUndone(link, { add: 'group|u|u:ada|g:acme' })
    expect(await phone()).toBe(bob)
  })

  test('one user id that thousands of devices claim is one person, and takes no device from who vouched for it', {
    timeout: 60_000,
  }, async () => {
    const devices = 12_000
    let cursor = await emptied()
    const cache = new VisitorCache()
    const claim = (n: number, userId: string, verified: boolean): ProjectedEvent =>
      projectedEvent({
        type: 'identify',
        messageId: `${userId}-${n}`,
        anonymousId: `device-${n}`,
        visitorId: `device-${n}`,
        userId,
        verified,
      })
    cursor = await project([claim(devices - 1, 'ada', true)], cursor, cache)
    for (let from = 0; from < devices; from += 2_000) {
      const batch = Array.from({ length: 2_000 }, (_, i) => claim(from + i, 'null', false))
      cursor = await project(batch, cursor, cache)
    }
    const { rows } = await store.execute(
      `SELECT p.user_id, count(*) AS devices FROM visitors v JOIN persons p ON p.person_id = v.person_id
       WHERE p.deleted = 0 GROUP BY 1 ORDER BY 1`,
    )
    expect(rows.map((row) => [row.user_id, row.devices])).toEqual([
      ['ada', 1],
      ['null', devices - 1],
    ])
  })

  test('a batch planned from a cursor that has moved is refused as a whole', async () => {
    const cursor = await emptied()
    const event = projectedEvent({ messageId: 'm1', ingestSeq: 1 })
    const plan = await planBatch(store, new VisitorCache(), days, cursor, [event], 1, 0)
    await store.batch(plan.statements, 'write')
    const once = await contents()
    const failure = await store
      .batch(plan.statements, 'write')
      .catch((error: unknown) => classifyWriteFailure(error, CURSOR_GUARD))
    expect(failure).toMatchObject({ kind: 'already_applied' })
    expect(await contents()).toEqual(once)
  })
})

/** The tables as they would be had the statement been taken back before anything was projected. */
async function contentsWithUndone(
  events: readonly ProjectedEvent[],
  linkId: string,
): Promise<Record<string, unknown>> {
  const cursor = await emptied()
  await store.execute({ sql: MARK_UNDONE, args: [linkId] })
  await project(events, cursor, new VisitorCache())
  return contents()
}

/** The person of each visitor's object once all refreshes so far are delivered. */
async function told(): Promise<Record<string, string>> {
  const { rows } = await store.execute(
    "SELECT subject, payload FROM outbox WHERE kind = 'profile_refresh' ORDER BY id",
  )
  const persons = new Map<string, string>()
  for (const { subject, payload } of rows) {
    const { personId } = RefreshPayload.parse(JSON.parse(String(payload)))
    if (personId === null) persons.delete(String(subject))
    else persons.set(String(subject), personId)
  }
  return Object.fromEntries(persons)
}

function vouchedPersons(
  links: ReadonlyMap<string, Link>,
  undone: ReadonlySet<string>,
): Record<string, string> {
  const vouched = vouchedDevices(links.values(), undone)
  return Object.fromEntries(
    resolvePersons(links.values(), undone).flatMap(({ personId, nodes }) =>
      nodes.filter((node) => vouched.has(node)).map((node) => [node.slice(2), personId]),
    ),
  )
}

async function setUndone(link: LinkEnds, undone: { add?: string; remove?: string }): Promise<void> {
  const { rows } = await store.execute('SELECT * FROM projector_cursor')
  const cursor = {
    ingestSeq: Number(rows[0]?.ingest_seq),
    scoreSeq: Number(rows[0]?.score_seq),
    version: Number(rows[0]?.version),
  }
  const plan = await planIdentity(store, link, cursor, days, undone)
  const mark = undone.add
    ? { sql: MARK_UNDONE, args: [undone.add] }
    : { sql: 'DELETE FROM identity_undos WHERE link_id = ?', args: [undone.remove ?? ''] }
  await store.batch([mark, ...plan.statements], 'write')
}
