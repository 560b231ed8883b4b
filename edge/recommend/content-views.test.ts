import type { Client } from '@libsql/client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type WorkspaceFile, workspaceFile } from '#dev/platform/workspace-file.fixture.ts'
import type { CapturedEvent } from '#shared/events/captured-event.ts'
import { capturedEvent } from '#shared/profile/captured-event.arbitrary.ts'
import { drainStatements } from '../visitors/drain-statements.ts'
import type { LogRow } from '../visitors/log-entry.ts'
import { contentViews, MOST_PATHS_A_VISITOR } from './content-views.ts'

const T0 = Date.UTC(2026, 0, 10, 9)

let file: WorkspaceFile
let store: Client

beforeEach(async () => {
  file = await workspaceFile()
  store = file.store
  await store.execute('UPDATE store_meta SET replayed_epoch = epoch')
})

afterEach(() => file.remove())

const view = (visitorId: string, path: string, minute: number, over: Partial<CapturedEvent> = {}) =>
  capturedEvent({
    visitorId,
    anonymousId: visitorId,
    messageId: `${visitorId} ${path} ${minute}`,
    path,
    title: `${path} at ${minute}`,
    occurredAt: T0 + minute,
    receivedAt: T0 + 1_000_000,
    ...over,
  })

/** As drain and projector leave them. */
async function fill(events: CapturedEvent[], persons: Record<string, string | null>) {
  const rows = events.map(
    (event, n): LogRow => ({
      seq: n + 1,
      kind: 'event',
      receivedAt: event.receivedAt,
      body: JSON.stringify(event),
    }),
  )
  await store.batch(drainStatements('demo:local:0', 1, rows, 0), 'write')
  await store.execute({
    sql: `INSERT INTO visitors (visitor_id, node_kind, person_id, first_seen_at, last_seen_at, sessions, pageviews,
            events, first_message_id, last_message_id, channel, version)
          SELECT key, 'd', value, 0, 0, 0, 0, 0, '', '', 'direct', 1 FROM json_each(?)`,
    args: [JSON.stringify(persons)],
  })
}

async function walk(limit: number) {
  const pages = []
  for (let after: string | null = ''; after !== null; ) {
    const answer = await contentViews(store, { after, limit })
    if (answer.kind !== 'page') throw new Error(answer.kind)
    pages.push(answer.page)
    after = answer.nextAfter
  }
  return pages
}

test('views are counted by visitor and page, the page viewed last first, with its title then', async () => {
  await fill(
    [
      view('a', '/x', 1),
      view('a', '/y', 2),
      view('a', '/x', 3),
      view('b', '/x', 2),
      view('b', '/x', 4, { bot: true }),
      view('b', '/x', 5, { type: 'track', name: 'Clicked' }),
    ],
    { a: 'jo', b: null, silent: null },
  )
  const [page] = await walk(200)
  expect(page).toEqual({
    data: [
      { visitorId: 'a', personId: 'jo', path: '/x', views: 2, lastViewedAt: T0 + 3 },
      { visitorId: 'a', personId: 'jo', path: '/y', views: 1, lastViewedAt: T0 + 2 },
      { visitorId: 'b', personId: null, path: '/x', views: 1, lastViewedAt: T0 + 2 },
    ],
    titles: [
      { path: '/x', title: '/x at 3', at: T0 + 3 },
      { path: '/y', title: '/y at 2', at: T0 + 2 },
    ],
    visitors: 3,
  })
  for (const limit of [1, 2]) {
    expect((await walk(limit)).flatMap(({ data }) => data)).toEqual(page?.data)
  }
})

test('of a visitor with very many pages those viewed last are given', async () => {
  const many = Array.from({ length: MOST_PATHS_A_VISITOR + 3 }, (_, n) => view('a', `/${n}`, n))
  await fill(many, { a: null })
  const paths = (await walk(10)).flatMap(({ data }) => data.map(({ path }) => path))
  expect(paths).toHaveLength(MOST_PATHS_A_VISITOR)
  expect(paths.slice(0, 2)).toEqual([
    `/${MOST_PATHS_A_VISITOR + 2}`,
    `/${MOST_PATHS_A_VISITOR + 1}`,
  ])
  expect(paths).not.toContain('/2')
})

test('a restored store gives nothing before erasures were done again', async () => {
  await store.execute("UPDATE store_meta SET replayed_epoch = 'before'")
  expect(await contentViews(store, { after: '', limit: 10 })).toEqual({ kind: 'not_replayed' })
})

test('the events of a page’s visitors are found by their index', async () => {
  const seen: { sql: string; args: unknown[] }[] = []
  const spy = new Proxy(store, {
    get: (target, key) =>
      key === 'execute'
        ? (statement: { sql: string; args: [] }) => {
            seen.push(statement)
            return target.execute(statement)
          }
        : Reflect.get(target, key).bind(target),
  })
  await fill([view('a', '/x', 1)], { a: null })
  await contentViews(spy, { after: '', limit: 10 })
  const [asked] = seen
  const { rows } = await store.execute({
    sql: `EXPLAIN QUERY PLAN ${asked?.sql}`,
    args: (asked?.args ?? []) as [],
  })
  const plan = rows.map(({ detail }) => String(detail)).join('\n')
  expect(plan).toContain('SEARCH e USING INDEX events_visitor')
  expect(plan).not.toMatch(/SCAN [ev]\b/)
})
