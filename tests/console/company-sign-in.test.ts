import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLIENT, COMPANY_DOMAIN, type Company, startCompany } from './company.ts'
import { type Desk, IdentityConsole } from './identity-console.ts'
import { confirmDialog, confirmInBrowser, panel, row, sticksOut } from './page-steps.ts'

/** A key or a role counts everywhere within half a minute; the machine may have much else to do. */
const EVERYWHERE_MS = 60_000

let product: IdentityConsole
let company: Company
let owner: Desk

beforeAll(async () => {
  company = await startCompany()
  product = await IdentityConsole.start(company.variables)
  owner = await product.desk('owner')
})
afterAll(async () => {
  await product?.stop()
  await company?.stop()
})

test('an admin connects the company’s provider, and what was entered outlives the confirmation', async () => {
  await product.forgetConfirmations()
  await owner.open('Sign-in')
  const providers = panel(owner, 'Identity providers')
  await providers.getByText('No provider is connected').waitFor()
  await owner.picture('sso-empty')
  await providers.getByRole('button', { name: 'Connect a provider' }).click()
  const drawer = owner.page.getByRole('complementary', { name: 'Connect a provider' })
  const connect = drawer.getByRole('button', { name: 'Connect it' })
  const provider = drawer.getByRole('combobox', { name: /^Provider/ })
  const issuer = drawer.getByRole('textbox', { name: /^Issuer/ })
  await provider.selectOption('google')
  await expect.poll(() => issuer.inputValue()).toBe('https://accounts.google.com')
  await expect.poll(() => drawer.getByRole('radio', { name: /By admins/ }).isChecked()).toBe(true)
  await provider.selectOption('entra')
  await expect.poll(() => issuer.inputValue()).toBe('')
  await drawer.getByText('xms_edov').waitFor()
  await issuer.fill('https://login.microsoftonline.com/common/v2.0')
  await drawer.getByText('This is for accounts of all companies.').waitFor()
  await owner.picture('sso-connect-entra')
  await provider.selectOption('other')
  await drawer.getByRole('textbox', { name: /^Name/ }).fill('Company')
  await issuer.fill(`${company.issuer}/.well-known/openid-configuration`)
  await drawer.getByRole('textbox', { name: /^Client id/ }).fill(CLIENT.id)
  await drawer.getByLabel('Client secret').fill(CLIENT.secret)
  await drawer.getByRole('textbox', { name: /^Domains/ }).fill(COMPANY_DOMAIN)
  await expect.poll(() => connect.isDisabled()).toBe(true)
  const map = drawer.getByRole('list', { name: 'Roles by group' })
  const values = map.getByLabel('Value of the claim')
  await values.first().fill('marketing')
  await drawer.getByRole('button', { name: 'Add a group' }).click()
  await values.last().fill('it')
  await map.getByLabel('Role for it').selectOption('admin')
  await map.getByRole('button', { name: 'Move it up' }).click()
  await expect.poll(() => values.first().inputValue()).toBe('it')
  await owner.picture('sso-connect')
  await connect.click()
  await drawer.getByText('Please confirm that it is you.').waitFor()
  await owner.picture('sso-confirm')
  await confirmInBrowser(owner)
  await drawer.getByRole('button', { name: 'Try again' }).click()
  const opened = owner.page.getByRole('complementary', { name: 'Company', exact: true })
  await opened.getByText('Two things are left').waitFor()
  await opened.getByText(`people sign in at ${company.issuer}/auth`).waitFor()
  const redirect = opened.getByRole('textbox', { name: 'Redirect address' })
  await expect
    .poll(() => redirect.inputValue())
    .toMatch(`${product.platform.edge.url}/sso/callback/sso_`)
  await owner.picture('sso-connected')
  await expect.poll(() => owner.page.content()).not.toContain(CLIENT.secret)
})

test('a domain is proven by the record that is shown, and somebody of it signs in with their group’s role', async () => {
  const opened = owner.page.getByRole('complementary', { name: 'Company', exact: true })
  const look = opened.getByRole('button', { name: `Look for the record of ${COMPANY_DOMAIN}` })
  await look.click()
  await opened.getByRole('alert').getByText(`The record is not at ${COMPANY_DOMAIN}.`).waitFor()
  await owner.picture('sso-not-proven')
  company.publish(
    await opened.getByRole('textbox', { name: `TXT record at ${COMPANY_DOMAIN}` }).inputValue(),
  )
  await look.click()
  await opened.getByText('Proven', { exact: true }).waitFor()
  await opened.getByText(`People of ${COMPANY_DOMAIN} come in this way.`).waitFor()
  const start = await opened.getByRole('textbox', { name: 'Where people begin' }).inputValue()
  const eve = await product.visitor()
  await company.signEveIn(eve, start)

  await opened
    .getByRole('button', { name: `Require company sign-in for ${COMPANY_DOMAIN}` })
    .click()
  await owner.picture('sso-require')
  await confirmDialog(owner, 'Require it')
  await opened.getByText('Required', { exact: true }).waitFor()
  await owner.picture('sso-proven')
  await owner.page.keyboard.press('Escape')
  await owner.picture('sso-list')
  await owner.open('People')
  const members = panel(owner, 'Members')
  await expect.poll(() => members.getByLabel('Role of Eve Engel').inputValue()).toBe('admin')
})

