import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { databaseUrl } from '#dev/libsql/server.ts'
import { EdgeClient, waitFor } from '#tests/platform/edge-client.ts'
import {
  newHome,
  removeHome,
  type SpawnedPlatform,
  spawnPlatform,
} from '#tests/platform/spawned-platform.ts'
import { expectAcknowledgedStoredOnce, expectBooksMatchStore } from './books.ts'
import { LoadPlan, LoadRecord, loadSeed } from './load.ts'
import { expectDerivedIsRecomputed } from './recompute.ts'

const KILLS = Number(process.env.SOAK_KILLS) || 3
const KILL_TIMEOUT_MS = 40_000
const WAIT_MS = 60_000
/** Some time after the load began to flow; drawn anew each time, so that each kill meets another moment. */
const MIN_EVENTS = 200
const MAX_EVENTS = 3_000

let home: string
let platform: SpawnedPlatform | null = null

beforeAll(async () => {
  home = await newHome()
})

afterAll(async () => {
  await platform?.stop()
  await removeHome(home)
})

const start = () => spawnPlatform(home, ['--no-demo', '--no-console'])

const clientOf = ({ ready }: SpawnedPlatform) => new EdgeClient(ready)

test(`after ${KILLS} power cuts in the middle of a load, every acknowledged event counts exactly once`, {
  timeout: 120_000 + KILLS * KILL_TIMEOUT_MS,
}, async () => {
  const seed = loadSeed()
  console.log(`LOAD_SEED=${seed}, ${KILLS} kills`)
  const plan = new LoadPlan({ seed })
  const record = new LoadRecord()
  platform = await start()
  for (let kill = 0; kill < KILLS; kill++) {
    const enough = record.acknowledged.size + MIN_EVENTS + Math.random() * (MAX_EVENTS - MIN_EVENTS)
    const killed = new AbortController()
    const load = record.run(clientOf(platform), plan, {
      calls: Number.POSITIVE_INFINITY,
      signal: killed.signal,
    })
    await waitFor(
      () => record.acknowledged.size > enough,
      WAIT_MS,
      () => `${enough} acknowledged events, of which there are ${record.acknowledged.size}`,
    )
    await platform.kill()
    killed.abort()
    await load
    console.log(
      `killed after ${record.acknowledged.size} acknowledged events, ${record.unanswered.length} calls unanswered`,
    )
    platform = await start()
    // Half of the clients never come back; for the others nothing may count twice.
    record.unanswered.splice(0, Math.floor(record.unanswered.length / 2))
    await record.repeatUnanswered(clientOf(platform))
  }
  const client = clientOf(platform)
  expect(record.unanswered).toEqual([])
  await client.settled()
  const state = JSON.parse(await readFile(join(home, 'state.json'), 'utf8')) as {
    storeToken: string
  }
  const store = createClient({
    url: databaseUrl(platform.ready.store, 'ws-demo'),
    authToken: state.storeToken,
  })
  try {
    await expectAcknowledgedStoredOnce(store, record)
    const books = await expectBooksMatchStore(client, store)
    expect(books.received).toBeGreaterThanOrEqual(record.answeredEvents)
    await expectDerivedIsRecomputed(store, Intl.DateTimeFormat().resolvedOptions().timeZone)
  } finally {
    store.close()
  }
})
