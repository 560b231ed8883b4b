import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { buildBrowserSdk } from '#sdk/browser/build.ts'
import { launchChromium } from './chromium.ts'
import {
  accept,
  type RecordingEdge,
  startRecordingEdge,
  TOKEN,
  VISITOR,
  type WireEvent,
} from './recording-edge.ts'

const SCRIPT = '<script async src="/e.js" data-write-key="ewk_demo_key"'

const PAGES = {
  '/': `<title>Home</title>${SCRIPT}></script><a href="/next" id="go">Next</a>`,
  '/next': `<title>Next</title>${SCRIPT}></script>`,
  '/plain': '<title>No SDK here</title>',
  '/spa': `<title>App</title>${SCRIPT} data-spa></script>`,
  '/stub': `<title>Stub</title>
    <script>
      window.edgewise = [['track', 'Early One'], ['identify', 'u-1', { plan: 'pro' }]]
      edgewise.push(['track', 'Early Two'], function (client) { client.track('Early Three') })
    </script>${SCRIPT}></script>`,
  '/form': `<title>Form</title>${SCRIPT} data-forms="auto"></script>
    <form id="signup" action="/plain" method="get">
      <input name="id" value="shadows the form's id">
      <input name="elements" value="shadows the form's elements">
      <input name="full_name" autocomplete="name">
      <input name="email" type="email" autocomplete="work email">
      <input name="company" autocomplete="organization">
      <input name="title">
      <input name="password" type="password">
      <input name="ref" type="hidden" value="HIDDEN-VALUE">
      <input name="card_number" autocomplete="cc-number">
      <textarea name="message"></textarea>
      <input name="private" data-ew-ignore>
      <button id="send">Send</button>
    </form>`,
}

const SOON = { timeout: 15_000, interval: 20 }

let browser: Browser
let script: string
let edge: RecordingEdge
let context: BrowserContext
let page: Page

beforeAll(async () => {
  ;[browser, { script }] = await Promise.all([launchChromium(), buildBrowserSdk()])
})
afterAll(() => browser.close())

beforeEach(async () => {
  edge = await startRecordingEdge(script, PAGES)
  context = await browser.newContext()
  page = await context.newPage()
})
afterEach(async () => {
  await context.close()
  await edge.stop()
})

/** What a stored event is called: a track's event, a page's path, otherwise its type. */
const label = (event: WireEvent) =>
  event.event ?? (event.type === 'page' ? String(event.properties?.path) : event.type)
const labels = () => edge.stored.map(label)
const duplicates = () => edge.stored.length - new Set(edge.stored.map((e) => e.messageId)).size

async function open(path: string) {
  await page.goto(edge.url + path)
  await page.waitForFunction('window.edgewise && !Array.isArray(window.edgewise)')
}

const call = (...calls: [string, ...unknown[]][]) =>
  page.evaluate(`edgewise.push(...${JSON.stringify(calls)})`)

