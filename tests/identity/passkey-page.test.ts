import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildPasskeyPage } from '#dev/build/passkey-page.ts'
import { credentialIdOf } from '#edge/identity/passkeys/passkey-responses.ts'
import {
  type NewPasskey,
  registrationOptions,
  verifyRegistration,
} from '#edge/identity/passkeys/register-passkey.ts'
import {
  authenticationOptions,
  verifyAuthentication,
} from '#edge/identity/passkeys/sign-in-with-passkey.ts'
import { launchChromium } from '../browser/chromium.ts'

const ADA = { id: 'usr_ada', email: 'ada@engines.example', name: 'Ada Lovelace' }
const CHALLENGE = 'a challenge of this test'

const form = (kind: 'register' | 'sign-in') => `
  <form hidden method="post" action="/${kind}" data-passkey="${kind}" data-options="/${kind}/options">
    <input type="hidden" name="csrf" value="a token">
    <input type="hidden" name="credential">
    <button>${kind}</button>
    <p role="alert" data-passkey-error hidden>It did not work.</p>
  </form>`
const PAGE = `<!doctype html><title>Passkeys</title>${form('register')}${form('sign-in')}
  <script src="/sign-in/passkey.js"></script>`

/** An edge's pages about passkeys, on the real checks. */
class PasskeyPages {
  readonly known: NewPasskey[] = []
  /** The fields that asked for options. */
  readonly asked: Record<string, string>[] = []
  isRefusing = false
  readonly #server: Server
  readonly #script: string

  constructor(script: string) {
    this.#script = script
    this.#server = createServer((request, response) => void this.#answer(request, response))
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  /** Passkeys need a name, and of those without TLS browsers take this one. */
  get issuer(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fields = Object.fromEntries(new URLSearchParams(await text(request)))
    const asked = { issuer: this.issuer, challenge: CHALLENGE }
    const credential: unknown = fields.credential ? JSON.parse(fields.credential) : null
    switch (`${request.method} ${request.url}`) {
      case 'GET /':
        // The policy of the edge's pages: no inline script, and forms go nowhere else.
        response.setHeader('content-security-policy', "default-src 'self'; form-action 'self'")
        return void response.setHeader('content-type', 'text/html').end(PAGE)
      case 'GET /sign-in/passkey.js':
        return void response.setHeader('content-type', 'text/javascript').end(this.#script)
      case 'POST /register/options': {
        this.asked.push(fields)
        if (this.isRefusing) return void response.writeHead(403).end()
        const options = await registrationOptions({ ...asked, user: ADA, known: this.known })
        return void response.end(JSON.stringify(options))
      }
      case 'POST /register': {
        const check = await verifyRegistration({ ...asked, response: credential })
        if (check.kind === 'right') this.known.push(check.passkey)
        return void response.end(JSON.stringify({ kind: check.kind }))
      }
      case 'POST /sign-in/options':
        return void response.end(JSON.stringify(await authenticationOptions(asked)))
      case 'POST /sign-in': {
        const passkey = this.known.find(
          ({ credentialId }) => credentialId === credentialIdOf(credential),
        )
        if (!passkey) return void response.writeHead(401).end('unknown')
        const check = await verifyAuthentication({
          ...asked,
          response: credential,
          passkey: { ...passkey, userId: ADA.id },
        })
        return void response.end(JSON.stringify({ kind: check.kind }))
      }
      default:
        return void response.writeHead(404).end()
    }
  }
}

let browser: Browser
let script: string
let pages: PasskeyPages
let page: Page
let devtools: CDPSession

beforeAll(async () => {
  ;[browser, script] = await Promise.all([launchChromium(), buildPasskeyPage()])
})
afterAll(() => browser.close())

beforeEach(async () => {
  pages = new PasskeyPages(script)
  await pages.start()
  page = await browser.newPage()
  devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
})
afterEach(async () => {
  await page.close()
  pages.stop()
})

async function addAuthenticator(isUserVerified = true): Promise<string> {
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified,
    },
  })
  return authenticatorId
}

async function press(kind: 'register' | 'sign-in'): Promise<string> {
  await page.goto(pages.issuer)
  await page.getByRole('button', { name: kind }).click()
  await page.waitForURL(`**/${kind}`)
  return (await page.textContent('body')) ?? ''
}

test('a person makes a passkey in a browser and signs in with it, without saying who they are', async () => {
  await addAuthenticator()
  expect(await press('register')).toBe('{"kind":"right"}')
  expect(pages.asked).toEqual([{ csrf: 'a token' }])
  expect(pages.known).toHaveLength(1)
  expect(await press('sign-in')).toBe('{"kind":"right"}')
})

test('a device that has one already makes no second one, and the page says so', async () => {
  await addAuthenticator()
  await press('register')
  await page.goto(pages.issuer)
  await page.getByRole('button', { name: 'register' }).click()
  await page.getByRole('alert').waitFor()
  expect(pages.known).toHaveLength(1)
})

test('a device that does not know its owner signs nobody in', async () => {
  const authenticatorId = await addAuthenticator()
  await press('register')
  await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
  await page.goto(pages.issuer)
  await page.getByRole('button', { name: 'sign-in' }).click()
  await page.getByRole('alert').waitFor()
  expect(new URL(page.url()).pathname).toBe('/')
})

test('when options are refused the page says so, and one can try again', async () => {
  await addAuthenticator()
  pages.isRefusing = true
  await page.goto(pages.issuer)
  const button = page.getByRole('button', { name: 'register' })
  await button.click()
  await page.getByRole('alert').waitFor()
  pages.isRefusing = false
  await button.click()
  await page.waitForURL('**/register')
  expect(pages.known).toHaveLength(1)
})

test('without passkeys in the browser the forms stay hidden', async () => {
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'PublicKeyCredential'))
  await page.goto(pages.issuer)
  expect(await page.getByRole('button').count()).toBe(0)
})
