import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildWorker } from '#dev/build/worker.ts'
import { EdgeClient } from '#tests/platform/edge-client.ts'
import {
  SECRET_KEY,
  startTestPlatform,
  type TestPlatform,
  WRITE_KEY,
} from '#tests/platform/faulty-platform.ts'

let platform: TestPlatform

beforeAll(async () => {
  platform = await startTestPlatform()
})

afterAll(() => platform.stop())

test('a new Worker takes over in place: same address, and nothing acknowledged is lost', async () => {
  const url = platform.edge.url
  const client = new EdgeClient({ edge: url, writeKey: WRITE_KEY, secretKey: SECRET_KEY })
  const batch = Array.from({ length: 50 }, (_, n) => ({
    type: 'page',
    anonymousId: `visitor-${n}`,
    messageId: `before-${n}`,
  }))
  expect((await client.capture('batch', { batch })).status).toBe(200)
  await platform.edge.reload(await buildWorker())
  const after = { anonymousId: 'visitor-0', messageId: 'after', event: 'After' }
  expect((await client.capture('track', after)).status).toBe(200)
  await client.settled()
  expect(await client.books()).toMatchObject({ received: 51, stored: 51, pending: 0 })
})
