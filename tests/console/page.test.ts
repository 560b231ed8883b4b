import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventFact, personFact, scoredVisitor } from '#backend/testing/builders.ts'
import {
  type ConsoleProcess,
  makeConsoleFolder,
  startConsole,
} from '#backend/testing/console-process.ts'
import { type FixtureEdge, startFixtureEdge } from '#backend/testing/fixture-edge.ts'
import { until } from '#backend/testing/until.ts'
import { launchChromium } from '#tests/browser/chromium.ts'
import { buildRenderer } from '../../renderer.config.ts'
import { demoStore } from './demo-store.ts'

let browser: Browser
let rendererDir: string
let context: BrowserContext
let page: Page
let edge: FixtureEdge
let folder: ReturnType<typeof makeConsoleFolder>
let running: ConsoleProcess
/** What the page complained about; a broken security policy shows here too. */
let complaints: string[]

beforeAll(async () => {
  rendererDir = await buildRenderer(await mkdtemp(join(tmpdir(), 'console-renderer-')))
  browser = await launchChromium()
})
afterAll(async () => {
  await browser.close()
  await rm(rendererDir, { recursive: true })
})

beforeEach(async () => {
  folder = makeConsoleFolder()
  edge = await startFixtureEdge({ store: demoStore(Date.now()) })
  running = await startConsole({ ...folder, rendererDir, edgeUrl: edge.url })
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  page = await context.newPage()
  complaints = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
})
afterEach(async () => {
  await context.close()
  await running.end('SIGKILL')
  await edge.close()
  folder.remove()
})

const leads = () => page.getByRole('grid', { name: 'Leads' })
const drawer = () => page.getByRole('complementary', { name: 'Lead' })
const restart = async () => {
  const { port } = running
  running = await startConsole({ ...folder, rendererDir, edgeUrl: edge.url, port })
}