describe('delivery', () => {
  test('sends the page view and calls in order, once, under the visitor the edge named', async () => {
    await open('/?utm_campaign=spring-launch&utm_source=news')
    await call(['track', 'One', { n: 1 }], ['track', 'Two'], ['group', 'g-1', { plan: 'team' }])
    await vi.waitFor(() => expect(labels()).toEqual(['/', 'One', 'Two', 'group']), SOON)
    expect(duplicates()).toBe(0)
    expect(new Set(edge.stored.map(({ anonymousId }) => anonymousId))).toEqual(new Set([VISITOR]))
    expect(edge.stored[0]?.context).toMatchObject({
      campaign: { name: 'spring-launch', source: 'news' },
      page: { path: '/', title: 'Home', search: '?utm_campaign=spring-launch&utm_source=news' },
      library: { name: 'edgewise-browser' },
    })
    expect(edge.stored[1]?.properties).toEqual({ n: 1 })
    expect(
      edge.requests.map(({ path }) => path).filter((path) => path === '/v1/visitor'),
    ).toHaveLength(1)
    expect(edge.requests[0]?.headers['content-type']).toBe('text/plain')
  })

  test('replays the calls made before the script had loaded, after the page view', async () => {
    await open('/stub')
    const expected = ['/stub', 'Early One', 'identify', 'Early Two', 'Early Three']
    await vi.waitFor(() => expect(labels()).toEqual(expected), SOON)
    expect(edge.stored.map(({ userId }) => userId ?? null)).toEqual([
      null,
      null,
      'u-1',
      'u-1',
      'u-1',
    ])
  })

  test('repeats with the same ids after 503 and 429, and waits as long as it is asked', async () => {
    let attempts = 0
    const times: number[] = []
    edge.answer((path, body) => {
      if (path !== '/v1/b') return accept(path, body)
      times.push(Date.now())
      attempts++
      if (attempts === 1) return { status: 503 }
      return attempts === 2 ? { status: 429, headers: { 'retry-after': '2' } } : accept(path, body)
    })
    await open('/')
    await call(['track', 'One'], ['track', 'Two'])
    await vi.waitFor(() => expect(labels()).toEqual(['/', 'One', 'Two']), SOON)
    expect(duplicates()).toBe(0)
    const batches = edge.requests.filter(({ path }) => path === '/v1/b')
    const firstIds = batches.slice(0, 3).map(({ raw }) => JSON.parse(raw).batch[0].messageId)
    expect(new Set(firstIds).size).toBe(1)
    expect((times[2] ?? 0) - (times[1] ?? 0)).toBeGreaterThanOrEqual(1_950)
  })

  test('repeats when the connection breaks', async () => {
    let broken = true
    await page.route('**/v1/b', (route) => {
      if (!broken) return route.continue()
      broken = false
      return route.abort('connectionreset')
    })
    await open('/')
    await vi.waitFor(() => expect(labels()).toEqual(['/']), SOON)
  })

  test('keeps events over a reload while the edge is away, and sends the old ones first', async () => {
    edge.answer((path, body) => (path === '/v1/b' ? { status: 503 } : accept(path, body)))
    await open('/')
    await call(['track', 'Before'])
    await vi.waitFor(
      () => expect(edge.requests.some(({ status }) => status === 503)).toBe(true),
      SOON,
    )
    await call(['track', 'Still before'])
    edge.answer(accept)
    await page.goto(`${edge.url}/next`)
    const expected = ['/', 'Before', 'Still before', '/next']
    await vi.waitFor(() => expect(labels()).toEqual(expected), SOON)
    expect(duplicates()).toBe(0)
  })

  test('sends what is left by beacon when the page goes', async () => {
    await open('/')
    const kept = () => page.evaluate('Object.keys(localStorage)')
    // The edge has stored an event before the page has heard of it; left then, it would be kept.
    await vi.waitFor(async () => {
      expect(labels()).toEqual(['/'])
      expect(await kept()).toEqual(['ew_vid'])
    }, SOON)
    await page.evaluate("edgewise.track('Last words'); location.href = '/plain'")
    await vi.waitFor(() => expect(labels()).toEqual(['/', 'Last words']), SOON)
    expect(duplicates()).toBe(0)
    // The beacon may be heard before the page it leaves for is there.
    await page.waitForURL('**/plain')
    await vi.waitFor(async () => expect(await kept()).toEqual(['ew_vid']), SOON)
  })

  test('sends again on the next page what had no answer when the page went', async () => {
    const asked: string[] = []
    await page.route('**/v1/b', (route) => {
      asked.push(route.request().postData() ?? '')
      if (asked.length > 1) return route.continue()
    })
    await open('/')
    await vi.waitFor(() => expect(asked).toHaveLength(1), SOON)
    await page.goto(`${edge.url}/next`)
    await vi.waitFor(() => expect(labels()).toEqual(['/', '/next']), SOON)
    expect(asked[0]).toContain(edge.stored[0]?.messageId ?? 'nothing stored')
  })

  test('drops what the edge refuses for good, and warns once', async () => {
    const warnings: string[] = []
    page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()))
    edge.answer((path, body) => (path === '/v1/b' ? { status: 401 } : accept(path, body)))
    await open('/')
    await vi.waitFor(
      () => expect(edge.requests.some(({ status }) => status === 401)).toBe(true),
      SOON,
    )
    await call(['track', 'Also refused'])
    await vi.waitFor(() => expect(edge.requests.at(-1)?.raw).toContain('Also refused'), SOON)
    edge.answer(accept)
    await call(['track', 'Accepted'])
    await vi.waitFor(() => expect(labels()).toEqual(['Accepted']), SOON)
    expect(warnings.filter((text) => text.includes('refused'))).toHaveLength(1)
  })
})

