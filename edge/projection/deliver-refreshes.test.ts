import type { Client } from '@libsql/client'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type WorkspaceFile, workspaceFile } from '#dev/platform/workspace-file.fixture.ts'
import type { PersonRefresh } from '../visitors/vouched-persons.ts'
import { deliverRefreshes, type RefreshTargets } from './deliver-refreshes.ts'
import { ADD_REFRESHES, NEXT_JOB_DUE_IN_MS, type ProfileRefresh } from './profile-refresh.ts'

let file: WorkspaceFile
let store: Client
let epoch: string

beforeAll(async () => {
  file = await workspaceFile()
  store = file.store
  epoch = String((await store.execute('SELECT epoch FROM store_meta')).rows[0]?.epoch)
})

afterAll(() => file.remove())

beforeEach(() => store.execute('DELETE FROM outbox'))

const add = (version: number, ...refreshes: ProfileRefresh[]) =>
  store.execute({ sql: ADD_REFRESHES, args: [JSON.stringify(refreshes), version] })

/** The object of a visitor is the first letter of its id. */
function targets(answer: (object: string) => Promise<void> = async () => {}) {
  const sent: Record<string, PersonRefresh[][]> = {}
  const all: RefreshTargets = {
    objectOf: (visitorId) => visitorId.slice(0, 1),
    send(object, refreshes) {
      sent[object] = [...(sent[object] ?? []), refreshes]
      return answer(object)
    },
  }
  return { all, sent }
}

const waiting = async () =>
  (
    await store.execute(
      'SELECT subject, attempts, next_at - created_at AS after FROM outbox ORDER BY id',
    )
  ).rows.map(({ subject, attempts, after }) => ({ subject, attempts, after: Number(after) }))

const dueInMs = async () => (await store.execute(`SELECT ${NEXT_JOB_DUE_IN_MS} AS ms`)).rows[0]?.ms

test('what is due is delivered in the order it was written, one call an object, and is gone', async () => {
  expect(await dueInMs()).toBeNull()
  await add(4, { visitorId: 'a1', personId: 'p1' }, { visitorId: 'b1', personId: 'p2' })
  await add(5, { visitorId: 'a1', personId: null })
  expect(Number(await dueInMs())).toBeLessThanOrEqual(0)
  const { all, sent } = targets()
  await deliverRefreshes(store, epoch, all)
  expect(sent).toEqual({
    a: [
      [
        { visitorId: 'a1', personId: 'p1', version: 4, epoch },
        { visitorId: 'a1', personId: null, version: 5, epoch },
      ],
    ],
    b: [[{ visitorId: 'b1', personId: 'p2', version: 4, epoch }]],
  })
  expect(await waiting()).toEqual([])
  expect(await dueInMs()).toBeNull()
})

test('an object that fails keeps its refreshes for a later attempt, each further away, and holds up no other', async () => {
  await add(1, { visitorId: 'a1', personId: 'p1' }, { visitorId: 'b1', personId: 'p1' })
  const failing = targets(async (object) => {
    if (object === 'a') throw new Error('the object is away')
  })
  await deliverRefreshes(store, epoch, failing.all)
  expect(await waiting()).toMatchObject([{ subject: 'a1', attempts: 1 }])
  expect(Number(await dueInMs())).toBeGreaterThan(0)
  const later = targets()
  await deliverRefreshes(store, epoch, later.all)
  expect(later.sent).toEqual({})
  let last = 0
  for (let attempt = 2; attempt <= 6; attempt++) {
    await store.execute('UPDATE outbox SET next_at = created_at')
    await deliverRefreshes(store, epoch, failing.all)
    const [row] = await waiting()
    expect(row?.attempts).toBe(attempt)
    expect(row?.after).toBeGreaterThan(last)
    last = row?.after ?? 0
  }
  await store.execute('UPDATE outbox SET next_at = created_at, attempts = 1000')
  await deliverRefreshes(store, epoch, failing.all)
  expect(Number(await dueInMs())).toBeLessThan(600_000)
})

test('an object that never answers counts as one that failed', async () => {
  await add(1, { visitorId: 'a1', personId: 'p1' }, { visitorId: 'b1', personId: 'p1' })
  const { all } = targets((object) => (object === 'a' ? new Promise(() => {}) : Promise.resolve()))
  await deliverRefreshes(store, epoch, all, 20)
  expect(await waiting()).toMatchObject([{ subject: 'a1', attempts: 1 }])
})

test('a job that cannot be read, or of another kind, is left where it is', async () => {
  const job = (kind: string, subject: string) => ({
    sql: 'INSERT INTO outbox (kind, subject, payload, created_at, next_at) VALUES (?, ?, ?, 0, 0)',
    args: [kind, subject, '{}'],
  })
  await store.batch([job('profile_refresh', 'a1'), job('webhook', 'b1')], 'write')
  const { all, sent } = targets()
  await deliverRefreshes(store, epoch, all)
  expect(sent).toEqual({})
  expect(await waiting()).toMatchObject([
    { subject: 'a1', attempts: 1 },
    { subject: 'b1', attempts: 0 },
  ])
})

test('jobs of a store restored meanwhile are not removed for those that were read before', async () => {
  await add(1, { visitorId: 'a1', personId: 'p1' })
  await deliverRefreshes(store, 'the epoch before', targets().all)
  expect(await waiting()).toMatchObject([{ subject: 'a1', attempts: 0 }])
})
