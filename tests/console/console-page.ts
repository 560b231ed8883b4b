import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import {
  type ConsoleProcess,
  makeConsoleFolder,
  startConsole,
} from '#backend/testing/console-process.ts'
import { type FixtureEdge, startFixtureEdge } from '#backend/testing/fixture-edge.ts'
import { launchChromium } from '#tests/browser/chromium.ts'
import { buildRenderer } from '../../renderer.config.ts'
import { demoStore } from './demo-store.ts'

export interface ConsolePage {
  readonly page: Page
  readonly edge: FixtureEdge
  readonly running: ConsoleProcess
  /** What the page complained about; a broken security policy shows here too. */
  readonly complaints: string[]
  /** The back end again, on its port. */
  restart(): Promise<void>
}

/** Before each test of a file an edge with demo data, a console on it, and an empty page of a browser. */
export function consolePage(): ConsolePage {
  let browser: Browser
  let rendererDir: string
  let context: BrowserContext
  let page: Page
  let edge: FixtureEdge
  let folder: ReturnType<typeof makeConsoleFolder>
  let running: ConsoleProcess
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
      if (message.type() === 'error' || message.type() === 'warning') {
        complaints.push(message.text())
      }
    })
  })
  afterEach(async () => {
    await context.close()
    await running.end('SIGKILL')
    await edge.close()
    folder.remove()
  })
  return {
    get page() {
      return page
    },
    get edge() {
      return edge
    },
    get running() {
      return running
    },
    get complaints() {
      return complaints
    },
    async restart() {
      const { port } = running
      running = await startConsole({ ...folder, rendererDir, edgeUrl: edge.url, port })
    },
  }
}
