import { z } from 'zod'
import type { ProvidedPerson } from '#dev/identity-provider/people.ts'
import {
  type IdentityProvider,
  type IdentityProviderOptions,
  startIdentityProvider,
} from '#dev/identity-provider/server.ts'
import { startTestPlatform, type TestPlatform } from '#tests/platform/faulty-platform.ts'
import { apiCaller } from '../api-caller.ts'
import { BrowserOverHttp } from '../browser-over-http.ts'
import { addConnection, type NewConnection, questionTo, signInThere } from './company-stage.ts'

/** Proven, and the connection `sso_company` asks the company's provider for it. */
export const DOMAIN = 'company.example'

/** How a provider differs from the company's own; it knows the same people. */
type Variant = Pick<IdentityProviderOptions, 'algorithm' | 'shortIdTokens'>

const PASSWORD = 'what the company asks for'
const OWN_PROVIDER = 'own'

const Me = z.object({ email: z.string(), role: z.string() })

/** The running platform, and a company whose people come to it through a real identity provider. */
export class StaffedCompany {
  readonly platform: TestPlatform
  readonly #providers: ReadonlyMap<string, IdentityProvider>
  /** The providers look people up at each sign-in, so that tests change what they say of them. */
  readonly #people: ProvidedPerson[]

  private constructor(
    platform: TestPlatform,
    providers: ReadonlyMap<string, IdentityProvider>,
    people: ProvidedPerson[],
  ) {
    this.platform = platform
    this.#providers = providers
    this.#people = people
  }

  /** @param others further providers by name, for `issuerOf` */
  static async start(others: Record<string, Variant> = {}): Promise<StaffedCompany> {
    const people: ProvidedPerson[] = []
    const common = { port: 0, people, password: PASSWORD, clientId: 'edgewise' }
    const started = Object.entries({ [OWN_PROVIDER]: {}, ...others }).map(
      async ([name, variant]) =>
        [name, await startIdentityProvider({ ...common, ...variant })] as const,
    )
    const providers = new Map(await Promise.all(started))
    const origins = Array.from(providers.values(), ({ url }) => url)
    const platform = await startTestPlatform({
      variables: { OUTBOUND_ALLOWED_ORIGINS: origins.join(' ') },
    })
    const company = new StaffedCompany(platform, providers, people)
    await company.connect({
      id: 'sso_company',
      domains: [DOMAIN],
      roleClaim: 'groups',
      roleMap: [
        { value: 'owners', role: 'owner' },
        { value: 'it', role: 'admin' },
        { value: 'marketing', role: 'marketer' },
      ],
      defaultRole: null,
    })
    return company
  }

  /** @throws when no provider of that name was started */
  issuerOf(name: string): string {
    const provider = this.#providers.get(name)
    if (!provider) throw new Error(`No provider of the name ${name} was started.`)
    return provider.url
  }

  /** A further connection, to the company's own provider where no issuer is named. */
  connect(connection: Omit<NewConnection, 'issuer'> & { issuer?: string }): Promise<void> {
    const issuer = connection.issuer ?? this.issuerOf(OWN_PROVIDER)
    return addConnection(this.platform, { ...connection, issuer })
  }

  /** Somebody new whom the providers know. */
  employee(more: Partial<ProvidedPerson> = {}): ProvidedPerson {
    const number = this.#people.length + 1
    const login = `p${number}`
    const person = {
      login,
      name: `Person ${number}`,
      email: `${login}@${DOMAIN}`,
      emailVerified: true,
      groups: ['marketing'],
      ...more,
    }
    this.#people.push(person)
    return person
  }

  newBrowser(): BrowserOverHttp {
    return new BrowserOverHttp(this.platform.edge.url)
  }

  /** The whole way in a browser of one's own. @returns the edge's last answer */
  async comeIn(
    person: ProvidedPerson,
    browser = this.newBrowser(),
    email = person.email,
  ): Promise<{ answer: Response; browser: BrowserOverHttp }> {
    return {
      answer: await this.answerAt(await questionTo(browser, email), person, browser),
      browser,
    }
  }

  /** The way from a question on: through the provider, and back. @returns the edge's last answer */
  async answerAt(
    question: URL,
    { login }: ProvidedPerson,
    browser: BrowserOverHttp,
  ): Promise<Response> {
    const back = await signInThere(question, { login, password: PASSWORD })
    return browser.get(back.href)
  }

  async memberOf(email: string, workspaceId = 'demo') {
    const { rows } = await this.platform.control.execute({
      sql: `SELECT u.id, u.name, u.password_hash, m.role, m.deactivated_at FROM users u
        LEFT JOIN memberships m ON m.user_id = u.id AND m.workspace_id = ? WHERE u.email = ?`,
      args: [workspaceId, email],
    })
    return rows[0]
  }

  async identitiesOf(userId: unknown): Promise<number> {
    const { rows } = await this.platform.control.execute({
      sql: 'SELECT count(*) AS n FROM sso_identities WHERE user_id = ?',
      args: [String(userId)],
    })
    return Number(rows[0]?.n)
  }

  /** Who the API says it is that is signed in here. */
  async meOf(browser: BrowserOverHttp): Promise<z.infer<typeof Me>> {
    const { accessToken } = await browser.letIn('demo')
    const answer = await apiCaller(this.platform.edge.url, accessToken)('GET', 'me')
    return Me.parse(await answer.json())
  }

  async stop(): Promise<void> {
    await this.platform.stop()
    for (const provider of this.#providers.values()) await provider.stop()
  }
}