describe('the console’s page', () => {
  test('shows leads, figures and live events, and new ones as they come', async () => {
    await page.goto(running.url)
    await leads().getByText('Demo Anders').waitFor()
    await page.getByText('Synced just now').waitFor()
    expect(page.url()).not.toContain('token')
    expect(await leads().getAttribute('aria-rowcount')).toBe('67')

    edge.store.visitors.push(
      scoredVisitor({
        visitorId: 'new',
        personId: 'new',
        points: 97,
        version: 500,
        lastSeenAt: Date.now(),
      }),
    )
    edge.store.persons.push(personFact({ personId: 'new', name: 'Demo Newcomer', version: 500 }))
    edge.store.events.push(
      eventFact({
        ingestSeq: 1000,
        name: 'Trial Started',
        type: 'track',
        visitorId: 'new',
        receivedAt: Date.now(),
      }),
    )
    await leads().getByText('Demo Newcomer').waitFor()
    const event = page.getByRole('grid', { name: /Live events/ }).getByText('Trial Started')
    await event.click()
    await drawer().getByRole('heading', { name: 'Demo Newcomer' }).waitFor()
    expect(complaints).toEqual([])
  })

  test('explains a lead: score, both sides, reasons both ways, timeline', async () => {
    await page.goto(running.url)
    await leads().getByText('Demo Anders').click()
    const text = async () => (await drawer().textContent()) ?? ''
    await drawer().getByText('Speaks against').waitFor()
    await drawer().getByRole('heading', { name: 'Timeline' }).waitFor()
    for (const words of [
      '91of 100',
      'Fit+0.6',
      'Engagement+2.2',
      'visited pricing 4 times this week',
      'used a free mail address before',
      'Starter model, not calibrated on your data',
      '2 devices',
    ]) {
      expect(await text()).toContain(words)
    }
    await drawer().getByText('Viewed', { exact: false }).first().waitFor()
    expect(complaints).toEqual([])
  })

  test('explains an event that was refused', async () => {
    await page.goto(running.url)
    await page.getByRole('combobox', { name: 'Verdict' }).selectOption('rejected')
    const stream = page.getByRole('grid', { name: /Live events/ })
    await stream.getByText('Upload Finished').first().click()
    const event = page.getByRole('complementary', { name: 'Event' })
    await event.getByText('too_large').waitFor()
    await event.getByText('The event is larger than 32 KB.').waitFor()
    await leads().getByText('Demo Anders').click()
    await drawer().getByText('Speaks for').waitFor()
    expect(await event.count()).toBe(0)
    expect(complaints).toEqual([])
  })

  test('is worked by keyboard alone', async () => {
    await page.goto(running.url)
    await leads().getByText('Demo Anders').waitFor()
    await leads().focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await drawer().getByRole('heading', { name: 'Demo Bianchi' }).waitFor()
    await page.keyboard.press('Escape')
    await drawer().waitFor({ state: 'detached' })
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe('Leads')

    await page.keyboard.press('End')
    const active = await until('the last row is active', async () => {
      const id = await leads().getAttribute('aria-activedescendant')
      const row = page.locator(`[id="${id}"]`)
      return (await row.count()) === 1 && (await row.getAttribute('aria-rowindex'))
    })
    expect(active).toBe('67')

    await page.keyboard.press('/')
    await page.keyboard.type('robotics')
    await until(
      'the search is applied',
      async () => (await leads().getAttribute('aria-rowcount')) === '2',
    )
    await leads().getByText('Demo Fischer').waitFor()
    await page.keyboard.press('Escape')
    await until(
      'the search is emptied',
      async () => (await leads().getAttribute('aria-rowcount')) === '67',
    )
  })

  test('says why a list is empty, and how to fill it', async () => {
    await page.goto(running.url)
    await leads().getByText('Demo Anders').waitFor()
    await page.getByRole('textbox', { name: 'Search leads' }).fill('nobody is called so')
    await page.getByText('No lead matches').waitFor()
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await leads().getByText('Demo Anders').waitFor()

    edge.store = {
      ...edge.store,
      epoch: 'epoch-2',
      events: [],
      verdicts: [],
      visitors: [],
      persons: [],
    }
    await page.getByText('No leads yet').waitFor()
    await page.getByText('Waiting for the first event').waitFor()
  })

  test('goes on offline, says so, and comes back', async () => {
    await page.goto(running.url)
    await leads().getByText('Demo Anders').waitFor()
    edge.answerInstead = { status: 503, body: { detail: 'The store is down.' } }
    await page.getByText(/^Offline – showing data from/).waitFor()
    await page.getByText('The store is down.').waitFor()
    await page.getByRole('button', { name: 'Known only' }).click()
    await until(
      'the filter works offline',
      async () => (await leads().getAttribute('aria-rowcount')) === '7',
    )
    await leads().getByText('Demo Castillo').click()
    await drawer().getByText('Speaks for').waitFor()
    edge.answerInstead = null
    await page.getByRole('button', { name: 'Try now' }).click()
    await page.getByText('Synced just now').waitFor()
  })

  test('does not call itself synced while the edge says nothing at all', async () => {
    await page.goto(running.url)
    await page.getByText('Synced just now').waitFor()
    let answerAgain = () => {}
    const silence = new Promise<void>((resolve) => {
      answerAgain = resolve
    })
    edge.beforeAnswer = () => silence
    await page.getByText(/^No answer for 1\d s$/).waitFor()
    edge.beforeAnswer = async () => {}
    answerAgain()
    await page.getByText('Synced just now').waitFor()
  })

  test('outlives its back end, and finds it again', async () => {
    await page.goto(running.url)
    await leads().getByText('Demo Anders').waitFor()
    await running.end('SIGKILL')
    await page.getByText('Console stopped').waitFor()
    expect(await leads().getByText('Demo Anders').count()).toBe(1)
    await restart()
    await page.getByText('Synced just now').waitFor()
    await page.reload()
    await leads().getByText('Demo Anders').waitFor()
  })

  test('shows nothing to who does not come by the link', async () => {
    await page.goto(new URL(running.url).origin)
    await page.getByText('This page has no access to the console.').waitFor()
    expect(await leads().count()).toBe(0)
  })

  test('holds still under the eyes of who reads further down', async () => {
    await page.goto(running.url)
    const stream = page.getByRole('grid', { name: /Live events/ })
    await stream.getByText('Viewed').first().waitFor()
    await stream.evaluate((grid) => grid.parentElement?.scrollTo({ top: 2000 }))
    const firstInSight = () =>
      stream.evaluate((grid) => {
        const top = grid.parentElement?.getBoundingClientRect().top ?? 0
        const rows = [...grid.querySelectorAll('tbody tr')]
        return rows.find((row) => row.getBoundingClientRect().top >= top)?.textContent ?? ''
      })
    const before = await until('the list has scrolled', firstInSight)
    edge.store.events.push(
      eventFact({
        ingestSeq: 1001,
        name: 'Arrived Meanwhile',
        type: 'track',
        receivedAt: Date.now(),
      }),
    )
    const button = page.getByRole('button', { name: '1 new event' })
    await button.waitFor()
    expect(await firstInSight()).toBe(before)
    await button.click()
    await stream.getByText('Arrived Meanwhile').waitFor()
  })
})

