import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type ConsoleProcess,
  makeConsoleFolder,
  startConsole,
} from '#backend/testing/console-process.ts'
import { randomModel, randomTrees } from '#edge/scoring/model.fixture.ts'
import type { ScoringModel } from '#edge/scoring/served-model.ts'
import { launchChromium } from '#tests/browser/chromium.ts'
import { EdgeClient } from '#tests/platform/edge-client.ts'
import {
  SECRET_KEY,
  startTestPlatform,
  type TestPlatform,
  WRITE_KEY,
} from '#tests/platform/faulty-platform.ts'
import { buildRenderer } from '../../renderer.config.ts'

/** With SCREENSHOTS set to a folder, pictures are taken on the way. */
const screenshots = process.env.SCREENSHOTS

let platform: TestPlatform
let browser: Browser
let page: Page
let running: ConsoleProcess
let rendererDir: string
const folder = makeConsoleFolder()
const complaints: string[] = []

beforeAll(async () => {
  ;[platform, browser, rendererDir] = await Promise.all([
    startTestPlatform(),
    launchChromium(),
    mkdtemp(join(tmpdir(), 'console-renderer-')).then(buildRenderer),
  ])
  const edgeUrl = platform.edge.url
  const client = new EdgeClient({ edge: edgeUrl, writeKey: WRITE_KEY, secretKey: SECRET_KEY })
  const batch = Array.from({ length: 20 }, (_, n) => ({
    type: 'page',
    anonymousId: `visitor-${n}`,
  }))
  expect((await client.capture('batch', { batch })).status).toBe(200)
  await client.settled()
  running = await startConsole({ ...folder, rendererDir, edgeUrl, secretKey: SECRET_KEY })
  page = await browser.newPage({ viewport: { width: 1280, height: 860 } })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
})

afterAll(async () => {
  await browser?.close()
  await running?.end('SIGKILL')
  await platform?.stop()
  await rm(rendererDir, { recursive: true })
  folder.remove()
})

async function register({ manifest, onnx }: ScoringModel): Promise<void> {
  const answer = await fetch(`${platform.edge.url}/api/v1/models`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SECRET_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ manifest, onnx: Buffer.from(onnx).toString('base64') }),
  })
  expect(answer.status).toBe(201)
}

async function picture(name: string): Promise<void> {
  if (screenshots)
    await page.screenshot({ path: `${screenshots}/${name}.png`, animations: 'disabled' })
}

const panel = (name: string) => page.getByRole('region', { name })
const serving = () => panel('What scores visitors')

test('a marketer tries a model unseen, promotes it knowing what is not known, and takes it back', async () => {
  await page.goto(running.url)
  await page.getByRole('link', { name: 'Models' }).click()
  await panel('Models of this workspace').getByText('No model of your own yet').waitFor()
  await serving().getByText('Starter model').waitFor()
  expect(await serving().getByRole('button', { name: 'Roll back' }).count()).toBe(0)
  await picture('models-empty')

  const [lead, trees] = await Promise.all([randomModel(7), randomTrees(8)])
  await register(lead)
  await register(trees)
  const card = page.getByRole('listitem').filter({ hasText: lead.manifest.version })
  await card.getByText('Draft', { exact: true }).waitFor()
  await card.getByRole('button', { name: 'Shadow' }).click()
  await card.getByText('Shadow', { exact: true }).waitFor()
  await serving().getByText(`In shadow: ${lead.manifest.version}.`).waitFor()

  await card.getByRole('button', { name: /Promote/ }).click()
  const drawer = page.getByRole('complementary', { name: `Promote ${lead.manifest.version}` })
  await drawer.getByText(/differ by at most/).waitFor()
  await drawer.getByText(/are known to have converted/).waitFor()
  const promote = drawer.getByRole('button', { name: 'Promote' })
  expect(await promote.isDisabled()).toBe(true)
  await drawer.getByLabel(/Why promote it all the same/).fill('A first try on a quiet day.')
  await picture('models-promote')
  await promote.click()
  await drawer.waitFor({ state: 'detached' })
  await serving().getByText(lead.manifest.version).waitFor()
  await serving().getByText('All 20 live profiles have its score.').waitFor()
  await picture('models-champion')

  await serving().getByRole('button', { name: 'Roll back' }).click()
  await serving().getByText('Starter model').waitFor()
  await card.getByText('Retired', { exact: true }).waitFor()
  await panel('Changes').getByText('The champion before was brought back').waitFor()
  await panel('Changes').getByText('A first try on a quiet day.').waitFor()

  const grades = panel('Grades')
  const least = grades.getByLabel('Least chance of grade A, in percent')
  await least.fill('0')
  await grades.getByText('C below B below A').waitFor()
  expect(await grades.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true)
  await least.fill('99.5')
  await grades.getByRole('button', { name: 'Save' }).click()
  await grades.getByText('Your cut-offs').waitFor()
  expect(await least.inputValue()).toBe('99.5')
  await picture('models-grades')
  for (const width of [760, 390]) {
    await page.setViewportSize({ width, height: 700 })
    await picture(`models-${width}`)
    const sideways = await page.evaluate<number[]>(
      `[document.documentElement, document.querySelector('.page'), document.querySelector('.page-scroll')]
        .map((part) => part.scrollWidth - part.clientWidth)`,
    )
    expect(sideways).toEqual([0, 0, 0])
  }
  await page.setViewportSize({ width: 1280, height: 860 })
  await grades.getByRole('button', { name: 'Use the model’s own' }).click()
  await grades.getByText('The model’s own cut-offs').waitFor()
  expect(complaints).toEqual([])
})

test('what the edge refuses is said in its words, and without the edge the page says so', async () => {
  const card = page.getByRole('listitem').filter({ hasText: 'trees-8' })
  await card.getByRole('button', { name: 'Try on 10 %' }).click()
  await serving().getByText('10 % of visitors are scored by trees-8.').waitFor()
  expect(await page.getByRole('button', { name: 'Try on 10 %' }).count()).toBe(0)
  await platform.edge.stop()
  await card.getByRole('button', { name: 'Retire' }).click()
  await page.getByRole('alert').getByText('The edge cannot be reached.').waitFor()
  await page.reload()
  await page.getByText('This can be seen and changed when it answers again.').waitFor()
  await page.getByRole('link', { name: 'Live' }).click()
  await page.getByRole('grid', { name: 'Leads' }).waitFor()
})
