import { join } from 'node:path'
import { build } from 'esbuild'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchChromium } from '#tests/browser/chromium.ts'
import { EdgeClient, waitFor } from '#tests/platform/edge-client.ts'
import {
  startTestPlatform,
  type TestPlatform,
  type TestWorkspace,
} from '#tests/platform/faulty-platform.ts'
import { type PageHost, startPageHost } from './page-host.ts'
import { reconcile } from './reconciliation.ts'
import { type RecordingProxy, startRecordingProxy } from './recording-proxy.ts'

const CALLS_TIMEOUT_MS = 30_000
const PERSON_AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36'
/** How a headless browser names itself unless its driver hides it. */
const HEADLESS_AGENT = PERSON_AGENT.replace('Chrome/', 'HeadlessChrome/')

/** The calls of one page view: all five kinds, the page view first. */
const FIVE_CALLS = [
  ['page', 'Pricing'],
  ['track', 'Plan Chosen', { plan: 'team' }],
  ['identify', 'u-1', { email: 'ada@acme.example' }],
  ['group', 'g-1', { employees: 40 }],
  ['alias', 'u-2', 'u-1'],
] as const

let platform: TestPlatform
let browser: Browser
let host: PageHost
let segmentLibrary: string
let workspace: TestWorkspace
let proxy: RecordingProxy
let context: BrowserContext
let page: Page
let tests = 0

beforeAll(async () => {
  ;[platform, browser, segmentLibrary] = await Promise.all([
    startTestPlatform(),
    launchChromium(),
    bundledSegmentLibrary(),
  ])
  host = await startPageHost(fileOf)
})
afterAll(async () => {
  await browser.close()
  await Promise.all([host.stop(), platform.stop()])
})

beforeEach(async () => {
  workspace = await platform.addWorkspace(`page${++tests}`)
  proxy = await startRecordingProxy(platform.edge.url)
  await openContext(PERSON_AGENT)
})
afterEach(async () => {
  await context.close()
  await proxy.stop()
})

async function openContext(userAgent: string): Promise<void> {
  context = await browser.newContext({ userAgent })
  page = await context.newPage()
}

async function bundledSegmentLibrary(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'analytics-next.page.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'segment',
    platform: 'browser',
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  return outputFiles[0]?.text ?? ''
}

/** Pages of a site that uses one client library, by path. */
function fileOf(path: string): string | null {
  switch (path) {
    case '/segment.js':
      return segmentLibrary
    case '/standard':
    case '/batching':
      return segmentPage(path.slice(1))
    case '/edgewise':
      return `<title>Pricing</title>
        <script async src="${proxy.url}/e.js" data-write-key="${workspace.target.writeKey}"></script>`
    case '/elsewhere':
      return '<title>No library here</title>'
    default:
      return null
  }
}

function segmentPage(strategy: string): string {
  const { writeKey } = workspace.target
  const config = strategy === 'batching' ? { size: 5, timeout: 200 } : {}
  const options = {
    apiHost: `${new URL(proxy.url).host}/v1`,
    protocol: 'http',
    deliveryStrategy: { strategy, config },
    httpConfig: { backoffConfig: { baseBackoffInterval: 0.1, maxBackoffInterval: 0.5 } },
  }
  return `<title>Pricing</title><script src="/segment.js"></script><script>
    window.analytics = segment.AnalyticsBrowser.load(
      { writeKey: '${writeKey}', cdnSettings: { integrations: { 'Segment.io': { apiKey: '${writeKey}' } } } },
      { integrations: { 'Segment.io': ${JSON.stringify(options)} } },
    )
    window.ready = false
    analytics.ready().then(() => { window.ready = true })
  </script>`
}

async function open(path: string): Promise<void> {
  await page.goto(`${host.url}${path}`)
  await page.waitForFunction(
    path === '/edgewise' ? 'window.edgewise && !Array.isArray(window.edgewise)' : 'window.ready',
  )
}

/** Makes the calls in order, as a page's own script would, and does not wait for their delivery. */
function callSegment(calls: readonly (readonly unknown[])[]): Promise<unknown> {
  return page.evaluate(`void (async () => {
    for (const [name, ...args] of ${JSON.stringify(calls)}) analytics[name](...args)
  })()`)
}

function callEdgewise(calls: readonly (readonly unknown[])[]): Promise<unknown> {
  return page.evaluate(`edgewise.push(...${JSON.stringify(calls)})`)
}

const calledTimes = (times: number) =>
  waitFor(
    () => proxy.calls.length >= times,
    CALLS_TIMEOUT_MS,
    () => `${times} calls; seen: ${JSON.stringify(proxy.calls)}`,
  )

