import { afterAll, beforeAll, expect, test } from 'vitest'
import { requestedSql } from '#dev/libsql/faults.ts'
import { waitFor } from '#tests/platform/edge-client.ts'
import {
  SECRET_KEY,
  startTestPlatform,
  type TestPlatform,
} from '#tests/platform/faulty-platform.ts'
import { outcomeOf } from './operations.ts'

let platform: TestPlatform
let keyChecksToCut = 0

beforeAll(async () => {
  platform = await startTestPlatform({
    faults: {
      onRequest(database, requests) {
        const isKeyCheck =
          database === 'control' && requestedSql(requests).some((sql) => sql.includes('api_keys'))
        if (!isKeyCheck || keyChecksToCut === 0) return { kind: 'pass' }
        keyChecksToCut -= 1
        return { kind: 'cut_before_step', step: 0 }
      },
    },
  })
})

afterAll(() => platform.stop())

const get = (path: string) =>
  fetch(`${platform.edge.url}${path}`, { headers: { authorization: `Bearer ${SECRET_KEY}` } })

test('a connection that breaks while a key is checked is made anew, and nobody hears of it', async () => {
  keyChecksToCut = 1
  expect((await get('/api/v1/visitors')).status).toBe(200)
  expect(keyChecksToCut).toBe(0)
  await platform.restartEdge()
  // Twice in a row is no chance any more.
  keyChecksToCut = 2
  expect(await outcomeOf(await get('/api/v1/visitors'))).toBe('503 unavailable')
  expect(keyChecksToCut).toBe(0)
  expect((await get('/api/v1/visitors')).status).toBe(200)
})

test('health says whether the store is reachable, and reading says 503 and never 4xx', async () => {
  const healthy = await get('/healthz')
  expect([healthy.status, await healthy.json()]).toEqual([
    200,
    { status: 'ok', store: 'reachable', drainBacklogRows: 0, projectionLagEvents: 0 },
  ])
  expect((await get('/api/v1/visitors')).status).toBe(200)

  await platform.stopStore()
  const ill = await get('/healthz')
  expect([ill.status, await ill.json()]).toEqual([
    503,
    { status: 'degraded', store: 'unreachable' },
  ])
  expect(await outcomeOf(await get('/api/v1/visitors'))).toBe('503 unavailable')
  expect((await get('/api/v1/events')).headers.get('retry-after')).toBe('2')
  expect((await get('/openapi.json')).status).toBe(200)
  expect((await get('/docs')).status).toBe(200)

  await platform.startStore()
  await waitFor(
    async () => (await get('/healthz')).status === 200,
    10_000,
    () => 'the edge to notice that the store is back',
  )
  expect((await get('/api/v1/visitors')).status).toBe(200)
})
