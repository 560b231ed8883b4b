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
import { until } from '#backend/testing/until.ts'
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

/**
 * One console on an edge with demo data for all tests of a file: it is started once, and before each test the
 * edge's store is another one, as after a restore, so that the console forgets what the last test had.
 */
export function consolePage(): ConsolePage {
  let browser: Browser
  let rendererDir: string
  let context: BrowserContext
  let page: Page
  let edge: FixtureEdge
  let folder: ReturnType<typeof makeConsoleFolder>
  let running: ConsoleProcess
  let complaints: string[]
  let stores = 0

  beforeAll(async () => {
    rendererDir = await buildRenderer(await mkdtemp(join(tmpdir(), 'console-renderer-')))
    browser = await launchChromium()
    folder = makeConsoleFolder()
    edge = await startFixtureEdge()
    running = await startConsole({ ...folder, rendererDir, edgeUrl: edge.url })
  })
  afterAll(async () => {
    await running.end('SIGKILL')
    await edge.close()
    folder.remove()
    await browser.close()
    await rm(rendererDir, { recursive: true })
  })
  beforeEach(async () => {
    edge.store = { ...edge.store, ...demoStore(Date.now()), epoch: `store-${++stores}` }
    const client = running.connect()
    await until('the console has pulled the new store', async () => {
      // It looks by itself every two seconds.
      await client.call('connection.retry', {})
      return hasAll(edge)
    })
    client.close()
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

/** Whether the console has asked for what comes after the last row of the edge's store, and so keeps all of it. */
function hasAll({ store, requests }: FixtureEdge): boolean {
  const asked = requests.at(-1)
  return (
    asked?.epoch === store.epoch &&
    store.events.every(({ ingestSeq }) => ingestSeq <= asked.facts.ingestSeq) &&
    store.verdicts.every(({ verdictSeq }) => verdictSeq <= asked.facts.verdictSeq) &&
    [...store.visitors, ...store.persons].every(({ version }) => version <= asked.facts.version)
  )
}
