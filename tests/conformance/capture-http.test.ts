import { createHash } from 'node:crypto'
import { Agent, request as requestOf } from 'node:http'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { createClient } from '@libsql/client'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { EdgeClient, waitFor } from '#tests/platform/edge-client.ts'
import {
  startTestPlatform,
  type TestPlatform,
  type TestWorkspace,
} from '#tests/platform/faulty-platform.ts'

const STORED_TIMEOUT_MS = 30_000
const HEADLESS_AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/130.0.0.0 Safari/537.36'

let platform: TestPlatform
let workspace: TestWorkspace
let client: EdgeClient
let tests = 0

beforeAll(async () => {
  platform = await startTestPlatform()
})
afterAll(() => platform.stop())

beforeEach(async () => {
  workspace = await platform.addWorkspace(`http${++tests}`)
  client = new EdgeClient(workspace.target)
})

const page = (messageId: string, over: Record<string, unknown> = {}) => ({
  type: 'page',
  messageId,
  anonymousId: 'a-1',
  ...over,
})

/** A request with nothing added but its own headers. */
function post(path: string, body: string | Buffer, headers: Record<string, string> = {}) {
  return fetch(`${platform.edge.url}${path}`, { method: 'POST', body, headers })
}

const basic = (user: string) => ({ authorization: `Basic ${btoa(user)}` })
const byKey = () => basic(`${workspace.target.writeKey}:`)

async function codeOf(answer: Response): Promise<string> {
  const { code } = (await answer.json()) as { code: string }
  return `${answer.status} ${code}`
}

async function storedIds(of = workspace): Promise<string[]> {
  const { rows } = await of.store.execute('SELECT message_id FROM events ORDER BY ingest_seq')
  return rows.map((row) => String(row.message_id))
}

async function verdictsOf(messageId: string): Promise<string[]> {
  const { data } = await client.get<{ data: { verdict: string; reason?: string | null }[] }>(
    `/api/v1/events?messageId=${encodeURIComponent(messageId)}`,
  )
  return data.map(({ verdict, reason }) => (reason ? `${verdict}: ${reason}` : verdict))
}

describe('the paths of the Segment protocol', () => {
  test('take every kind of call in its long and its short form', async () => {
    const calls: Record<string, Record<string, unknown>> = {
      track: { event: 'Clicked' },
      page: {},
      screen: {},
      identify: { userId: 'u-1' },
      group: { groupId: 'g-1' },
      alias: { userId: 'u-1', previousId: 'a-0' },
    }
    const expected: string[] = []
    for (const [type, fields] of Object.entries(calls)) {
      for (const path of [type, type.charAt(0)]) {
        expected.push(`${path} ${type}`)
        const call = { messageId: path, anonymousId: 'a-1', ...fields }
        const answer = await client.capture(path, call)
        expect([path, answer.status, await answer.json()]).toEqual([path, 200, { success: true }])
      }
    }
    for (const path of ['batch', 'b', 'batch/']) {
      expected.push(`${path} page`)
      expect((await client.capture(path, { batch: [page(path)] })).status).toBe(200)
    }
    await client.settled()
    const { rows } = await workspace.store.execute('SELECT message_id, type FROM events')
    expect(rows.map(({ message_id, type }) => `${message_id} ${type}`).toSorted()).toEqual(
      expected.toSorted(),
    )
  })

  test('are no others, and only POST captures', async () => {
    expect((await client.capture('m', page('m'))).status).toBe(404)
    expect((await client.capture('tracks', page('m'))).status).toBe(404)
    const answer = await fetch(`${platform.edge.url}/v1/batch`, { headers: byKey() })
    expect([404, 405]).toContain(answer.status)
  })

  test('answer the preflight of browser libraries', async () => {
    const asked = ['authorization', 'content-type', 'anonymousid', 'sentat', 'x-write-key']
    for (const path of ['/v1/t', '/v1/b', '/v1/batch', '/v1/identify']) {
      const answer = await fetch(`${platform.edge.url}${path}`, {
        method: 'OPTIONS',
        headers: {
          origin: 'https://acme.example',
          'access-control-request-method': 'POST',
          'access-control-request-headers': asked.join(','),
        },
      })
      expect(answer.status).toBe(204)
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
      expect(answer.headers.get('access-control-allow-methods')).toContain('POST')
      const allowed = answer.headers.get('access-control-allow-headers')?.toLowerCase().split(', ')
      expect(allowed).toEqual(expect.arrayContaining([...asked, 'x-retry-count']))
    }
  })

  test('let a browser read every answer, refusals too', async () => {
    const answers = await Promise.all([
      post('/v1/p', JSON.stringify(page('m-1')), byKey()),
      post('/v1/p', '{', byKey()),
      post('/v1/p', JSON.stringify(page('m-1'))),
    ])
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 401])
    for (const answer of answers) {
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    }
  })
})

