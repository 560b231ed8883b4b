import { afterAll, beforeAll, expect, test } from 'vitest'
import { EdgeClient, waitFor } from '#tests/platform/edge-client.ts'
import {
  SECRET_KEY,
  startTestPlatform,
  type TestPlatform,
  WRITE_KEY,
} from '#tests/platform/faulty-platform.ts'
import { expectAcknowledgedStoredOnce, expectBooksMatchStore } from './books.ts'
import { LoadPlan, LoadRecord, loadSeed } from './load.ts'
import { expectDerivedIsRecomputed } from './recompute.ts'

const TIMEZONE = 'America/New_York'
/** Long enough for the key's fresh time to pass, so that capture has to go on by what it remembers. */
const SOAK_AWAY_MS = 65_000
const AWAY_MS = process.env.SOAK ? SOAK_AWAY_MS : 4_000
const WAIT_MS = 60_000
const PAUSE_BETWEEN_CALLS_MS = 20

let platform: TestPlatform
let client: EdgeClient

beforeAll(async () => {
  platform = await startTestPlatform({ timezone: TIMEZONE })
  client = new EdgeClient({ edge: platform.edge.url, writeKey: WRITE_KEY, secretKey: SECRET_KEY })
})

afterAll(() => platform.stop())

test('while the store is away capture answers 200 and the backlog grows; afterwards everything arrives', {
  timeout: AWAY_MS + 120_000,
}, async () => {
  const seed = loadSeed()
  console.log(`LOAD_SEED=${seed}, store away for ${AWAY_MS} ms`)
  const record = new LoadRecord()
  // A secret key works only while it can be checked, so the load that goes on is a browser's.
  const plan = new LoadPlan({ seed, eventsPerCall: 10 })
  const browserCall = () => ({ ...plan.nextCall(), key: 'write' as const })
  const stopped = new AbortController()
  const load = (async () => {
    while (!stopped.signal.aborted) {
      await record.send(client, browserCall())
      await new Promise((resolve) => setTimeout(resolve, PAUSE_BETWEEN_CALLS_MS))
    }
  })()
  await waitFor(
    () => record.acknowledged.size > 300,
    WAIT_MS,
    () => 'the load to flow',
  )
  // Reading the books needs a secret key, which is believed for half a minute after its last check.
  await client.books()
  const acknowledgedBefore = record.acknowledged.size
  await platform.stopStore()
  const goneAt = Date.now()
  const backlogs: number[] = []
  await waitFor(
    async () => {
      const books = await client.books().catch(() => null)
      if (books) backlogs.push(books.pending)
      return Date.now() - goneAt > AWAY_MS
    },
    AWAY_MS + WAIT_MS,
    () => 'the time without a store to pass',
  )
  expect(record.unanswered).toEqual([])
  expect(record.acknowledged.size).toBeGreaterThan(acknowledgedBefore + 100)
  expect(backlogs.length).toBeGreaterThan(2)
  expect(backlogs.at(-1)).toBeGreaterThan((backlogs[0] ?? 0) + 50)
  await platform.startStore()
  stopped.abort()
  await load
  await client.settled()
  await expectAcknowledgedStoredOnce(platform.store, record)
  const books = await expectBooksMatchStore(client, platform.store)
  expect(books.received).toBe(record.answeredEvents)
  await expectDerivedIsRecomputed(platform.store, TIMEZONE)
})