test('roles, domains and secret of a connection are changed, and it is tested and switched off', async () => {
  await owner.open('Sign-in')
  const providers = panel(owner, 'Identity providers')
  await row(providers, 'Company').getByText('it → Admin, marketing → Marketer').waitFor()
  await providers.getByRole('button', { name: 'Open the connection Company' }).click()
  const opened = owner.page.getByRole('complementary', { name: 'Company', exact: true })
  await opened.getByRole('button', { name: 'Change the roles' }).click()
  const drawer = owner.page.getByRole('complementary', { name: 'Roles of Company' })
  await drawer.getByRole('button', { name: 'Remove marketing' }).click()
  await drawer.getByRole('combobox', { name: 'Everybody else' }).selectOption('agent')
  await owner.picture('sso-roles')
  await drawer.getByRole('button', { name: 'Save the roles' }).click()
  await opened.getByText('it → Admin; others become Agent.').waitFor()

  await opened.getByRole('button', { name: 'Add a domain' }).click()
  await opened.getByRole('textbox', { name: /^Domain / }).fill('@Other.example')
  await opened.getByRole('button', { name: 'Add the domain' }).click()
  await opened.getByRole('textbox', { name: 'TXT record at other.example' }).waitFor()
  await opened.getByText('Required', { exact: true }).waitFor()
  await opened.getByRole('button', { name: 'Replace the secret' }).click()
  await opened.getByLabel('New client secret').fill('another')
  await owner.page.keyboard.press('Escape')
  await opened.getByRole('button', { name: 'Remove the secret' }).click()
  await confirmDialog(owner, 'Remove the secret')
  await opened.getByText('None: PKCE alone').waitFor()
  await opened.getByRole('button', { name: 'Test', exact: true }).click()
  await opened.getByText('The provider answers').waitFor()

  await opened.getByRole('button', { name: 'Switch it off' }).click()
  await confirmDialog(owner, 'Switch it off')
  await opened.getByRole('button', { name: 'Switch it on' }).waitFor()
  await row(providers, 'Company').getByText('Off', { exact: true }).waitFor()
  await opened.getByRole('button', { name: 'Switch it on' }).click()
  await row(providers, 'Company').getByText('On', { exact: true }).waitFor()
})

test.each([1280, 760, 390])('nothing of company sign-in sticks out, %i px wide', async (width) => {
  await owner.page.setViewportSize({ width, height: 780 })
  const opened = owner.page.getByRole('complementary', { name: 'Company', exact: true })
  for (const colorScheme of ['light', 'dark'] as const) {
    await owner.page.emulateMedia({ colorScheme })
    const fits = async (name: string): Promise<void> => {
      await owner.picture(`sso-${name}-${width}-${colorScheme}`)
      await expect.poll(() => sticksOut(owner.page), { message: name }).toEqual([])
    }
    await fits('connection')
    await opened.getByRole('button', { name: 'Change the roles' }).click()
    await owner.page.getByRole('button', { name: 'Add a group' }).click()
    await owner.page.getByLabel('Value of the claim').nth(1).waitFor()
    await fits('roles')
    await owner.page.getByRole('button', { name: 'Cancel' }).click()
    await opened.waitFor()
    await owner.page.keyboard.press('Escape')
    await opened.waitFor({ state: 'detached' })
    await fits('list')
    await owner.page.getByRole('button', { name: 'Connect a provider' }).click()
    await owner.page.getByRole('button', { name: 'Connect it' }).waitFor()
    await fits('connect')
    await owner.page.getByRole('button', { name: 'Cancel' }).click()
    await owner.page.getByRole('button', { name: 'Open the connection Company' }).click()
    await opened.waitFor()
  }
  await owner.page.emulateMedia({ colorScheme: 'light' })
})

test('a connection is deleted after it was said what its people do then, and they stay', async () => {
  await owner.page.setViewportSize({ width: 1280, height: 860 })
  const opened = owner.page.getByRole('complementary', { name: 'Company', exact: true })
  const step = opened.getByRole('button', { name: 'Delete it' })
  await step.click()
  const dialog = owner.page.getByRole('dialog')
  await dialog.getByText('gets a first password by').waitFor()
  await owner.picture('sso-delete')
  await owner.page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await step.click()
  await confirmDialog(owner, 'Delete the connection')
  await owner.page.getByText('No provider is connected').waitFor()
  await opened.waitFor({ state: 'detached' })
  await owner.open('People')
  await row(panel(owner, 'Members'), 'Eve Engel').waitFor()
  expect(owner.complaints).toEqual([])
})

test('a console that is signed out from the account page says why, and keeps nothing', async () => {
  const marketer = await product.desk('marketer')
  const client = marketer.running.connect()
  const leads = async () =>
    (await client.call('leads.list', { filter: {}, sort: 'points', limit: 1, before: null })).total
  await expect.poll(leads, { timeout: EVERYWHERE_MS }).toBe(20)
  const kept = join(marketer.folder.dataDir, 'session.json')
  expect(existsSync(kept)).toBe(true)

  await marketer.page.getByRole('navigation').locator('summary').click()
  const opened = marketer.context.waitForEvent('page')
  await marketer.page.getByRole('link', { name: 'Account, devices, second factor' }).click()
  await marketer.picture('person-menu')
  const account = await opened
  const session = account.getByRole('listitem').filter({ hasText: 'Edgewise console' })
  await session.waitFor()
  await session.getByRole('button', { name: 'Sign out' }).click()
  await session.waitFor({ state: 'detached' })
  await marketer.page.getByText('This console was signed out.').waitFor({ timeout: EVERYWHERE_MS })
  await marketer.page.getByRole('button', { name: 'Sign in' }).waitFor()
  await marketer.picture('signed-out')
  // Sooner than the loop's next look: it must not sleep through the sign-out.
  await expect.poll(leads, { timeout: 15_000 }).toBe(0)
  await expect.poll(() => existsSync(kept)).toBe(false)
  await marketer.page.getByRole('navigation').waitFor({ state: 'detached' })
})