describe('the key of a call', () => {
  test('may stand wherever one of the client libraries puts it', async () => {
    const { writeKey, secretKey } = workspace.target
    const places: [Record<string, string>, Record<string, unknown>][] = [
      [basic(`${writeKey}:`), {}],
      [basic(writeKey), {}],
      [{ 'x-write-key': writeKey }, {}],
      [{}, { writeKey }],
      [basic(':'), { writeKey }],
      [{ authorization: `Bearer ${writeKey}` }, {}],
      [{ authorization: `Bearer ${secretKey}` }, {}],
      [basic(`${secretKey}:`), {}],
    ]
    for (const [index, [headers, fields]] of places.entries()) {
      const body = JSON.stringify({ ...page(`m-${index}`), ...fields })
      expect([index, (await post('/v1/page', body, headers)).status]).toEqual([index, 200])
    }
    await client.settled()
    const { rows } = await workspace.store.execute(
      'SELECT verified FROM events ORDER BY message_id',
    )
    expect(rows.map(({ verified }) => Number(verified))).toEqual([0, 0, 0, 0, 0, 0, 1, 1])
  })

  test('is refused when it is missing, malformed, unknown, of another workspace or revoked', async () => {
    const other = await platform.addWorkspace(`other${tests}`)
    const foreignSecret = other.target.writeKey.split('_').at(-1)?.toUpperCase()
    await revoke(other.target.writeKey)
    const body = JSON.stringify(page('m-1'))
    const refused: [string, Record<string, string>][] = [
      ['401 key_missing', {}],
      ['401 key_missing', basic(':')],
      ['401 key_refused', basic('not a key')],
      ['401 key_refused', basic(`${workspace.target.writeKey}x`)],
      ['401 key_refused', basic(`ewk_nowhere_${foreignSecret}`)],
      ['401 key_refused', basic(`ewk_http${tests}_${foreignSecret}`)],
      ['401 key_refused', basic(workspace.target.writeKey.replace('ewk', 'esk').toUpperCase())],
      ['401 key_refused', basic(`${other.target.writeKey}:`)],
    ]
    for (const [problem, headers] of refused) {
      expect([headers, await codeOf(await post('/v1/page', body, headers))]).toEqual([
        headers,
        problem,
      ])
    }
    await client.settled()
    expect(await storedIds()).toEqual([])
    expect((await client.books()).received).toBe(0)
  })

  test('decides whose event it is: the same ids in two workspaces are two events', async () => {
    const other = await platform.addWorkspace(`twin${tests}`)
    const twin = new EdgeClient(other.target)
    await client.capture('page', page('m-1', { userId: 'ours' }))
    await twin.capture('page', page('m-1', { userId: 'theirs' }))
    await Promise.all([client.settled(), twin.settled()])
    expect([await storedIds(), await storedIds(other)]).toEqual([['m-1'], ['m-1']])
    const { rows } = await other.store.execute('SELECT user_id FROM events')
    expect(rows.map((row) => row.user_id)).toEqual(['theirs'])
  })

  async function revoke(key: string): Promise<void> {
    const control = createClient({ url: `file:${join(platform.storeDir, 'control.db')}` })
    const changed = await control.execute({
      sql: 'UPDATE api_keys SET revoked_at = ? WHERE key_hash = ?',
      args: [Date.now(), createHash('sha256').update(key).digest('hex')],
    })
    control.close()
    expect(changed.rowsAffected).toBe(1)
  }
})

