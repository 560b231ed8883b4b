import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { simulateJourneys } from '#dev/traffic/journeys.ts'
import { sendTraffic } from '#dev/traffic/send-traffic.ts'
import { trainWorkspace } from '#models/lead/train-workspace.ts'
import { type Asking, askEdge } from '#models/platform/ask-edge.ts'
import { OUTCOME_WINDOW_MS } from '#shared/training/outcome-window.ts'
import { type TrainingRow, TrainingRowsPage } from '#shared/training/training-row.ts'
import { EdgeClient } from '#tests/platform/edge-client.ts'
import {
  SECRET_KEY,
  startTestPlatform,
  type TestPlatform,
  WRITE_KEY,
} from '#tests/platform/faulty-platform.ts'

const DAY_MS = 86_400_000
const WEEK_MS = 7 * DAY_MS
const PATH = '/api/v1/training-rows'

let platform: TestPlatform
let client: EdgeClient
let dir: string

beforeAll(async () => {
  platform = await startTestPlatform()
  client = new EdgeClient({ edge: platform.edge.url, writeKey: WRITE_KEY, secretKey: SECRET_KEY })
  dir = await mkdtemp(join(tmpdir(), 'edgewise-training-'))
  // Visitors keep office hours: from the same hour of the week they do the same, whenever this runs.
  const to = Math.floor(Date.now() / WEEK_MS) * WEEK_MS
  await sendTraffic({
    edge: platform.edge.url,
    writeKey: WRITE_KEY,
    journeys: simulateJourneys({
      seed: 4,
      visitors: 600,
      companies: 80,
      from: to - 120 * DAY_MS,
      to,
    }),
    eventsPerSecond: 1_000,
    signal: new AbortController().signal,
  })
  await client.settled()
})

afterAll(async () => {
  await platform.stop()
  await rm(dir, { recursive: true })
})

/** As the command asks, which outlives a workerd that is replaced meanwhile. */
const asking: Asking = { fetch, wait: (ms) => sleep(ms) }

async function pageOf(query: string): Promise<TrainingRowsPage> {
  const access = { url: platform.edge.url, secretKey: SECRET_KEY }
  const answer = await askEdge(asking, access, `${PATH}?${query}`)
  return TrainingRowsPage.parse(await answer.json())
}

async function walk(query: string): Promise<{ rows: TrainingRow[]; pages: TrainingRowsPage[] }> {
  const pages: TrainingRowsPage[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: TrainingRowsPage = await pageOf(
      `${query}${cursor === '' ? '' : `&cursor=${cursor}`}`,
    )
    pages.push(page)
    cursor = page.next
  }
  return { rows: pages.flatMap((page) => page.data), pages }
}

describe('training rows of a running edge', () => {
  test('pages of any size give each visitor’s rows once, with outcomes as of the first page', async () => {
    const [large, small] = [
      await walk('knownBy=occurred&limit=200'),
      await walk('knownBy=occurred&limit=90'),
    ]
    expect(large.rows.length).toBeGreaterThan(500)
    expect(large.rows.some((row) => row.converted)).toBe(true)
    expect(new Set(small.pages.map((page) => page.asOf)).size).toBe(1)
    const asOf = large.pages[0]?.asOf ?? 0
    for (const { at } of large.rows) expect(at + OUTCOME_WINDOW_MS).toBeLessThanOrEqual(asOf)
    // A window may have ended between the two walks, and no row may have changed.
    const keyOf = ({ visitorId, at }: TrainingRow) => `${visitorId} ${at}`
    const before = new Map(large.rows.map((row) => [keyOf(row), row]))
    expect(new Set(small.rows.map(keyOf)).size).toBe(small.rows.length)
    for (const row of small.rows.filter((row) => before.has(keyOf(row)))) {
      expect(row).toEqual(before.get(keyOf(row)))
    }
    expect(Math.abs(small.rows.length - large.rows.length)).toBeLessThan(3)
  })

  test('says that its events were imported, which as received are in no row', async () => {
    const { rows, pages } = await walk('limit=200')
    const sum = (key: 'events' | 'eventsReceivedLate') =>
      pages.reduce((total, page) => total + page[key], 0)
    expect(rows).toEqual([])
    expect(sum('events')).toBeGreaterThan(4_000)
    expect(sum('eventsReceivedLate') / sum('events')).toBeGreaterThan(0.9)
    expect(pages[0]).toMatchObject({ workspace: 'demo', knownBy: 'received' })
  })

  test.each([
    ['cursor=made-up', 'cursor'],
    ['knownBy=heard', 'knownBy'],
    ['limit=100000', 'limit'],
    ['workspace=other', 'workspace'],
  ])('refuses ?%s and names what to correct', async (query, field) => {
    const answer = await fetch(`${platform.edge.url}${PATH}?${query}`, {
      headers: { authorization: `Bearer ${SECRET_KEY}` },
    })
    expect(answer.status).toBe(400)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(JSON.stringify(await answer.json())).toContain(field)
  })

  test('are enough for the command to train a model on them', async () => {
    const said: string[] = []
    const summary = await trainWorkspace(
      {
        kind: 'workspace',
        workspace: 'demo',
        edge: platform.edge.url,
        out: join(dir, 'model'),
        knownBy: undefined,
        registers: false,
        seed: 0,
      },
      {
        ...asking,
        env: { EDGEWISE_SECRET_KEY: SECRET_KEY },
        now: () => 0,
        say: (line) => said.push(line),
        showPulled: () => {},
        onProgress: () => {},
      },
    )
    expect(summary).toMatchObject({ knownBy: 'occurred', registered: false })
    // Some sixteen conversions are left to test on: that it learnt anything at all is what they can show.
    expect(summary.auc).toBeGreaterThan(0.6)
    expect(said[0]).toContain('were imported')
  })
})
