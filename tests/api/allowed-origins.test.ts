import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EdgeClient } from '#tests/platform/edge-client.ts'
import {
  SECRET_KEY,
  startTestPlatform,
  type TestPlatform,
  WRITE_KEY,
} from '#tests/platform/faulty-platform.ts'

const SHOP = 'https://shop.example'
const EVIL = 'https://shop.example.evil.example'

let platform: TestPlatform
let edge: EdgeClient

beforeAll(async () => {
  platform = await startTestPlatform()
  const keyHash = createHash('sha256').update(WRITE_KEY).digest('hex')
  await platform.inControl('UPDATE api_keys SET allowed_origins = ? WHERE key_hash = ?', [
    JSON.stringify([SHOP]),
    keyHash,
  ])
  edge = new EdgeClient({ edge: platform.edge.url, writeKey: WRITE_KEY, secretKey: SECRET_KEY })
})

afterAll(() => platform.stop())

const calls: [string, Record<string, unknown>][] = [
  ['/v1/track', { anonymousId: 'v', event: 'Seen' }],
  ['/v1/batch', { batch: [{ type: 'track', anonymousId: 'v', event: 'Seen' }] }],
  ['/v1/visitor', {}],
  ['/v1/decide', { token: 'x', slots: ['hero'] }],
]

/** As a page's script does, with the key in the body, which needs no preflight. */
const ask = (path: string, body: object, origin: string | null, key = WRITE_KEY) =>
  fetch(`${platform.edge.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain', ...(origin === null ? {} : { origin }) },
    body: JSON.stringify({ ...body, writeKey: key }),
  })

test.each(calls)(
  '%s from another site is refused, and its page cannot read why',
  async (path, body) => {
    for (const origin of [EVIL, 'null', 'https://SHOP.example', `${SHOP}:8443`]) {
      const answer = await ask(path, body, origin)
      expect(answer.headers.get('access-control-allow-origin')).toBeNull()
      expect(answer.status).toBe(403)
      expect(await answer.json()).toMatchObject({ code: 'origin_not_allowed' })
    }
  },
)

test.each(calls)('%s from a site of the key is answered to that site alone', async (path, body) => {
  const answer = await ask(path, body, SHOP)
  // The token is none, which is said to the page.
  expect(answer.status).toBe(path === '/v1/decide' ? 403 : 200)
  if (answer.ok) {
    expect(answer.headers.get('access-control-allow-origin')).toBe(SHOP)
    expect(answer.headers.get('vary')).toContain('Origin')
  } else expect(await answer.json()).toMatchObject({ code: 'visitor_token_refused' })
})

test('a server sends no Origin and is taken; so is any page with a key without a list', async () => {
  const event = { anonymousId: 'v', event: 'Seen' }
  expect((await ask('/v1/track', event, null)).status).toBe(200)
  const answer = await ask('/v1/track', event, EVIL, SECRET_KEY)
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, '*'])
})

test('nothing of what was refused is stored', async () => {
  await ask('/v1/track', { anonymousId: 'v', event: 'Forged', messageId: 'forged' }, EVIL)
  await ask('/v1/track', { anonymousId: 'v', event: 'Real', messageId: 'real' }, SHOP)
  await edge.settled()
  const { data } = await edge.get<{ data: { messageId: string }[] }>('/api/v1/events?limit=200')
  const ids = data.map(({ messageId }) => messageId)
  expect(ids).toContain('real')
  expect(ids).not.toContain('forged')
})