describe('the visitor', () => {
  test('is the one of the edge’s cookie, without asking', async () => {
    await context.addCookies([{ name: 'ew_vid', value: 'from-cookie.sig', url: edge.url }])
    await open('/')
    await vi.waitFor(() => expect(edge.stored[0]?.anonymousId).toBe('from-cookie'), SOON)
    expect(edge.requests.map(({ path }) => path)).not.toContain('/v1/visitor')
  })

  test('stays the same on the next page', async () => {
    await open('/')
    await vi.waitFor(() => expect(labels()).toEqual(['/']), SOON)
    await open('/next')
    await vi.waitFor(() => expect(labels()).toEqual(['/', '/next']), SOON)
    expect(edge.stored[1]?.anonymousId).toBe(VISITOR)
    expect(edge.requests.filter(({ path }) => path === '/v1/visitor')).toHaveLength(1)
  })

  test('gets an id of its own when the edge does not say, and then no decision', async () => {
    edge.answer((path, body) => (path === '/v1/visitor' ? { status: 503 } : accept(path, body)))
    await open('/')
    await vi.waitFor(() => expect(labels()).toEqual(['/']), SOON)
    expect(edge.stored[0]?.anonymousId).toMatch(/^[0-9a-f-]{36}$/)
    expect(await decide()).toEqual({ kind: 'unavailable', reason: 'no_token' })
  })

  test('is another one after reset, in the cookie too', async () => {
    await context.addCookies([{ name: 'ew_vid', value: 'from-cookie.sig', url: edge.url }])
    await open('/')
    await call(['identify', 'u-1'], ['reset'], ['track', 'Fresh'])
    await vi.waitFor(() => expect(labels()).toEqual(['/', 'identify', 'Fresh']), SOON)
    const [, identify, fresh] = edge.stored
    expect([identify?.anonymousId, identify?.userId]).toEqual(['from-cookie', 'u-1'])
    expect([fresh?.anonymousId, fresh?.userId]).toEqual([VISITOR, undefined])
    await vi.waitFor(
      async () => expect((await context.cookies()).map(({ value }) => value)).toEqual([TOKEN]),
      SOON,
    )
  })

  test('gets variants for the token that was signed', async () => {
    const slots = { hero: { variant: 'again', content: { headline: 'Welcome back' } } }
    edge.answer((path, body) =>
      path === '/v1/decide' ? { status: 200, body: { slots } } : accept(path, body),
    )
    await open('/')
    expect(await decide()).toEqual({ kind: 'decided', slots })
    const asked = JSON.parse(edge.requests.find(({ path }) => path === '/v1/decide')?.raw ?? '{}')
    expect(asked).toMatchObject({ token: TOKEN, slots: ['hero'], page: { path: '/' } })
  })

  const decide = () => page.evaluate("edgewise.decide(['hero'])")
})

