import { mkdir } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '#tests/browser/chromium.ts'
import { signInToConsole } from '#tests/platform/console-sign-in.ts'
import {
  newHome,
  removeHome,
  type SpawnedPlatform,
  spawnPlatform,
} from '#tests/platform/spawned-platform.ts'

const CAMPAIGN = '/?utm_source=linkedin&utm_medium=social&utm_campaign=spring-launch'
const PATIENCE_MS = 60_000
/** With SCREENSHOTS set to a folder, the README's pictures are taken on the way. */
const screenshots = process.env.SCREENSHOTS

let platform: SpawnedPlatform
let browser: Browser
let home: string

beforeAll(async () => {
  home = await newHome()
  ;[platform, browser] = await Promise.all([spawnPlatform(home), launchChromium()])
})

afterAll(async () => {
  await browser?.close()
  await platform?.stop()
  await removeHome(home)
})

async function picture(page: Page, name: string): Promise<void> {
  if (!screenshots) return
  await mkdir(screenshots, { recursive: true })
  await page.screenshot({ path: `${screenshots}/${name}.png`, animations: 'disabled' })
}

test('a campaign visitor sees another page the second time, and sales sees who it is and why', async () => {
  const { ready } = platform
  const visitor = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const site = await visitor.newPage()

  await site.goto(`${ready.site}${CAMPAIGN}`)
  const headline = site.locator('[data-ew-slot="hero"] [data-ew-field="headline"]')
  const first = await headline.textContent()
  await picture(site, 'site-first-visit')

  // The slot follows the profile, and the profile follows the first page view.
  await expect
    .poll(
      async () => {
        await site.goto(`${ready.site}${CAMPAIGN}`)
        return headline.textContent()
      },
      { timeout: PATIENCE_MS },
    )
    .not.toBe(first)
  await picture(site, 'site-second-visit')

  await site.goto(`${ready.site}/pricing`)
  // The SDK loads beside the page: a form sent sooner than that is not seen.
  const seen = site.waitForResponse((answer) => answer.url().endsWith('/v1/b') && answer.ok())
  await site.goto(`${ready.site}/demo`)
  await seen
  await site.fill('input[name="name"]', 'Nora Example')
  await site.fill('input[type="email"]', 'nora@demo-northwind.example')
  await site.fill('input[name="company"]', 'Demo Northwind')
  await site.fill('input[name="title"]', 'Head of Operations')
  await site.selectOption('select[name="employees"]', '200-999')
  await site.locator('main form [type="submit"], main form button').first().click()

  const desk = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const board = await desk.newPage()
  await board.goto(ready.console ?? '')
  await signInToConsole(desk, board, ready)
  await board
    .getByText(/known leads/i)
    .first()
    .waitFor({ timeout: PATIENCE_MS })
  await picture(board, 'console-leads')
  await board.getByPlaceholder('Search leads').fill('Nora')
  const lead = board.getByRole('row', { name: /Nora Example/ }).first()
  await lead.waitFor({ timeout: PATIENCE_MS })
  await lead.click()
  await board.getByText('Speaks for').waitFor({ timeout: PATIENCE_MS })
  await board.getByText('Visited pricing once this week').waitFor({ timeout: PATIENCE_MS })
  await board.getByText('Job level: director').waitFor({ timeout: PATIENCE_MS })
  await board.getByText('Form Submitted').last().waitFor({ timeout: PATIENCE_MS })
  if (screenshots) {
    await board.getByPlaceholder('Search leads').fill('')
    await board.getByRole('grid', { name: 'Leads' }).getByRole('row').nth(5).waitFor()
  }
  await picture(board, 'console-lead')
})