const bots = async () => {
  const { rows } = await workspace.store.execute('SELECT sum(bot) AS n FROM events')
  return Number(rows[0]?.n)
}

describe('@segment/analytics-next in a browser', () => {
  test('delivers one by one on the short paths, across origins', async () => {
    await open('/standard')
    await callSegment(FIVE_CALLS)
    const { duplicates } = await reconcile(workspace, proxy, 5)
    expect(duplicates).toEqual([])
    expect(await bots()).toBe(0)
    expect(proxy.calls.map(({ path }) => path).toSorted()).toEqual([
      '/v1/a',
      '/v1/g',
      '/v1/i',
      '/v1/p',
      '/v1/t',
    ])
    const [call] = proxy.calls
    expect(call?.headers['content-type']).toBe('text/plain')
    expect(call?.headers.origin).toBe(host.url)
    expect(call?.headers.authorization).toMatch(/^Basic /)
    const { rows } = await workspace.store.execute(
      `SELECT name, url, path, title FROM events WHERE type = 'page'`,
    )
    expect(rows.map((row) => ({ ...row }))).toEqual([
      { name: 'Pricing', url: `${host.url}/standard`, path: '/standard', title: 'Pricing' },
    ])
  })

  test('delivers in batches on /v1/b', async () => {
    await open('/batching')
    await callSegment([...FIVE_CALLS, ['track', 'Late One'], ['track', 'Late Two']])
    const { duplicates } = await reconcile(workspace, proxy, 7)
    expect(duplicates).toEqual([])
    expect(new Set(proxy.calls.map(({ path }) => path))).toEqual(new Set(['/v1/b']))
  })

  test.each(['standard', 'batching'])(
    'sends the same ids again after 503, after 429 and after an answer that was lost (%s)',
    async (strategy) => {
      proxy.interfere(
        { kind: 'answer', status: 503 },
        { kind: 'cut_after' },
        { kind: 'answer', status: 429, headers: { 'retry-after': '1' } },
      )
      await open(`/${strategy}`)
      await callSegment(FIVE_CALLS)
      const { duplicates } = await reconcile(workspace, proxy, 5)
      expect(duplicates.length).toBeGreaterThanOrEqual(1)
    },
  )

  test('delivers what failed on one page from the next one, in whatever order', async () => {
    proxy.interfereAlways({ kind: 'answer', status: 503 })
    await open('/standard')
    await callSegment(FIVE_CALLS)
    await calledTimes(5)
    await open('/standard')
    await callSegment([['track', 'On The Next Page']])
    await calledTimes(6)
    proxy.interfereAlways(null)
    await reconcile(workspace, proxy, 6)
  })
})

describe('our own library in a browser', () => {
  test('delivers its page view and calls once', async () => {
    await open('/edgewise')
    await callEdgewise(FIVE_CALLS.slice(1))
    const { duplicates } = await reconcile(workspace, proxy, 5)
    expect(duplicates).toEqual([])
    expect(await bots()).toBe(0)
  })

  test('sends the same ids again after 503, after 429 and after an answer that was lost', async () => {
    proxy.interfere(
      { kind: 'answer', status: 503 },
      { kind: 'cut_after' },
      { kind: 'answer', status: 429, headers: { 'retry-after': '1' } },
    )
    await open('/edgewise')
    await callEdgewise(FIVE_CALLS.slice(1))
    const { duplicates } = await reconcile(workspace, proxy, 5)
    expect(duplicates.length).toBeGreaterThanOrEqual(1)
  })

  test('delivers what failed on one page from the next one', async () => {
    proxy.interfereAlways({ kind: 'answer', status: 503 })
    await open('/edgewise')
    await callEdgewise(FIVE_CALLS.slice(1))
    await calledTimes(1)
    await page.goto(`${host.url}/elsewhere`)
    proxy.interfereAlways(null)
    await open('/edgewise')
    await reconcile(workspace, proxy, 6)
  })

  test('hands over its last events as the page closes', async () => {
    await open('/edgewise')
    await calledTimes(1)
    await callEdgewise([['track', 'Last Click']])
    await page.goto(`${host.url}/elsewhere`)
    await reconcile(workspace, proxy, 2)
  })
})

test('a headless browser is stored and marked as a bot, not dropped', async () => {
  await context.close()
  await openContext(HEADLESS_AGENT)
  await open('/edgewise')
  const { stored } = await reconcile(workspace, proxy, 1)
  expect(await bots()).toBe(1)
  const { data } = await new EdgeClient(workspace.target).get<{ data: { verdict: string }[] }>(
    `/api/v1/events?messageId=${stored[0]}`,
  )
  expect(data.map(({ verdict }) => verdict)).toEqual(['bot'])
})
