import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { EdgeClient } from '#tests/platform/edge-client.ts'
import {
  SECRET_KEY,
  startTestPlatform,
  type TestPlatform,
  WRITE_KEY,
} from '#tests/platform/faulty-platform.ts'

const EVENTS = 240
const KNOWN = 12

let platform: TestPlatform
let client: EdgeClient

const Page = z.object({
  data: z.array(
    z.looseObject({
      messageId: z.string().optional(),
      visitorId: z.string().nullish(),
      personId: z.string().nullish(),
      verdict: z.string().optional(),
      name: z.string().nullish(),
      grade: z.string().nullish(),
    }),
  ),
  next: z.string().nullable(),
})
type Row = z.infer<typeof Page>['data'][number]

beforeAll(async () => {
  platform = await startTestPlatform()
  client = new EdgeClient({ edge: platform.edge.url, writeKey: WRITE_KEY, secretKey: SECRET_KEY })
  await send('first', EVENTS)
  const identified = Array.from({ length: KNOWN }, (_, n) => ({
    type: 'identify',
    anonymousId: `first-visitor-${n}`,
    userId: `user-${n}`,
    messageId: `identify-${n}`,
  }))
  await client.capture('batch', { batch: identified })
  // The same id again and again: one event, and a verdict for each repeat.
  for (let n = 0; n < 7; n++) {
    await client.capture('track', {
      anonymousId: 'repeating',
      messageId: 'repeated',
      event: 'Again',
    })
  }
  await client.capture('batch', {
    batch: [{ type: 'track', event: 'Nobody did it', messageId: 'rejected' }],
  })
  await client.capture('track', {
    anonymousId: 'robot',
    messageId: 'bot',
    event: 'Crawled',
    context: {
      userAgent: 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
    },
  })
  await client.settled()
})

afterAll(() => platform.stop())

async function send(prefix: string, count: number): Promise<void> {
  const now = Date.now()
  const batch = Array.from({ length: count }, (_, n) => ({
    type: 'track',
    event: n % 3 === 0 ? 'Opened' : 'Read',
    anonymousId: `${prefix}-visitor-${n % 80}`,
    messageId: `${prefix}-${n}`,
    // Many visitors of one moment: the cursor has to tell them apart by id.
    timestamp: new Date(now - 60_000 * (n % 4)).toISOString(),
  }))
  const answer = await client.capture('batch', { batch, sentAt: new Date(now).toISOString() })
  expect(answer.status).toBe(200)
}

async function list(path: string, query: Record<string, string | number> = {}) {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) search.set(key, String(value))
  return Page.parse(await client.get(`/api/v1/${path}?${search}`))
}

/** Every page after the other. @param between runs before each page but the first */
async function walk(
  path: string,
  query: Record<string, string | number>,
  between: () => Promise<void> = async () => undefined,
): Promise<{ rows: Row[]; pages: number }> {
  const rows: Row[] = []
  let page = await list(path, query)
  let pages = 1
  rows.push(...page.data)
  while (page.next !== null) {
    await between()
    page = await list(path, { ...query, cursor: page.next })
    expect(page.data.length).toBeGreaterThan(0)
    rows.push(...page.data)
    pages += 1
  }
  return { rows, pages }
}

const ids = (rows: Row[]) => rows.map((row) => row.messageId)

describe('pages', () => {
  test('of events give each once, newest first, while more arrive', async () => {
    let added = 0
    const { rows, pages } = await walk('events', { limit: 50 }, async () => {
      added += 1
      await send(`later-${added}`, 10)
      await client.settled()
    })
    const first = ids(rows).filter((id) => id?.startsWith('first-'))
    expect(first.sort()).toEqual(Array.from({ length: EVENTS }, (_, n) => `first-${n}`).sort())
    expect(new Set(ids(rows)).size).toBe(rows.length)
    expect(pages).toBe(Math.ceil(rows.length / 50))
    const positions = z.array(z.looseObject({ ingestSeq: z.number() })).parse(rows)
    const sequence = positions.map(({ ingestSeq }) => ingestSeq)
    expect(sequence).toEqual([...sequence].sort((a, b) => b - a))
  })

  test('of visitors give each once, the last seen first, while more arrive', async () => {
    const expected = await platform.store.execute('SELECT visitor_id FROM visitors')
    let added = 0
    const { rows } = await walk('visitors', { limit: 17 }, async () => {
      added += 1
      await send(`newcomers-${added}`, 3)
      await client.settled()
    })
    const seen = rows.map((row) => row.visitorId)
    expect(new Set(seen).size).toBe(seen.length)
    for (const row of expected.rows) expect(seen).toContain(row.visitor_id)
  })

  test('end with null, also when the last one is exactly full', async () => {
    expect((await list('events', { messageId: 'bot', limit: 1 })).next).toBeNull()
    expect((await walk('events', { visitor: 'first-visitor-20', limit: 1 })).pages).toBe(3)
  })
})

