import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'
import {
  type ConsoleProcess,
  makeConsoleFolder,
  startConsole,
} from '#backend/testing/console-process.ts'
import { ensurePersonIn } from '#dev/platform/people.ts'
import { launchChromium } from '#tests/browser/chromium.ts'
import { signInToConsole } from '#tests/platform/console-sign-in.ts'
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

export const PASSWORD = 'a long walk to the harbour'
const ROLES = ['owner', 'marketer', 'developer'] as const
export type Who = (typeof ROLES)[number]
export const NAMES: Record<Who, string> = {
  owner: 'Olivia Example',
  marketer: 'Maria Example',
  developer: 'Daniel Example',
}
export const emailOf = (who: Who): string => `${who}@demo-northwind.example`

/** One person at their own computer: a console of their own, and a browser with their cookies. */
export interface Desk {
  context: BrowserContext
  page: Page
  /** What the page complained about; a broken security policy shows here too. */
  complaints: string[]
  readonly running: ConsoleProcess
  folder: ReturnType<typeof makeConsoleFolder>
  open(page: string): Promise<void>
  restart(): Promise<void>
  picture(name: string): Promise<void>
}

/** The whole product with three people in one workspace, as tests of the console's pages share it. */
export class IdentityConsole {
  readonly platform: TestPlatform
  readonly #browser: Browser
  readonly #rendererDir: string
  readonly #desks: Desk[] = []

  private constructor(platform: TestPlatform, browser: Browser, rendererDir: string) {
    this.platform = platform
    this.#browser = browser
    this.#rendererDir = rendererDir
  }

  /** @param variables further ones of the Worker */
  static async start(variables: Record<string, string> = {}): Promise<IdentityConsole> {
    const [platform, browser, rendererDir] = await Promise.all([
      startTestPlatform({ variables }),
      launchChromium(),
      mkdtemp(join(tmpdir(), 'console-renderer-')).then(buildRenderer),
    ])
    for (const role of ROLES) {
      const [id, email] = [`usr_${role}`, emailOf(role)]
      const person = { id, email, name: NAMES[role], password: PASSWORD, workspaceId: 'demo', role }
      await ensurePersonIn(platform.control, person)
    }
    const target = { edge: platform.edge.url, writeKey: WRITE_KEY, secretKey: SECRET_KEY }
    const client = new EdgeClient(target)
    const batch = Array.from({ length: 20 }, (_, n) => ({
      type: 'page',
      anonymousId: `visitor-${n}`,
    }))
    expect((await client.capture('batch', { batch })).status).toBe(200)
    await client.settled()
    return new IdentityConsole(platform, browser, rendererDir)
  }

  async stop(): Promise<void> {
    await this.#browser.close()
    for (const { running, folder } of this.#desks) {
      await running.end('SIGKILL')
      folder.remove()
    }
    await this.platform.stop()
    await rm(this.#rendererDir, { recursive: true })
  }

  /** Somebody sits down and signs in. */
  async desk(who: Who): Promise<Desk> {
    const folder = makeConsoleFolder()
    const start = { ...folder, rendererDir: this.#rendererDir, secretKey: null }
    const edgeUrl = this.platform.edge.url
    let running = await startConsole({ ...start, edgeUrl })
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 860 } })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    const desk: Desk = {
      context,
      page,
      complaints,
      folder,
      get running() {
        return running
      },
      async open(name) {
        await page.getByRole('navigation').getByRole('link', { name }).click()
      },
      async restart() {
        await running.end('SIGTERM')
        running = await startConsole({ ...start, edgeUrl, port: running.port })
      },
      async picture(name) {
        if (!screenshots) return
        await mkdir(screenshots, { recursive: true })
        await page.screenshot({ path: `${screenshots}/${name}.png`, animations: 'disabled' })
      },
    }
    this.#desks.push(desk)
    await page.goto(running.url)
    await signInToConsole(context, page, { email: emailOf(who), password: PASSWORD })
    await page.getByRole('navigation').getByRole('link', { name: 'People' }).waitFor()
    return desk
  }

  /** A browser of somebody who has no console. */
  async visitor(): Promise<Page> {
    return (await this.#browser.newContext()).newPage()
  }

  /** As if everybody had proved who they are long ago. */
  async forgetConfirmations(): Promise<void> {
    await this.platform.inControl('UPDATE sessions SET confirmed_at = 0', [])
    // What hub and isolates remember ends with them.
    await this.platform.restartEdge()
  }
}
