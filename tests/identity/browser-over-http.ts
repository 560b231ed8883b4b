import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { TestPerson } from '#tests/platform/test-person.ts'

export const CONSOLE = {
  clientId: 'edgewise-console',
  redirectUri: 'http://127.0.0.1:7777/signed-in',
}

export interface AppRequest {
  clientId: string
  redirectUri: string
  /** Permissions, separated by spaces. */
  scope?: string
  clientSecret?: string
}

export const Tokens = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.number(),
})

export interface SignedIn {
  accessToken: string
  refreshToken: string
}

/** A PKCE pair (RFC 7636, 4.1 and 4.2). */
export function pkcePair(): { verifier: string; challenge: string } {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

/** The parameters of an authorization request as a well-behaved app sends them. */
export function authorizeParameters(app: AppRequest, challenge: string): Record<string, string> {
  return {
    client_id: app.clientId,
    redirect_uri: app.redirectUri,
    response_type: 'code',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    state: 'state-of-the-app',
    ...(app.scope ? { scope: app.scope } : {}),
  }
}

type Credentials = Pick<TestPerson, 'email' | 'password'> & Partial<Pick<TestPerson, 'code'>>

/** A browser without a screen: keeps cookies, follows nothing, and sends forms as a page's reader does. */
export class BrowserOverHttp {
  readonly #edge: string
  readonly #cookies = new Map<string, string>()

  constructor(edge: string) {
    this.#edge = edge
  }

  async get(path: string): Promise<Response> {
    return this.#keep(await fetch(this.#at(path), { headers: this.#headers(), redirect: 'manual' }))
  }

  /** @param origin which site the form stands on; null for a caller that sends none */
  async post(
    path: string,
    fields: Record<string, string> | [string, string][],
    origin: string | null = new URL(this.#edge).origin,
  ): Promise<Response> {
    const answer = await fetch(this.#at(path), {
      method: 'POST',
      headers: { ...this.#headers(), ...(origin === null ? {} : { origin }) },
      body: new URLSearchParams(fields),
      redirect: 'manual',
    })
    return this.#keep(answer)
  }

  /** @param secret of a session that was opened elsewhere */
  adopt(secret: string): void {
    this.#cookies.set('edgewise_session', secret)
  }

  /** By the pages, password and all. @throws when the person was not let in */
  async signIn({ email, password, code }: Credentials): Promise<void> {
    let answer = await this.post('/sign-in', { email, password, return_to: '/account' })
    if (answer.headers.get('location') === '/sign-in/code') {
      answer = await this.post('/sign-in/code', { code: code?.() ?? '' })
    }
    if (answer.headers.get('location') !== '/account') {
      throw new Error(`${email} was not signed in: ${answer.status} ${await answer.text()}`)
    }
  }

  /**
   * Opens an authorization request and says yes on its page.
   *
   * @returns where the browser is sent
   * @throws when the page does not ask
   */
  async allow(parameters: Record<string, string>, workspaceId: string): Promise<URL> {
    const page = await this.get(`/oauth/authorize?${new URLSearchParams(parameters)}`)
    const text = await page.text()
    if (page.status !== 200) {
      throw new Error(`/oauth/authorize answered ${page.status} ${page.headers.get('location')}`)
    }
    const fields = hiddenFields(text)
    const answer = await this.post('/oauth/authorize', {
      ...fields,
      workspace: workspaceId,
      answer: 'allow',
    })
    const location = answer.headers.get('location')
    if (location === null) throw new Error(`Not let in: ${answer.status} ${await answer.text()}`)
    return new URL(location)
  }

  /** The whole way of an app: the person says yes, and the app takes the code for tokens. */
  async letIn(workspaceId: string, app: AppRequest = CONSOLE): Promise<SignedIn> {
    const { verifier, challenge } = pkcePair()
    const back = await this.allow(authorizeParameters(app, challenge), workspaceId)
    const code = back.searchParams.get('code')
    if (code === null) throw new Error(`There is no code in ${back}`)
    const answer = await askToken(this.#edge, codeGrant(app, code, verifier))
    const tokens = Tokens.parse(await answer.json())
    return { accessToken: tokens.access_token, refreshToken: tokens.refresh_token }
  }

  /** As this browser would send them now. */
  cookieHeader(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  #at(path: string): string {
    return new URL(path, this.#edge).href
  }

  #headers(): Record<string, string> {
    const cookie = this.cookieHeader()
    return cookie === '' ? {} : { cookie }
  }

  #keep(answer: Response): Response {
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';', 1)
      const [name = '', value = ''] = pair.split('=', 2)
      if (value === '') this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    return answer
  }
}

function hiddenFields(page: string): Record<string, string> {
  const fields = page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)
  return Object.fromEntries(
    Array.from(fields, ([, name = '', value = '']) => [name, unescaped(value)]),
  )
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

function unescaped(text: string): string {
  return text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ENTITIES[name] ?? '')
}

export function codeGrant(app: AppRequest, code: string, verifier: string) {
  return {
    grant_type: 'authorization_code',
    client_id: app.clientId,
    redirect_uri: app.redirectUri,
    code,
    code_verifier: verifier,
    ...(app.clientSecret ? { client_secret: app.clientSecret } : {}),
  }
}

export function refreshGrant(refreshToken: string, app: AppRequest = CONSOLE) {
  return {
    grant_type: 'refresh_token',
    client_id: app.clientId,
    refresh_token: refreshToken,
    ...(app.clientSecret ? { client_secret: app.clientSecret } : {}),
  }
}

/** @param endpoint `token`, `revoke` or `introspect` */
export function askToken(
  edge: string,
  form: Record<string, string> | [string, string][],
  endpoint = 'token',
): Promise<Response> {
  return fetch(`${edge}/oauth/${endpoint}`, { method: 'POST', body: new URLSearchParams(form) })
}

/** Lets the console into a person's workspace, in a browser in which they are signed in already. */
export async function signIn(
  edge: string,
  person: TestPerson,
): Promise<SignedIn & { browser: BrowserOverHttp }> {
  const browser = new BrowserOverHttp(edge)
  browser.adopt(await person.openSession())
  return { browser, ...(await browser.letIn(person.workspaceId)) }
}
