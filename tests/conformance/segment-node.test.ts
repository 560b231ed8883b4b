import { Analytics } from '@segment/analytics-node'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  startTestPlatform,
  type TestPlatform,
  type TestWorkspace,
} from '#tests/platform/faulty-platform.ts'
import { reconcile } from './reconciliation.ts'
import { type RecordingProxy, startRecordingProxy } from './recording-proxy.ts'

/** The library's own bound is a little more than its flush interval: too short for retries. */
const CLOSE_TIMEOUT_MS = 30_000

let platform: TestPlatform
let workspace: TestWorkspace
let proxy: RecordingProxy
let tests = 0

beforeAll(async () => {
  platform = await startTestPlatform()
})
afterAll(() => platform.stop())

beforeEach(async () => {
  workspace = await platform.addWorkspace(`node${++tests}`)
  proxy = await startRecordingProxy(platform.edge.url)
})
afterEach(() => proxy.stop())

function analytics(flushAt = 5): Analytics {
  const { writeKey } = workspace.target
  return new Analytics({ writeKey, host: proxy.url, flushAt, flushInterval: 50 })
}

/** One of each kind and then as many track calls as are missing. */
function callAll(client: Analytics, events: number): void {
  client.identify({ userId: 'u-1', traits: { email: 'ada@acme.example' } })
  client.group({ userId: 'u-1', groupId: 'g-1', traits: { employees: 40 } })
  client.page({ userId: 'u-1', name: 'Pricing', properties: { path: '/pricing' } })
  client.screen({ userId: 'u-1', name: 'Home' })
  client.alias({ userId: 'u-1', previousId: 'a-1' })
  for (let i = 5; i < events; i++) {
    client.track({ anonymousId: `a-${i % 7}`, event: 'Clicked', properties: { i } })
  }
}

describe('@segment/analytics-node', () => {
  test('delivers each of its events once', async () => {
    const client = analytics()
    callAll(client, 42)
    await client.closeAndFlush({ timeout: CLOSE_TIMEOUT_MS })
    const { duplicates } = await reconcile(workspace, proxy, 42)
    expect(duplicates).toEqual([])
    const { rows } = await workspace.store.execute(
      'SELECT type, count(*) AS n, sum(bot) AS bots FROM events GROUP BY type ORDER BY type',
    )
    expect(rows.map(({ type, n, bots }) => `${type} ${n} ${bots}`)).toEqual([
      'alias 1 0',
      'group 1 0',
      'identify 1 0',
      'page 1 0',
      'screen 1 0',
      'track 37 0',
    ])
    expect(proxy.calls[0]).toMatchObject({ method: 'POST', path: '/v1/batch', edgeStatus: 200 })
    expect(proxy.calls[0]?.headers.authorization).toMatch(/^Basic /)
  })

  test('sends the same ids again after 503, and waits as long as 429 asks', async () => {
    proxy.interfere(
      { kind: 'answer', status: 503 },
      { kind: 'answer', status: 429, headers: { 'retry-after': '1' } },
    )
    const client = analytics(20)
    callAll(client, 12)
    await client.closeAndFlush({ timeout: CLOSE_TIMEOUT_MS })
    await reconcile(workspace, proxy, 12)
    expect(proxy.calls.map((call) => call.edgeStatus)).toEqual([null, null, 200])
    expect(proxy.calls.map((call) => call.headers['x-retry-count'])).toEqual([undefined, '1', '2'])
    expect(proxy.calls[2]?.messageIds).toEqual(proxy.calls[0]?.messageIds)
  })

  test('repeats what was stored when the answer was lost, and every repeat is a verdict', async () => {
    proxy.interfere({ kind: 'cut_after' })
    const client = analytics(20)
    callAll(client, 15)
    await client.closeAndFlush({ timeout: CLOSE_TIMEOUT_MS })
    const { duplicates } = await reconcile(workspace, proxy, 15)
    expect(duplicates).toHaveLength(15)
    expect(proxy.calls.map((call) => call.edgeStatus)).toEqual([200, 200])
  })

  test('hands over everything at close, whatever fails meanwhile', async () => {
    proxy.interfere(
      { kind: 'cut_after' },
      { kind: 'pass' },
      { kind: 'answer', status: 503 },
      { kind: 'cut_before' },
      { kind: 'cut_after' },
    )
    const client = analytics(10)
    callAll(client, 95)
    await client.closeAndFlush({ timeout: CLOSE_TIMEOUT_MS })
    const { duplicates } = await reconcile(workspace, proxy, 95)
    expect(duplicates.length).toBeGreaterThanOrEqual(10)
  })
})