describe('a single-page app', () => {
  test('counts a view for each new path or query, with the address it came from', async () => {
    await open('/spa')
    await vi.waitFor(() => expect(labels()).toEqual(['/spa']), SOON)
    const go = (to: string, seen: number) =>
      page
        .evaluate(`history.pushState({}, '', '${to}'); document.title = 'App ${to}'`)
        .then(() => vi.waitFor(() => expect(edge.stored).toHaveLength(seen), SOON))
    await go('/spa/one', 2)
    await go('/spa/two?tab=2', 3)
    await page.evaluate("history.replaceState({}, '', '#only-a-hash'); history.back()")
    await vi.waitFor(() => expect(edge.stored).toHaveLength(4), SOON)
    expect(labels()).toEqual(['/spa', '/spa/one', '/spa/two', '/spa/one'])
    expect(edge.stored[1]?.properties).toMatchObject({
      title: 'App /spa/one',
      referrer: `${edge.url}/spa`,
    })
  })
})

describe('forms', () => {
  test('say who filled them in, and no secret leaves the page', async () => {
    await open('/form')
    await page.fill('[name=full_name]', 'Ada Example')
    await page.fill('[name=email]', 'ada@rivermill.example')
    await page.fill('[name=company]', 'Rivermill')
    await page.fill('[name=title]', 'Head of Operations')
    await page.fill('[name=password]', 'PASSWORD-VALUE')
    await page.fill('[name=card_number]', '4111111111111111')
    await page.fill('[name=message]', 'MESSAGE-VALUE')
    await page.fill('[name=private]', 'PRIVATE-VALUE')
    await page.click('#send')
    await vi.waitFor(() => expect(labels()).toEqual(['/form', 'Form Submitted', 'identify']), SOON)
    const [, submitted, identify] = edge.stored
    expect(submitted?.properties).toEqual({
      formId: 'signup',
      fields: ['id', 'elements', 'full_name', 'email', 'company', 'title', 'message'],
    })
    expect(identify?.userId).toBeUndefined()
    expect(identify?.traits).toEqual({
      name: 'Ada Example',
      email: 'ada@rivermill.example',
      company: { name: 'Rivermill' },
      title: 'Head of Operations',
    })
    const sent = edge.requests.map(({ raw }) => raw).join('\n')
    for (const secret of ['PASSWORD-', 'HIDDEN-', '4111', 'MESSAGE-', 'PRIVATE-', 'card_number']) {
      expect(sent).not.toContain(secret)
    }
  })
})

describe('a visitor who opted out', () => {
  test.each(['globalPrivacyControl', 'doNotTrack'])(
    'by %s is counted by page and by nothing else, and nothing is stored',
    async (signal) => {
      const value = signal === 'doNotTrack' ? "'1'" : 'true'
      await context.addInitScript(
        `Object.defineProperty(Navigator.prototype, '${signal}', { get: () => ${value} })`,
      )
      await open('/form?utm_campaign=spring&email=ada@rivermill.example')
      await call(['track', 'Nothing'], ['identify', 'u-1'], ['reset'])
      await page.fill('[name=email]', 'ada@rivermill.example')
      await page.click('#send')
      await page.waitForURL('**/plain**')
      await open('/next')
      await vi.waitFor(() => expect(edge.stored).toHaveLength(2), SOON)

      const [first, second] = edge.stored
      expect([first?.type, second?.type]).toEqual(['page', 'page'])
      expect(first?.anonymousId).not.toBe(second?.anonymousId)
      expect(first?.context).toEqual({
        page: { url: `${edge.url}/form`, path: '/form', title: 'Form' },
        campaign: { name: 'spring' },
        library: { name: 'edgewise-browser', version: '0.1.0' },
        consent: { [signal === 'doNotTrack' ? 'dnt' : 'gpc']: true },
      })
      expect(edge.requests.every(({ path }) => path === '/v1/b')).toBe(true)
      expect(edge.requests.map(({ raw }) => raw).join('')).not.toContain('rivermill')
      const kept = await page.evaluate(
        '[localStorage.length, sessionStorage.length, document.cookie]',
      )
      expect(kept).toEqual([0, 0, ''])
    },
  )
})
