import type { Page } from 'playwright-core'
import type { ProvidedPerson } from '#dev/identity-provider/people.ts'
import { startIdentityProvider } from '#dev/identity-provider/server.ts'
import { NameServer } from '#tests/identity/sso/name-server.ts'

const PASSWORD = 'what the company asks for'

export const CLIENT = { id: 'edgewise', secret: 'a secret that only provider and edge know' }
export const COMPANY_DOMAIN = 'company.example'

const EVE: ProvidedPerson = {
  login: 'eve',
  name: 'Eve Engel',
  email: `eve@${COMPANY_DOMAIN}`,
  emailVerified: true,
  groups: ['it'],
}

/** A company with an identity provider of its own and a name server that says its records. */
export interface Company {
  issuer: string
  /** Of the Worker, so that it asks these two. */
  variables: Record<string, string>
  /** Puts a TXT record at the company's domain. */
  publish(record: string): void
  /** Eve of the company signs in, from the edge's page to her account. */
  signEveIn(page: Page, startUrl: string): Promise<void>
  stop(): Promise<void>
}

export async function startCompany(): Promise<Company> {
  const names = await NameServer.start()
  const provider = await startIdentityProvider({
    port: 0,
    people: [EVE],
    password: PASSWORD,
    clientId: CLIENT.id,
    clientSecret: CLIENT.secret,
  })
  return {
    issuer: provider.url,
    variables: { OUTBOUND_ALLOWED_ORIGINS: provider.url, DNS_OVER_HTTPS_URL: names.url },
    publish: (record) => void names.texts.set(COMPANY_DOMAIN, [`"${record}"`]),
    async signEveIn(page, startUrl) {
      await page.goto(startUrl)
      await page.getByLabel('E-mail address').fill(EVE.email)
      await page.getByRole('button', { name: 'Continue' }).click()
      await page.getByRole('heading', { name: 'Company sign-in' }).waitFor()
      await page.getByLabel('Password').fill(PASSWORD)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('heading', { name: EVE.name }).waitFor()
    },
    async stop() {
      names.stop()
      await provider.stop()
    },
  }
}
