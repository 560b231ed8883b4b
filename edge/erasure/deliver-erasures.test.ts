import type { Client } from '@libsql/client'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type WorkspaceFile, workspaceFile } from '#dev/platform/workspace-file.fixture.ts'
import { deliverErasures, type ErasureTargets } from './deliver-erasures.ts'
import type { ErasureAnswer, ErasureOrder, ErasurePayload } from './erasure-order.ts'

const KEY = '5e'.repeat(32)
const ERASED_AT = 1_000

let file: WorkspaceFile
let store: Client
let epoch: string

beforeAll(async () => {
  file = await workspaceFile()
  store = file.store
  epoch = String((await store.execute('SELECT epoch FROM store_meta')).rows[0]?.epoch)
})

beforeEach(() =>
  store.batch(
    ['outbox', 'erasures', 'scores', 'quarantine'].map((table) => `DELETE FROM ${table}`),
    'write',
  ),
)

afterAll(() => file.remove())

const PAYLOAD: ErasurePayload = {
  erasureId: 'e1',
  tombstones: [['ab', ERASED_AT]],
  names: ['ada'],
  rebuilt: ['ada-phone'],
}

async function addJobs(...jobs: [object: string, payload: unknown][]): Promise<void> {
  await store.batch(
    [
      "INSERT OR IGNORE INTO erasures VALUES ('e1', 1, NULL, 3, 1, 1)",
      ...jobs.map(([object, payload]) => ({
        sql: "INSERT INTO outbox (kind, subject, payload, created_at, next_at) VALUES ('erasure', ?, ?, 0, 0)",
        args: [object, JSON.stringify(payload)],
      })),
    ],
    'write',
  )
}

/** Objects that answer as told, and what they were asked. */
function targets(answers: Record<string, ErasureAnswer | Error>) {
  const asked: [string, ErasureOrder][] = []
  const all: ErasureTargets = {
    async erase(object, order) {
      asked.push([object, order])
      const answer = answers[object]
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error('unknown')
      return answer
    },
  }
  return { all, asked }
}

const jobs = async () =>
  (await store.execute('SELECT subject, attempts, payload FROM outbox ORDER BY id')).rows.map(
    ({ subject, attempts, payload }) => ({
      subject,
      attempts,
      rebuilt: JSON.parse(String(payload)).rebuilt,
    }),
  )

const finishedAt = async () =>
  (await store.execute("SELECT finished_at FROM erasures WHERE erasure_id = 'e1'")).rows[0]
    ?.finished_at

const done = (rebuilt: string[] = []): ErasureAnswer => ({ kind: 'done', toldAt: 50, rebuilt })

test('an object hears the whole order, and the erasure is finished when the last has forgotten', async () => {
  await addJobs(['a', PAYLOAD], ['b', { ...PAYLOAD, rebuilt: [] }])
  const first = targets({ a: done(), b: new Error('the object is away') })
  await deliverErasures(store, epoch, KEY, first.all)
  expect(first.asked[0]).toEqual([
    'a',
    {
      erasureId: 'e1',
      key: KEY,
      tombstones: new Map([['ab', ERASED_AT]]),
      names: ['ada'],
      rebuilt: ['ada-phone'],
    },
  ])
  expect(await jobs()).toEqual([{ subject: 'b', attempts: 1, rebuilt: [] }])
  expect(await finishedAt()).toBeNull()
  await store.execute('UPDATE outbox SET next_at = 0')
  await deliverErasures(store, epoch, KEY, targets({ b: done() }).all)
  expect(await jobs()).toEqual([])
  expect(Number(await finishedAt())).toBeGreaterThan(0)
})

test('an object that still has something on its way is asked again, also of the visitors it named', async () => {
  await addJobs(['a', PAYLOAD])
  const rebuilt = ['ada-phone', 'kiosk']
  await deliverErasures(store, epoch, KEY, targets({ a: { kind: 'waiting', rebuilt } }).all)
  expect(await jobs()).toEqual([{ subject: 'a', attempts: 1, rebuilt }])
  const { asked, all } = targets({ a: done(rebuilt) })
  await deliverErasures(store, epoch, KEY, all)
  expect(asked).toEqual([])
  await store.execute('UPDATE outbox SET next_at = 0')
  await deliverErasures(store, epoch, KEY, all)
  expect(asked[0]?.[1].rebuilt).toEqual(rebuilt)
})

test('what arrived until the object knew goes with the job: its scores, and rows that were refused', async () => {
  await addJobs(['a', PAYLOAD])
  const score = (visitorId: string, at: number) => ({
    sql: "INSERT INTO scores (visitor_id, scored_at, model_version, calibrated, probability, points, grade, fit, engagement, reasons, features) VALUES (?, ?, 'm', 0, 0, 0, 'D', 0, 0, '[]', '{}')",
    args: [visitorId, at],
  })
  const refused = (seq: number, body: unknown) => ({
    sql: "INSERT INTO quarantine (object, log_seq, body, error, quarantined_at) VALUES ('a', ?, ?, 'e', 0)",
    args: [seq, typeof body === 'string' ? body : JSON.stringify(body)],
  })
  await store.batch(
    [
      score('ada-phone', 50),
      score('ada-phone', 51),
      score('bob', 50),
      refused(1, { userId: 'Ada', occurredAt: ERASED_AT }),
      refused(2, { userId: 'ada', occurredAt: ERASED_AT + 1 }),
      refused(3, { userId: 'bob', occurredAt: 1 }),
      refused(4, 'no JSON that says "ada"'),
    ],
    'write',
  )
  await deliverErasures(store, epoch, KEY, targets({ a: done(['ada-phone']) }).all)
  const { rows: scores } = await store.execute('SELECT visitor_id, scored_at FROM scores')
  expect(scores.map((row) => [row.visitor_id, row.scored_at])).toEqual([
    ['ada-phone', 51],
    ['bob', 50],
  ])
  const { rows: left } = await store.execute('SELECT log_seq FROM quarantine ORDER BY 1')
  expect(left.map((row) => row.log_seq)).toEqual([2, 3, 4])
})

test('a job that nobody can read holds up no other', async () => {
  await addJobs(['a', { erasureId: 'e1' }], ['b', PAYLOAD])
  await deliverErasures(store, epoch, KEY, targets({ a: done(), b: done() }).all)
  expect((await jobs()).map(({ subject, attempts }) => [subject, attempts])).toEqual([['a', 1]])
})

test('jobs of a store that was restored meanwhile stay where they are', async () => {
  await addJobs(['a', PAYLOAD])
  await deliverErasures(store, 'another-epoch', KEY, targets({ a: done() }).all)
  expect(await jobs()).toHaveLength(1)
})
