import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { EdgeClient } from '#tests/platform/edge-client.ts'
import {
  SECRET_KEY,
  startTestPlatform,
  type TestPlatform,
  WRITE_KEY,
} from '#tests/platform/faulty-platform.ts'

let platform: TestPlatform
let client: EdgeClient
let token: string

beforeAll(async () => {
  platform = await startTestPlatform()
  client = new EdgeClient({ edge: platform.edge.url, writeKey: WRITE_KEY, secretKey: SECRET_KEY })
  const minted = await (await client.capture('visitor', {})).json()
  token = z.object({ token: z.string() }).parse(minted).token
})

afterAll(() => platform.stop())

const hero = (headline: string) => ({
  key: 'hero',
  name: 'Hero',
  status: 'published',
  default: null,
  variants: [{ key: 'all', name: 'All', audience: null, weight: 1, content: { headline } }],
})

async function send(method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(`${platform.edge.url}/api/v1/slots${path}`, {
    method,
    headers: {
      authorization: `Bearer ${SECRET_KEY}`,
      // Publishing takes no body, so it must not ask for the type of one.
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
  })
  expect(answer.status).toBe(200)
  return answer.json()
}

async function decided(): Promise<unknown> {
  const answer = await client.capture('decide', { token, slots: ['hero'] })
  expect(answer.status).toBe(200)
  return answer.json()
}

const shows = (headline: string) => ({
  slots: { hero: { variant: 'all', content: { headline } } },
})

test('pages change when slots are published, not when they are saved, and stay without the store', async () => {
  expect(await send('PUT', '/hero', hero('First'))).toEqual({ editVersion: 1 })
  expect(await send('POST', '/publish')).toEqual({ version: 1 })
  expect(await decided()).toEqual(shows('First'))

  expect(await send('PUT', '/hero', hero('Second'))).toEqual({ editVersion: 2 })
  expect(await send('GET', '')).toEqual({ data: [hero('Second')] })
  expect(await decided()).toEqual(shows('First'))

  expect(await send('POST', '/publish')).toEqual({ version: 2 })
  await platform.stopStore()
  expect(await decided()).toMatchObject({ slots: { hero: { variant: 'all' } } })
  await platform.startStore()
})

test('edits made at the same moment are numbered one after another', async () => {
  const saved = await Promise.all(
    Array.from({ length: 8 }, (_, n) =>
      send('PUT', `/slot_${n}`, { ...hero('x'), key: `slot_${n}` }),
    ),
  )
  const versions = z.array(z.object({ editVersion: z.number() })).parse(saved)
  expect(versions.map(({ editVersion }) => editVersion).sort((a, b) => a - b)).toEqual([
    3, 4, 5, 6, 7, 8, 9, 10,
  ])
})