describe('events', () => {
  test('are filtered by visitor, by name, and by both', async () => {
    const ofVisitor = (await walk('events', { visitor: 'first-visitor-3' })).rows
    expect(ids(ofVisitor).sort()).toEqual(['first-163', 'first-3', 'first-83', 'identify-3'])
    const opened = (await walk('events', { name: 'Opened', limit: 200 })).rows
    expect(new Set(opened.map(({ name }) => name))).toEqual(new Set(['Opened']))
    expect(opened.length).toBeGreaterThanOrEqual(EVENTS / 3)
    const both = (await walk('events', { visitor: 'first-visitor-3', name: 'Opened' })).rows
    expect(ids(both)).toEqual(['first-3'])
  })

  test('asked for by id tell everything that became of it, in pages that fit', async () => {
    const all = await list('events', { messageId: 'repeated' })
    expect(all.data.map(({ verdict }) => verdict)).toEqual([
      'accepted',
      ...Array(6).fill('duplicate'),
    ])
    for (const limit of [1, 2, 3, 7]) {
      const walked = await walk('events', { messageId: 'repeated', limit })
      expect(walked.rows).toEqual(all.data)
      expect(walked.pages).toBe(Math.ceil(7 / limit))
    }
    const unknown = await list('events', { messageId: 'never sent' })
    expect(unknown).toEqual({ data: [], next: null })
  })

  test('asked for by the id that was sent are found, whatever was kept of it', async () => {
    const sent = 'with-\0-nothing'
    await client.capture('track', { anonymousId: 'nul-\0', messageId: sent, event: 'Odd \0' })
    await client.settled()
    for (const [key, value] of [
      ['messageId', sent],
      ['visitor', 'nul-\0'],
      ['name', 'Odd \0'],
    ] as const) {
      expect(ids((await list('events', { [key]: value })).data)).toEqual(['with--nothing'])
    }
    expect(await client.get(`/api/v1/visitors/${encodeURIComponent('nul-\0')}`)).toMatchObject({
      visitor: { visitorId: 'nul-' },
    })
  })

  test('of a browser beside the edge come from no country: nobody knows which', async () => {
    const sent = await fetch(`${platform.edge.url}/v1/track`, {
      method: 'POST',
      headers: { origin: 'http://shop.example', 'content-type': 'text/plain' },
      body: JSON.stringify({
        writeKey: WRITE_KEY,
        anonymousId: 'neighbour',
        messageId: 'nearby',
        event: 'Seen',
      }),
    })
    expect(sent.status).toBe(200)
    await client.settled()
    expect((await list('events', { messageId: 'nearby' })).data).toMatchObject([{ country: null }])
  })

  test.each([
    ['bot', 'bot'],
    ['rejected', 'rejected'],
    ['duplicate', 'repeated'],
  ])('with the verdict %s are only those', async (verdict, messageId) => {
    const { rows } = await walk('events', { verdict, limit: 2 })
    expect(new Set(rows.map((row) => row.verdict))).toEqual(new Set([verdict]))
    expect(ids(rows)).toContain(messageId)
  })

  test('that were accepted leave bots out, and without a verdict bots are in', async () => {
    const accepted = (await walk('events', { verdict: 'accepted', limit: 200 })).rows
    expect(ids(accepted)).not.toContain('bot')
    expect(ids(accepted)).toContain('repeated')
    expect((await list('events', { visitor: 'robot' })).data).toMatchObject([{ verdict: 'bot' }])
  })

  test('a rejected one says why, in a word and in a sentence', async () => {
    const { data } = await list('events', { messageId: 'rejected' })
    expect(data).toMatchObject([
      { verdict: 'rejected', reason: expect.any(String), detail: expect.stringMatching(/\.$/) },
    ])
  })
})

describe('visitors', () => {
  test('are filtered by whether somebody said who they are', async () => {
    const known = (await walk('visitors', { known: 'true', limit: 5 })).rows
    expect(known.map((row) => row.visitorId).sort()).toEqual(
      Array.from({ length: KNOWN }, (_, n) => `first-visitor-${n}`).sort(),
    )
    const anonymous = (await walk('visitors', { known: 'false', limit: 50 })).rows
    expect(new Set(anonymous.map(({ personId }) => personId))).toEqual(new Set([null]))
    const all = (await walk('visitors', { limit: 50 })).rows
    expect(all).toHaveLength(known.length + anonymous.length)
  })

  test('are filtered by grade, and the grades together are all that have one', async () => {
    const { rows } = await platform.store.execute(
      'SELECT grade, count(*) AS n FROM visitors WHERE grade IS NOT NULL GROUP BY grade',
    )
    expect(rows.length).toBeGreaterThan(0)
    const counts = new Map(rows.map((row) => [String(row.grade), Number(row.n)]))
    for (const grade of ['A', 'B', 'C', 'D']) {
      const found = (await walk('visitors', { grade, limit: 100 })).rows
      expect(found).toHaveLength(counts.get(grade) ?? 0)
      expect(found.every((row) => row.grade === grade)).toBe(true)
    }
  })

  test('one by one have person, devices, sessions, timeline and score', async () => {
    await client.capture('identify', { anonymousId: 'second device', userId: 'user-3' })
    await client.settled()
    const detail = await client.get<Record<string, unknown>>('/api/v1/visitors/first-visitor-3')
    expect(detail).toMatchObject({
      visitor: { visitorId: 'first-visitor-3', events: 4, reasons: expect.any(Array) },
      person: { userId: 'user-3', deleted: false },
      devices: ['second device'],
      sessions: [{ events: 4, channel: 'direct' }],
    })
    expect(detail.timeline).toHaveLength(4)
  })
})
