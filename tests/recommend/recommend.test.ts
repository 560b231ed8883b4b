import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { recommendWorkspace } from '#models/recommend/recommend-workspace.ts'
import { bodyOf } from '#shared/recommend/body.fixture.ts'
import { encodeFactors } from '#shared/recommend/body.ts'
import { EdgeClient } from '#tests/platform/edge-client.ts'
import {
  SECRET_KEY,
  startTestPlatform,
  type TestPlatform,
  type TestWorkspace,
  WRITE_KEY,
} from '#tests/platform/faulty-platform.ts'

const PAGES_A_TASTE = 8
const TASTES = ['baking', 'sailing', 'chess']
/** Readers skip a page here and there, each another one. */
const READERS_A_TASTE = 60

const pathOf = (taste: string, page: number) => `/${taste}/part-${page}`
const view = (anonymousId: string, path: string, more: object = {}) => ({
  type: 'page',
  anonymousId,
  messageId: `${anonymousId} ${path}`,
  properties: { path, title: `All of ${path}` },
  ...more,
})

let platform: TestPlatform
let client: EdgeClient
let other: TestWorkspace
let dir: string

beforeAll(async () => {
  platform = await startTestPlatform()
  dir = await mkdtemp(join(tmpdir(), 'edgewise-recommend-'))
  other = await platform.addWorkspace('other')
  client = new EdgeClient({ edge: platform.edge.url, writeKey: WRITE_KEY, secretKey: SECRET_KEY })
  for (const taste of TASTES) {
    const batch = Array.from({ length: READERS_A_TASTE }, (_, reader) =>
      [0, 1, 2, 3].map((step) =>
        view(
          `${taste}-${reader}`,
          pathOf(taste, (reader * 3 + step * (1 + (reader % 3))) % PAGES_A_TASTE),
        ),
      ),
    ).flat()
    expect((await client.capture('batch', { batch })).status).toBe(200)
  }
  const crawler = { context: { userAgent: 'Googlebot/2.1 (+http://www.google.com/bot.html)' } }
  const crawled = TASTES.map((taste) => view('crawler', pathOf(taste, 0), crawler))
  await client.capture('batch', { batch: [...crawled, view('crawler', '/trap', crawler)] })
  await client.settled()
})

afterAll(async () => {
  await platform.stop()
  await rm(dir, { recursive: true })
})

const train = (edge = platform.edge.url) =>
  recommendWorkspace(
    { kind: 'recommend', workspace: 'demo', edge, out: dir, publishes: true, seed: 0 },
    {
      fetch,
      wait: (ms) => sleep(ms),
      env: { EDGEWISE_SECRET_KEY: SECRET_KEY },
      now: () => 0,
      say: () => {},
    },
  )

const Answer = z.object({
  status: z.number(),
  version: z.string().optional(),
  detail: z.string().optional(),
  next: z.string().optional(),
  recommendations: z
    .array(z.object({ path: z.string(), basis: z.string(), reason: z.string() }))
    .optional(),
})