describe('the body of a call', () => {
  const labels = [
    'application/json',
    'text/plain',
    'text/plain;charset=UTF-8',
    'application/x-www-form-urlencoded',
    'application/octet-stream',
  ]

  test('is what it is, whatever its labels say', async () => {
    const expected: string[] = []
    for (const [index, label] of labels.entries()) {
      const json = (id: string) => {
        expected.push(id)
        return JSON.stringify({ batch: [page(id)] })
      }
      const labelled = { ...byKey(), 'content-type': label }
      const lying = { ...labelled, 'content-encoding': 'gzip' }
      const answers = [
        await post('/v1/batch', json(`plain-${index}`), labelled),
        await post('/v1/batch', gzipSync(json(`gzip-${index}`)), labelled),
        await post('/v1/batch', gzipSync(json(`encoded-${index}`)), lying),
        await post('/v1/batch', json(`lying-${index}`), lying),
      ]
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    }
    await client.settled()
    expect((await storedIds()).toSorted()).toEqual(expected.toSorted())
  })

  test('that cannot be read is 400, which clients do not repeat, and the connection lives on', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const large = Buffer.from(JSON.stringify({ batch: ['x'.repeat(520_000)] }))
    const bodies: [Buffer, number][] = [
      [large, 400],
      [Buffer.from('{"batch":'), 400],
      [Buffer.alloc(0), 400],
      [Buffer.from('[1]'), 400],
      [gzipSync('{"batch":[]}').subarray(0, 20), 400],
      [gzipSync(Buffer.alloc(8 * 1024 * 1024)), 400],
    ]
    const sockets = new Set<number | undefined>()
    try {
      const good = Buffer.from(JSON.stringify({ batch: [page('m-1')] }))
      for (const chunked of [false, true]) {
        for (const [body, status] of bodies) {
          expect(await statusOver(agent, body, chunked, sockets)).toBe(status)
          expect(await statusOver(agent, good, chunked, sockets)).toBe(200)
        }
      }
      expect(sockets.size).toBe(1)
    } finally {
      agent.destroy()
    }
  })

  test('of 500 KB and of 2,500 events is taken, more is not', async () => {
    const filled = (bytes: number) => {
      const empty = JSON.stringify({ batch: [], filler: '' }).length
      return JSON.stringify({ batch: [], filler: 'x'.repeat(bytes - empty) })
    }
    expect((await post('/v1/batch', filled(500 * 1024), byKey())).status).toBe(200)
    expect((await post('/v1/batch', filled(500 * 1024 + 1), byKey())).status).toBe(400)
    const events = Array.from({ length: 2500 }, (_, i) => page(`m-${i}`, { anonymousId: `a-${i}` }))
    expect((await client.capture('batch', { batch: [...events, page('more')] })).status).toBe(400)
    expect((await client.capture('batch', { batch: events })).status).toBe(200)
    await client.settled()
    expect(await client.books()).toMatchObject({ received: 2500, stored: 2500, pending: 0 })
  })

  test('that is hostile costs its own event alone', async () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
    const body = `{"batch":[
      {"type":"page","messageId":"deep","anonymousId":"a","properties":{"a":${deep}}},
      {"type":"page","messageId":"nul\\u0000id","anonymousId":"a\\ud800","properties":{"n":"\\u0000\\udfff"}},
      {"type":"page","messageId":"proto","anonymousId":"a","properties":{"__proto__":{"x":1}}},
      {"type":{"toString":1},"messageId":"odd","anonymousId":"a"},
      {"type":"page","messageId":"quote\\",\\"type\\":\\"","anonymousId":"'; DROP TABLE events; --"},
      {"type":"page","messageId":"large","anonymousId":"a","properties":{"x":"${'y'.repeat(33_000)}"}}
    ]}`
    expect((await post('/v1/batch', body, byKey())).status).toBe(200)
    await client.settled()
    const { rows } = await workspace.store.execute(
      'SELECT message_id, visitor_id, properties FROM events ORDER BY message_id',
    )
    expect(rows.map((row) => [row.message_id, row.visitor_id, row.properties])).toEqual([
      ['nulid', 'a\uFFFD', '{"n":"\\u0000\uFFFD"}'],
      ['proto', 'a', '{"__proto__":{"x":1}}'],
      ['quote","type":"', "'; DROP TABLE events; --", '{}'],
    ])
    expect(await verdictsOf('deep')).toEqual(['rejected: too_deep'])
    expect(await verdictsOf('odd')).toEqual(['rejected: unknown_type'])
    expect(await verdictsOf('large')).toEqual(['rejected: too_large'])
    expect(await client.books()).toMatchObject({ received: 6, stored: 3, rejected: 3 })
  })

  function statusOver(
    agent: Agent,
    body: Buffer,
    chunked: boolean,
    sockets: Set<number | undefined>,
  ): Promise<number> {
    const length = chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': body.length }
    return new Promise((resolve, reject) => {
      const headers = { ...byKey(), ...length }
      const url = `${platform.edge.url}/v1/batch`
      const request = requestOf(url, { method: 'POST', agent, headers }, (answer) => {
        sockets.add(answer.socket.localPort)
        answer.resume()
        answer.on('end', () => resolve(answer.statusCode ?? 0))
      })
      request.on('error', reject)
      request.end(body)
    })
  }
})

