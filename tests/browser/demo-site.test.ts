import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { startSite } from '#dev/site/server.ts'
import { SITE_PATHS } from '#dev/site/site-pages.ts'
import { buildBrowserSdk } from '#sdk/browser/build.ts'
import { launchChromium } from './chromium.ts'
import { type SentEvent, type SiteFront, startSiteFront } from './site-front.ts'

const SOON = { timeout: 15_000, interval: 20 }

let browser: Browser
let script: string
let site: Awaited<ReturnType<typeof startSite>>
let context: BrowserContext
let page: Page
let front: SiteFront
let sent: SentEvent[]

beforeAll(async () => {
  ;[browser, { script }, site] = await Promise.all([
    launchChromium(),
    buildBrowserSdk(),
    startSite({ port: 0, writeKey: 'ewk_demo_key' }),
  ])
  front = await startSiteFront(site.url, script, (event) => sent.push(event))
})
afterAll(() => Promise.all([browser.close(), front.stop(), site.stop()]))

beforeEach(async () => {
  sent = []
  context = await browser.newContext({ viewport: { width: 390, height: 844 } })
  await context.addCookies([{ name: 'ew_vid', value: 'visitor.signature', url: front.url }])
  page = await context.newPage()
})
afterEach(() => context.close())

const labels = () => sent.map(({ type, event }) => event ?? type)

describe('the demo site in a browser', () => {
  test('shows every page without an error, and nothing is wider than a phone', async () => {
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
    for (const path of SITE_PATHS) {
      await page.goto(front.url + path)
      const width = await page.evaluate('document.documentElement.scrollWidth')
      expect([path, width]).toEqual([path, 390])
    }
    expect(errors).toEqual([])
  })

  test('starts a trial: the form, who it is, and the conversion, without the password', async () => {
    await page.goto(`${front.url}/signup`)
    // The SDK loads beside the page: a form sent sooner than that is not seen.
    await vi.waitFor(() => expect(labels()).toContain('page'), SOON)
    await page.fill('[name=email]', 'ada@rivermill.example')
    await page.fill('[name=company]', 'Rivermill')
    await page.fill('[name=password]', 'PASSWORD-VALUE')
    await page.click('form button')
    await page.waitForURL('**/signup/welcome')
    const expected = ['page', 'Form Submitted', 'identify', 'Trial Started', 'page']
    await vi.waitFor(() => expect(labels().sort()).toEqual(expected.sort()), SOON)
    expect(sent.find(({ type }) => type === 'identify')?.traits).toEqual({
      email: 'ada@rivermill.example',
      company: { name: 'Rivermill' },
    })
    expect(sent.map(({ raw }) => raw).join('')).not.toContain('PASSWORD-VALUE')
  })

  test('tells when somebody works out a price', async () => {
    await page.goto(`${front.url}/pricing`)
    await page.fill('#shipments', '3000')
    expect(await page.textContent('[data-price]')).toBe('€990')
    await vi.waitFor(() => expect(labels()).toEqual(['page', 'Pricing Calculated']), SOON)
  })
})