/** What sticks out of the tile, header or table it stands in. */
const STICKING_OUT = `[...document.querySelectorAll('.figure, .panel-header, .page-header, .virtual-table')]
  .flatMap((frame) => {
    const { left, right } = frame.getBoundingClientRect()
    return [...frame.querySelectorAll('*')].filter((part) => {
      const box = part.getBoundingClientRect()
      return box.width > 1 && (box.left < left - 1 || box.right > right + 1)
    })
  })
  .map((part) => part.outerHTML.slice(0, 80))`

/** Two parts of the figures that lie on one another. */
const OVERLAPPING = `[...document.querySelectorAll('.figure')].flatMap((figure) => {
  const parts = [...figure.querySelectorAll('.figure-value, .minute-bars, .figure-note, .today-part')]
  const boxes = parts.map((part) => part.getBoundingClientRect())
  return boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) =>
    a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1))
})`

/** The widest, the shell's least, and a telephone; the soak tries what lies between. */
const WIDTHS = process.env.SOAK ? [1280, 1024, 760, 600, 390] : [1280, 760, 390]

describe('in a window', () => {
  test.each(WIDTHS)('%i px wide nothing is cut or covered', async (width) => {
    const receivedAt = Date.now() - 90_000
    edge.store.events.push(
      ...Array.from({ length: 1200 }, (_, n) => eventFact({ ingestSeq: 2000 + n, receivedAt })),
    )
    await page.setViewportSize({ width, height: 560 })
    await page.goto(running.url)
    await leads().getByText('Demo Anders').waitFor()
    await page
      .locator('.figure-value')
      .getByText(/^1,\d{3}$/)
      .waitFor()
    expect(await page.evaluate(STICKING_OUT)).toEqual([])
    expect(await page.evaluate(OVERLAPPING)).toEqual([])
    const scrolled = await page.evaluate<number[]>(
      `[document.documentElement, document.querySelector('.page')].map(
        (part) => part.scrollWidth - part.clientWidth)`,
    )
    expect(scrolled).toEqual([0, 0])
    for (const words of ['Score', 'Last seen']) {
      const header = leads().getByRole('button', { name: words })
      expect(await header.evaluate((button) => button.getBoundingClientRect().right)).toBeLessThan(
        width,
      )
    }
  })
})

describe('colours', () => {
  const background = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor')

  test('follow the computer until somebody chooses', async () => {
    await page.goto(running.url)
    await leads().getByText('Demo Anders').waitFor()
    const light = await background()
    await page.emulateMedia({ colorScheme: 'dark' })
    const dark = await background()
    expect(dark).not.toBe(light)
    await page.getByRole('button', { name: /follow the computer/ }).click()
    expect(await background()).toBe(light)
    await page.getByRole('button', { name: /Light colours/ }).click()
    expect(await background()).toBe(dark)
    await page.emulateMedia({ colorScheme: 'light' })
    expect(await background()).toBe(dark)
  })
})
