import { Secret, TOTP } from 'otpauth'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { hashPassword } from '#edge/identity/passwords/hash-password.ts'
import { newBrowserSession } from '#edge/identity/sessions/browser-sessions.ts'
import { startTestPlatform, type TestPlatform } from '#tests/platform/faulty-platform.ts'

export const PASSWORD = 'correct horse battery staple'

export interface Person {
  id: string
  email: string
  name: string
}

/** The running platform with people in it, under the name that passkeys need. */
export class SignInStage {
  readonly platform: TestPlatform
  readonly #passwordHash: string
  #people = 0

  private constructor(platform: TestPlatform, passwordHash: string) {
    this.platform = platform
    this.#passwordHash = passwordHash
  }

  static async start(): Promise<SignInStage> {
    const [platform, hash] = await Promise.all([startTestPlatform(), hashPassword(PASSWORD)])
    return new SignInStage(platform, hash)
  }

  /** Passkeys need a host name, and of those without TLS browsers take this one. */
  get origin(): string {
    return `http://localhost:${new URL(this.platform.edge.url).port}`
  }

  /** Somebody who works in the workspace, with PASSWORD; each is new, so that no two tests share a lockout. */
  async person(name = 'Ada Lovelace', role = 'owner'): Promise<Person> {
    const count = this.#people++
    const person = { id: `usr_test${count}`, email: `p${count}@engines.example`, name }
    await this.platform.control.batch(
      [
        {
          sql: 'INSERT INTO users (id, email, name, password_hash, created_at) VALUES (?, ?, ?, ?, ?)',
          args: [person.id, person.email, name, this.#passwordHash, Date.now()],
        },
        {
          sql: `INSERT INTO memberships (workspace_id, user_id, role, created_at) VALUES ('demo', ?, ?, ?)`,
          args: [person.id, role, Date.now()],
        },
      ],
      'write',
    )
    return person
  }

  /**
   * A browser's session as the password alone opens it, without the half second that a password takes.
   *
   * @returns the cookie's value
   */
  async openSession({ id }: Person): Promise<string> {
    const device = { name: 'Test', country: null }
    const { secret, statement } = await newBrowserSession(id, ['password'], device, Date.now())
    await this.platform.control.execute(statement)
    return secret
  }

  /** As if the person had last proved who they are more than ten minutes ago. */
  async forgetConfirmations({ id }: Person): Promise<void> {
    await this.platform.inControl('UPDATE sessions SET confirmed_at = 0 WHERE user_id = ?', [id])
  }

  /** Guards and codes count within their time; a test that is about something else starts anew. */
  async forgetTotpSteps({ id }: Person): Promise<void> {
    await this.platform.inControl('UPDATE totp_factors SET last_step = 0 WHERE user_id = ?', [id])
  }

  /** As if a company with this domain had its own sign-in, and wanted nobody to pass by it. */
  async demandCompanySignIn(domain: string): Promise<void> {
    await this.platform.inControl(
      `INSERT INTO sso_connections (id, workspace_id, name, issuer, client_id, given_by_role, created_at)
        VALUES (?1, 'demo', 'Test', 'https://idp.example.com', 'client', 'owner', 0)`,
      [domain],
    )
    await this.platform.inControl(
      `INSERT INTO sso_domains (domain, connection_id, required, verification_token, verified_at)
        VALUES (?1, ?1, 1, 'token', 0)`,
      [domain],
    )
  }

  /** One number of the control database. */
  async count(sql: string, ...args: string[]): Promise<number> {
    const { rows } = await this.platform.control.execute({ sql, args })
    return Number(rows[0]?.[0])
  }

  /** How often the workspace's record says so of somebody or something. */
  async noted(action: string, subjectId: string): Promise<number> {
    const { rows } = await this.platform.store.execute({
      sql: 'SELECT count(*) FROM audit_entries WHERE action = ? AND subject_id = ?',
      args: [action, subjectId],
    })
    return Number(rows[0]?.[0])
  }

  stop(): Promise<void> {
    return this.platform.stop()
  }
}

let contexts = 0

export function openContext(
  browser: Browser,
  stage: SignInStage,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  // An address of its own: the guard of addresses is not what these tests are about.
  const extraHTTPHeaders = { 'cf-connecting-ip': `192.0.2.${contexts++}` }
  return browser.newContext({ baseURL: stage.origin, extraHTTPHeaders, ...options })
}

export const SESSION_COOKIE = 'edgewise_session'

/** The account's page of somebody who signed in before; for tests that are not about signing in. */
export async function enter(page: Page, stage: SignInStage, person: Person): Promise<void> {
  const value = await stage.openSession(person)
  await page.context().addCookies([{ name: SESSION_COOKIE, value, url: stage.origin }])
  await page.goto('/account')
}

export async function signIn(page: Page, { email }: Person, password = PASSWORD): Promise<void> {
  await page.goto('/sign-in')
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** Sets the authenticator app up on the account's page, as it says there. */
export async function setUpTotp(page: Page): Promise<{ secret: string; codes: string[] }> {
  await page.getByRole('button', { name: 'Set up an authenticator app' }).click()
  const secret = ((await page.locator('code').textContent()) ?? '').replaceAll(' ', '')
  await page.getByLabel('Code').fill(codeOf(secret))
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('heading', { name: 'Recovery codes' }).waitFor()
  const codes = await page.locator('.codes li').allTextContents()
  await page.getByRole('link', { name: 'Your account' }).click()
  return { secret, codes }
}

/** What an authenticator app shows at this moment. */
export function codeOf(secret: string): string {
  return new TOTP({ secret: Secret.fromBase32(secret), digits: 6, period: 30 }).generate()
}

/** A device with passkeys that knows its owner, in the browser of this page. */
export async function addAuthenticator(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
    },
  })
}