async function ask(method: string, path: string, body: unknown, key = SECRET_KEY) {
  const answer = await fetch(`${platform.edge.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  })
  return Answer.parse({ ...Object(await answer.json()), status: answer.status })
}

const recommendFor = (body: unknown, key = SECRET_KEY) => ask('POST', '/v1/recommend', body, key)

describe('recommendations of a running edge', () => {
  test('before anything was published there are none, and the answer says how to get some', async () => {
    const answer = await recommendFor({ viewed: ['/chess/part-1'] }, other.target.secretKey)
    expect(answer.status).toBe(404)
    expect(answer.next).toContain('npm run train -- recommend --workspace other')
  })

  test('what was learnt from views is served: a newcomer gets unseen pages of their taste, with why', async () => {
    const summary = await train()
    expect(summary).toMatchObject({ published: true, visitors: 180, items: 24 })
    await client.capture('batch', {
      batch: [view('newcomer', pathOf('sailing', 2)), view('newcomer', pathOf('sailing', 3))],
    })
    const { status, recommendations = [] } = await recommendFor({ visitorId: 'newcomer', limit: 4 })
    expect(status).toBe(200)
    expect(recommendations).toHaveLength(4)
    for (const { path, reason } of recommendations) {
      expect(path).toMatch(/^\/sailing\/part-[014567]$/)
      expect(reason).toContain('“All of /sailing/part-')
    }
  })

  test('the same for paths that the caller names, without the one that is open and those it leaves out', async () => {
    const { recommendations = [] } = await recommendFor({
      viewed: ['/chess/part-1'],
      current: '/chess/part-2',
      excludePaths: ['/chess/part-3', '/chess/part-4*'],
      limit: 3,
    })
    expect(recommendations.map(({ path }) => path)).toHaveLength(3)
    for (const { path } of recommendations) expect(path).toMatch(/^\/chess\/part-[0567]$/)
  })

  test('an unknown visitor, both ways at once, and an unknown rule are refused', async () => {
    expect((await recommendFor({ visitorId: 'nobody' })).status).toBe(404)
    expect((await recommendFor({ visitorId: 'x', viewed: [] })).status).toBe(400)
    expect((await recommendFor({ viewed: [], exclude: ['/'] })).status).toBe(400)
    expect((await recommendFor({ viewed: [] }, WRITE_KEY)).status).toBe(403)
  })

  test('another workspace has none of them, nor of the views they were learnt from', async () => {
    const key = other.target.secretKey
    expect((await recommendFor({ viewed: ['/chess/part-1'] }, key)).status).toBe(404)
    expect((await ask('GET', '/api/v1/recommendations', undefined, key)).status).toBe(404)
    const theirs = new EdgeClient(other.target)
    await theirs.capture('page', view('their-own', '/theirs'))
    await theirs.settled()
    const page = await theirs.get<{ data: { path: string }[] }>('/api/v1/content-views')
    expect(page.data.map(({ path }) => path)).toEqual(['/theirs'])
  })

  test('pages of any size are one walk over the views, without bots', async () => {
    const walk = async (limit: number) => {
      const seen: string[] = []
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page: { data: { visitorId: string; path: string }[]; next: string | null } =
          await client.get(
            `/api/v1/content-views?limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}`,
          )
        seen.push(...page.data.map(({ visitorId, path }) => `${visitorId} ${path}`))
        cursor = page.next
      }
      return seen
    }
    const [large, small] = [await walk(200), await walk(50)]
    expect(small).toEqual(large)
    expect(new Set(large).size).toBe(large.length)
    expect(large.length).toBeGreaterThan(600)
    expect(large.some((seen) => seen.startsWith('crawler'))).toBe(false)
  })

  test('what could not be served is refused, and a version is given once', async () => {
    const current = await recommendFor({ viewed: [] })
    const body = bodyOf(['/docs/a', '/docs/b'], { version: current.version ?? '' })
    const put = (over: object) => ask('PUT', '/api/v1/recommendations', { ...body, ...over })
    expect((await put({})).status).toBe(409)
    expect((await put({ version: '../other/x' })).status).toBe(400)
    expect((await put({ version: 'two', neighbours: [[]] })).status).toBe(400)
    const notNumbers = {
      ...body.factors,
      items: encodeFactors(new Float64Array(4).fill(Number.NaN)),
    }
    expect((await put({ version: 'two', factors: notNumbers })).status).toBe(400)
    const long = '\u00fc'.repeat(200)
    const items = Array.from({ length: 2_000 }, (_, n) => ({
      ...body.items[0],
      path: `/${n}${long.slice(9)}`,
      title: long,
    }))
    const factors = { ...body.factors, items: encodeFactors(new Float64Array(4_000)) }
    const large = { version: 'two', items, factors, neighbours: items.map(() => [[0, 0.5]]) }
    large.neighbours[0] = []
    expect(await put(large)).toMatchObject({
      status: 400,
      detail: expect.stringContaining('at most 1,000,000'),
    })
    expect((await recommendFor({ viewed: [] })).version).toBe(current.version)
  })

  test('another body replaces what was published, and the earlier one brings it back', async () => {
    const earlier: unknown = JSON.parse(await readFile(join(dir, 'recommendations.json'), 'utf8'))
    const { version } = await recommendFor({ viewed: [] })
    const later = bodyOf(['/docs/a', '/docs/b'], { version: 'later' })
    // Isolates that have just started hold no version for fifteen seconds.
    for (const [body, current] of [
      [later, 'later'],
      [earlier, version],
    ]) {
      expect((await ask('PUT', '/api/v1/recommendations', body)).status).toBe(200)
      await platform.restartEdge()
      expect((await recommendFor({ viewed: [] })).version).toBe(current)
    }
  })
})
