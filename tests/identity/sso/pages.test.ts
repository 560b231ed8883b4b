import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEMO_CLIENT, DEMO_DOMAIN, DEMO_PEOPLE } from '#dev/identity-provider/people.ts'
import { type IdentityProvider, startIdentityProvider } from '#dev/identity-provider/server.ts'
import { launchChromium } from '#tests/browser/chromium.ts'
import { startTestPlatform, type TestPlatform } from '#tests/platform/faulty-platform.ts'
import { addConnection } from './company-stage.ts'

const PASSWORD = 'what the company asks for'

let platform: TestPlatform
let provider: IdentityProvider
let browser: Browser
/** Under a name, as people open it; the provider is under another one, as it is in life. */
let origin: string

beforeAll(async () => {
  provider = await startIdentityProvider({
    port: 0,
    people: DEMO_PEOPLE,
    password: PASSWORD,
    clientId: DEMO_CLIENT,
  })
  ;[platform, browser] = await Promise.all([
    startTestPlatform({ variables: { OUTBOUND_ALLOWED_ORIGINS: provider.url } }),
    launchChromium(),
  ])
  origin = `http://localhost:${new URL(platform.edge.url).port}`
  await addConnection(platform, {
    id: 'sso_demo',
    issuer: provider.url,
    clientId: DEMO_CLIENT,
    domains: [DEMO_DOMAIN],
    roleClaim: 'groups',
    roleMap: [
      { value: 'it', role: 'admin' },
      { value: 'marketing', role: 'marketer' },
    ],
  })
})

afterAll(async () => {
  await browser.close()
  await platform.stop()
  await provider.stop()
})

/** From the sign-in page to the company's, and through it. */
async function throughCompany(page: Page, email: string): Promise<void> {
  await page.goto(`${origin}/sign-in`)
  await page.getByRole('link', { name: 'Sign in with your company' }).click()
  await page.getByLabel('E-mail address').fill(email)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('heading', { name: 'Company sign-in' }).waitFor()
  expect(new URL(page.url()).origin).toBe(provider.url)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

test('a person signs in with their company in a browser, and our policy stands in no way', async () => {
  const page = await browser.newPage()
  const refused: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') refused.push(message.text())
  })
  await throughCompany(page, `ben@${DEMO_DOMAIN}`)
  await page.getByRole('heading', { name: 'Ben Berger' }).waitFor()
  expect(page.url()).toBe(`${origin}/account`)
  expect(refused).toEqual([])
  await page.close()
})

test('an account that was there is connected in the same browser, after its password', async () => {
  const account = await platform.addPerson({ role: 'analyst', email: `ada@${DEMO_DOMAIN}` })
  const page = await browser.newPage()
  await throughCompany(page, account.email)
  await page.getByRole('heading', { name: 'You have an account already' }).waitFor()
  await page.getByLabel('Password').fill('a guess')
  await page.getByRole('button', { name: 'Connect' }).click()
  await page.getByText('That is not right.').waitFor()
  await page.getByLabel('Password').fill(account.password)
  await page.getByRole('button', { name: 'Connect' }).click()
  await page.waitForURL(`${origin}/account`)
  await page.close()
})

test('the pages speak the reader’s language, and say nothing of who has an account', async () => {
  const context = await browser.newContext({ locale: 'de-DE' })
  const page = await context.newPage()
  await page.goto(`${origin}/sso`)
  await page.getByLabel('E-Mail-Adresse').fill('jemand@nirgends.example')
  await page.getByRole('button', { name: 'Weiter' }).click()
  await page.getByText('Für diese Adresse ist keine Firmenanmeldung eingerichtet.').waitFor()
  await context.close()
})
