import { waitFor } from '../platform/edge-client.ts'
import { type Person, SESSION_COOKIE, type SignInStage } from './sign-in-stage.ts'

let visitors = 0

/** A browser without a browser: keeps cookies, follows nothing, and has a network address of its own. */
export class PageVisitor {
  readonly cookies = new Map<string, string>()
  readonly #stage: SignInStage
  readonly #address: string

  constructor(stage: SignInStage, address?: string) {
    this.#stage = stage
    this.#address = address ?? `198.51.100.${visitors++}`
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#ask(path, { headers })
  }

  /** Sends a form as one of our own pages does, unless `headers` say something else. */
  post(
    path: string,
    fields: Record<string, string> = {},
    headers: Record<string, string> = { origin: this.#stage.origin },
  ): Promise<Response> {
    return this.#ask(path, { method: 'POST', body: new URLSearchParams(fields), headers })
  }

  /** The same browser, twice: what one does afterwards the other does not. */
  twin(): PageVisitor {
    const twin = new PageVisitor(this.#stage, this.#address)
    for (const [name, value] of this.cookies) twin.cookies.set(name, value)
    return twin
  }

  /** Whose account this browser sees; null where it has to sign in. */
  async account(): Promise<string | null> {
    const answer = await this.get('/account')
    const text = await answer.text()
    return answer.status === 200 ? (/<h1>([^<]*)/.exec(text)?.[1] ?? '') : null
  }

  async #ask(path: string, init: RequestInit & { headers: Record<string, string> }) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(`${this.#stage.origin}${path}`, {
      ...init,
      redirect: 'manual',
      headers: {
        'cf-connecting-ip': this.#address,
        ...(cookie ? { cookie } : {}),
        ...init.headers,
      },
    })
    for (const line of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = line.split(';', 1)[0]?.split(/=(.*)/) ?? []
      if (value === '') this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    return answer
  }
}

/** Whoever signed in before; for tests that are not about signing in. */
export async function enteredAs(stage: SignInStage, person: Person): Promise<PageVisitor> {
  const browser = new PageVisitor(stage)
  browser.cookies.set(SESSION_COOKIE, await stage.openSession(person))
  return browser
}

/** Guesses until there is long enough to wait for another request, on however slow a machine. */
export async function lockOut(stage: SignInStage, email: string): Promise<void> {
  await waitFor(
    async () => {
      const guess = { email, password: 'wrong wrong wrong' }
      const answer = await new PageVisitor(stage).post('/sign-in', guess)
      return answer.status === 429 && Number(answer.headers.get('retry-after')) >= 3
    },
    60_000,
    () => `${email} to be locked out`,
  )
}