describe('what became of an event', () => {
  test('can be looked up for accepted, bot, duplicate and rejected ones, and the books add up', async () => {
    const userAgent = HEADLESS_AGENT
    await client.capture('batch', {
      batch: [
        page('good'),
        page('robot', { context: { userAgent } }),
        page('twice'),
        page('twice'),
        { type: 'track', messageId: 'nameless', anonymousId: 'a-1' },
        { type: 'page', messageId: 'nobody' },
        { type: 'group', messageId: 'no group', anonymousId: 'a-1', groupId: 'undefined' },
      ],
    })
    await client.settled()
    expect(await verdictsOf('good')).toEqual(['accepted'])
    expect(await verdictsOf('robot')).toEqual(['bot'])
    expect(await verdictsOf('twice')).toEqual(['accepted', 'duplicate'])
    expect(await verdictsOf('nameless')).toEqual(['rejected: event_name_missing'])
    expect(await verdictsOf('nobody')).toEqual(['rejected: no_user_anon_id'])
    expect(await verdictsOf('no group')).toEqual(['rejected: placeholder_id'])
    expect(await verdictsOf('unheard of')).toEqual([])
    expect(await client.books()).toEqual({
      ...{ received: 7, stored: 3, duplicate: 1, rejected: 3, quarantined: 0, pending: 0 },
    })
  })

  test('is told apart within one batch [a,b,c,c] and when the same batch comes twice', async () => {
    const batch = { batch: ['a', 'b', 'c', 'c'].map((id) => page(id)) }
    expect((await client.capture('batch', batch)).status).toBe(200)
    expect((await client.capture('batch', batch)).status).toBe(200)
    await client.settled()
    expect(await storedIds()).toEqual(['a', 'b', 'c'])
    expect(await verdictsOf('c')).toEqual(['accepted', 'duplicate', 'duplicate', 'duplicate'])
    expect(await client.books()).toMatchObject({ received: 8, stored: 3, duplicate: 5 })
  })

  test('is the same when its visitor, and with it its object, changed between the tries', async () => {
    const visitors = Array.from({ length: 8 }, (_, i) => `visitor-${i}`)
    for (const anonymousId of visitors) {
      expect((await client.capture('page', page('wandering', { anonymousId }))).status).toBe(200)
    }
    await client.settled()
    expect(await storedIds()).toEqual(['wandering'])
    expect(await client.books()).toMatchObject({ received: 8, stored: 1, duplicate: 7 })
  })

  test('who opted out, is counted without a name, and identify is refused', async () => {
    const headers = { ...byKey(), 'sec-gpc': '1', origin: 'https://acme.example' }
    const url = 'https://acme.example/pricing?email=ada@acme.example'
    await post('/v1/p', JSON.stringify(page('seen', { properties: { url } })), headers)
    await post('/v1/i', JSON.stringify({ messageId: 'named', userId: 'ada' }), headers)
    await client.settled()
    const { rows } = await workspace.store.execute(
      'SELECT visitor_id, anonymous_id, url, properties, context FROM events',
    )
    expect(rows.map((row) => ({ ...row }))).toEqual([
      {
        ...{ visitor_id: null, anonymous_id: null, properties: '{}', context: '{}' },
        url: 'https://acme.example/pricing',
      },
    ])
    expect(await verdictsOf('named')).toEqual(['rejected: opted_out'])
  })
})

describe('an acknowledged event', () => {
  test('reaches the store promptly, in every moment of the cycle of drains', async () => {
    const delays: number[] = []
    for (let round = 0; round < 7; round++) {
      const started = performance.now()
      await client.capture('page', page(`m-${round}`))
      await waitFor(
        async () => (await storedIds()).length === round + 1,
        STORED_TIMEOUT_MS,
        () => `event ${round} to be stored`,
      )
      delays.push(performance.now() - started)
    }
    // The middle one, so that a busy machine's hiccup does not count.
    expect(delays.toSorted((a, b) => a - b)[3]).toBeLessThan(2_000)
  })

  test('is safe while the store is away, and a key is refused only after an authoritative no', async () => {
    const unseen = await platform.addWorkspace(`unseen${tests}`)
    expect((await client.capture('page', page('before'))).status).toBe(200)
    await client.settled()
    await platform.stopStore()
    try {
      expect((await client.capture('page', page('during'))).status).toBe(200)
      const unknown = await client.capture('page', page('during'), unseen.target.writeKey)
      expect(unknown.headers.get('retry-after')).toMatch(/^\d+$/)
      expect(await codeOf(unknown)).toBe('503 unavailable')
      expect((await client.capture('page', page('during'), 'not a key')).status).toBe(401)
    } finally {
      await platform.startStore()
    }
    const answers = new Set<number>()
    await waitFor(
      async () => {
        const { status } = await client.capture('page', page('after'), unseen.target.writeKey)
        answers.add(status)
        return status === 200
      },
      STORED_TIMEOUT_MS,
      () => `the key to be accepted; seen: ${[...answers]}`,
    )
    expect(answers.has(401)).toBe(false)
    await client.settled()
    expect(await storedIds()).toEqual(['before', 'during'])
    expect(await client.books()).toMatchObject({ received: 2, stored: 2, pending: 0 })
  })
})
