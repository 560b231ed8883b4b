import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { auditOutboxStatement } from '#edge/audit/outbox.ts'
import { notedChange } from '#shared/audit/entry.ts'
import { AuditApi } from '#tests/audit/audit-api.ts'
import { SECRET_KEY, WRITE_KEY } from '#tests/platform/faulty-platform.ts'
import { dayOf } from '../../desktop/renderer/features/audit/time-choice.ts'
import { CLIENT, COMPANY_DOMAIN, type Company, startCompany } from './company.ts'
import {
  confirmInBrowser,
  type Desk,
  IdentityConsole,
  NAMES,
  sticksOut,
} from './identity-console.ts'

/** A key or a role counts everywhere within half a minute; the machine may have much else to do. */
const EVERYWHERE_MS = 60_000

let product: IdentityConsole
let company: Company
let owner: Desk
let revokedKey = ''

beforeAll(async () => {
  company = await startCompany()
  product = await IdentityConsole.start(company.variables)
  owner = await product.desk('owner')
})
afterAll(async () => {
  await product?.stop()
  await company?.stop()
})

const panel = (desk: Desk, name: string) => desk.page.getByRole('region', { name, exact: true })
const row = (where: Locator, text: string) => where.getByRole('listitem').filter({ hasText: text })
const confirmDialog = async (desk: Desk, action: string): Promise<void> => {
  const dialog = desk.page.getByRole('dialog')
  await dialog.getByRole('button', { name: action, exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
}

const statusOf = (path: string, key: string) =>
  fetch(`${product.platform.edge.url}/api/v1/${path}`, {
    headers: { authorization: `Bearer ${key}` },
  }).then((answer) => answer.status)

test('an owner invites somebody, takes it back, and the mail has gone out', async () => {
  await owner.open('People')
  const members = panel(owner, 'Members')
  await row(members, NAMES.owner).getByText('You', { exact: true }).waitFor()
  await members.getByRole('button', { name: 'Invite somebody' }).click()
  const drawer = owner.page.getByRole('complementary', { name: 'Invite somebody' })
  const send = drawer.getByRole('button', { name: 'Send the invitation' })
  expect(await send.isDisabled()).toBe(true)
  await drawer.getByLabel('E-mail address').fill('nora@demo-northwind.example')
  await drawer.getByRole('combobox', { name: 'Role' }).selectOption('analyst')
  await drawer.getByText('promote, try and retire models').waitFor()
  await owner.picture('people-invite')
  await send.click()
  await owner.page.getByText('An invitation is on its way to nora@demo').waitFor()
  expect(await drawer.count()).toBe(0)
  expect(product.platform.mails()[0]?.to).toBe('nora@demo-northwind.example')
  const invitations = panel(owner, 'Open invitations')
  await row(invitations, 'nora@demo').getByText('As Analyst').waitFor()
  await owner.picture('people')
  await invitations.getByRole('button', { name: /Take back the invitation of nora/ }).click()
  await invitations.getByText('Nobody is waiting').waitFor()
  await invitations.getByText('Earlier invitations (1)').click()
  await row(invitations, 'nora@demo').getByText('Taken back').waitFor()
})

test('a role of the workspace’s own is made, given, taken and deleted, each with what it means', async () => {
  const members = panel(owner, 'Members')
  const roles = panel(owner, 'Roles')
  await roles.getByRole('button', { name: 'New role' }).click()
  const drawer = owner.page.getByRole('complementary', { name: 'New role' })
  await drawer.getByLabel('Name').fill('Content editor')
  await drawer.getByText('In the API it is called content-editor.').waitFor()
  for (const words of ['see slots', 'change and publish slots', 'see who works here']) {
    await drawer.getByRole('checkbox', { name: words }).check()
  }
  await owner.picture('people-new-role')
  await drawer.getByRole('button', { name: 'Save the role' }).click()
  await row(roles, 'Content editor').getByText('Nobody has it').waitFor()

  const role = members.getByLabel(`Role of ${NAMES.marketer}`)
  await role.selectOption('content-editor')
  const dialog = owner.page.getByRole('dialog')
  await dialog.getByText(/May no longer .*see visitors and persons/).waitFor()
  await owner.picture('people-role-dialog')
  await owner.page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  expect(await role.inputValue()).toBe('marketer')
  await role.selectOption('content-editor')
  await confirmDialog(owner, 'Change the role')
  await expect.poll(() => role.inputValue()).toBe('content-editor')
  await row(roles, 'Content editor').getByText('1 member has it').waitFor()

  await roles.getByRole('button', { name: 'Delete the role Content editor' }).click()
  await confirmDialog(owner, 'Delete the role')
  await owner.page.getByRole('alert').getByText('Give them another role first.').waitFor()
  await owner.picture('people-refused')
  await role.selectOption('marketer')
  await confirmDialog(owner, 'Change the role')
  await expect.poll(() => role.inputValue()).toBe('marketer')
  await roles.getByRole('button', { name: 'Delete the role Content editor' }).click()
  await confirmDialog(owner, 'Delete the role')
  await expect.poll(() => row(roles, 'Content editor').count()).toBe(0)
})

test('the last owner stays one, and a demand for second factors names whom it shuts out', async () => {
  const role = panel(owner, 'Members').getByLabel(`Role of ${NAMES.owner}`)
  await role.selectOption('admin')
  await owner.page.getByRole('dialog').getByText('This is you.').waitFor()
  await confirmDialog(owner, 'Change the role')
  await owner.page.getByRole('alert').getByText('This is the last owner').waitFor()
  expect(await role.inputValue()).toBe('owner')
  await owner.page.getByRole('alert').getByRole('button', { name: 'Close' }).click()

  const demand = panel(owner, 'Second factor')
  await demand.getByRole('checkbox', { name: 'Everybody' }).check()
  await demand.getByRole('button', { name: 'Save' }).click()
  const dialog = owner.page.getByRole('dialog')
  await dialog.getByText(/have none yet and lose access/).waitFor()
  await dialog.getByText('You have none yourself.').waitFor()
  await owner.picture('people-second-factor')
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await demand.getByRole('button', { name: 'Leave as it was' }).click()
  await demand.getByRole('checkbox', { name: 'Agent' }).check()
  await demand.getByRole('button', { name: 'Save' }).click()
  await confirmDialog(owner, 'Save')
  await expect.poll(() => demand.getByRole('button', { name: 'Save' }).count()).toBe(0)
  expect(await demand.getByRole('checkbox', { name: 'Agent' }).isChecked()).toBe(true)
})

test('a key is shown once, opens what it may, and is revoked', async () => {
  await owner.open('Keys')
  const keys = panel(owner, 'Keys')
  await keys.getByRole('button', { name: 'Make a key' }).click()
  const drawer = owner.page.getByRole('complementary', { name: 'Make a key' })
  await drawer.getByLabel('Name').fill('Warehouse export')
  const make = drawer.getByRole('button', { name: 'Make the key' })
  await drawer.getByLabel('Sites that may use it').fill('www.example.com/shop')
  await drawer.getByText('is no origin such as').waitFor()
  expect(await make.isDisabled()).toBe(true)
  await owner.picture('keys-make-write')
  await drawer.getByRole('radio', { name: /Secret key/ }).check()
  expect(await make.isDisabled()).toBe(true)
  await drawer.getByRole('checkbox', { name: 'see visitors and persons' }).check()
  await owner.picture('keys-make-secret')
  await make.click()
  const shown = owner.page.getByRole('complementary', { name: 'Warehouse export is ready' })
  const key = await shown.getByLabel('Key', { exact: true }).inputValue()
  expect(key).toMatch(/^esk_demo_/)
  await owner.page.keyboard.press('Escape')
  await owner.context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await shown.getByRole('button', { name: 'Copy: Key' }).click()
  await shown.getByText('It is in the clipboard.').waitFor()
  await owner.picture('keys-shown')
  expect(await owner.page.evaluate<string>('navigator.clipboard.readText()')).toBe(key)
  await shown.getByRole('button', { name: 'I have copied it' }).click()
  await row(keys, 'Warehouse export').getByText('May see visitors and persons.').waitFor()
  expect(await owner.page.content()).not.toContain(key)
  expect(await statusOf('visitors/visitor-1', key)).toBe(200)
  expect(await statusOf('slots', key)).toBe(403)
  await owner.picture('keys')

  await keys.getByRole('button', { name: 'Revoke the key Warehouse export' }).click()
  await owner.picture('keys-revoke')
  await confirmDialog(owner, 'Revoke the key')
  await keys.getByText('Revoked keys (1)').click()
  await row(keys, 'Warehouse export').getByText('Revoked', { exact: true }).waitFor()
  revokedKey = key
})

test('who proved it long ago confirms in the browser, and what they had entered is kept', async () => {
  await product.forgetConfirmations()
  // Isolates that have just begun remember no key.
  expect(await statusOf('visitors/visitor-1', revokedKey)).toBe(401)
  const apps = panel(owner, 'Registered apps')
  await apps.getByRole('button', { name: 'Register an app' }).click()
  const drawer = owner.page.getByRole('complementary', { name: 'Register an app' })
  await drawer.getByLabel('Name').fill('Report builder')
  await drawer.getByLabel('Addresses for its answers').fill('https://reports.example.com/signed-in')
  await drawer.getByRole('checkbox', { name: 'It runs on a server' }).check()
  await drawer.getByRole('checkbox', { name: 'see figures' }).check()
  await drawer.getByRole('button', { name: 'Register the app' }).click()
  const alert = drawer.getByRole('alert')
  await alert.getByText('Please confirm that it is you.').waitFor()
  await owner.picture('keys-confirm')
  expect(await panel(owner, 'Registered apps').getByText('No app of others').count()).toBe(1)
  await confirmInBrowser(owner)
  await alert.getByRole('button', { name: 'Try again' }).click()
  const shown = owner.page.getByRole('complementary', { name: 'Report builder is ready' })
  expect(await shown.getByRole('textbox', { name: 'Client id' }).inputValue()).toMatch(/^app_/)
  expect(await shown.getByRole('textbox', { name: 'Client secret' }).inputValue()).toMatch(/^ecs_/)
  await shown.getByRole('button', { name: 'I have copied it' }).click()
  await apps.getByRole('button', { name: 'Revoke the app Report builder' }).click()
  await confirmDialog(owner, 'Revoke the app')
  await apps.getByText('Revoked apps (1)').waitFor()
})

test('all of it is in the audit log, in sentences, with what was there before and after', async () => {
  await owner.open('Audit')
  const entries = panel(owner, 'Entries')
  for (const sentence of ['A key was made.', 'A member got another role.', 'An app was revoked.']) {
    await row(entries, sentence).first().waitFor()
  }
  await owner.picture('audit')
  await entries.getByLabel('What was done').selectOption('members.changed')
  await expect.poll(() => row(entries, 'A member got another role.').count()).toBe(2)
  await expect.poll(() => entries.getByRole('listitem').count()).toBe(2)
  await row(entries, NAMES.marketer).last().getByRole('button').click()
  const drawer = owner.page.getByRole('complementary', { name: /^Entry/ })
  await drawer.getByRole('row', { name: 'role marketer content-editor' }).waitFor()
  await drawer.getByText(NAMES.owner).waitFor()
  await owner.picture('audit-entry')
  await owner.page.keyboard.press('Escape')
  expect(await drawer.count()).toBe(0)
  await entries.getByLabel('Who did it').selectOption({ label: NAMES.developer })
  await entries.getByText('Nothing like this is on record').waitFor()
  await owner.picture('audit-filtered')
  await entries.getByRole('button', { name: 'Clear filters' }).click()
  await row(entries, 'A key was made.').waitFor()
})

test('a long log is loaded as it is read, saved as a file, and verified to its end', async () => {
  const target = { edge: product.platform.edge.url, writeKey: WRITE_KEY, secretKey: SECRET_KEY }
  const api = new AuditApi(target)
  for (let n = 0; n < 45; n++) await api.saveSlot(`slot-${n}`)
  const entries = panel(owner, 'Entries')
  await entries.getByRole('button', { name: 'Load the newest' }).click()
  await row(entries, 'slot slot-44').waitFor()
  await entries.getByRole('button', { name: 'Load more' }).click()
  await row(entries, 'Somebody was invited').waitFor()
  expect(await entries.getByRole('button', { name: 'Load more' }).count()).toBe(0)
  const all = await entries.getByRole('listitem').count()

  const saved = owner.page.waitForEvent('download')
  await entries.getByRole('button', { name: 'Export' }).click()
  const download = await saved
  expect(download.suggestedFilename()).toMatch(/^audit-demo-\d{4}-\d\d-\d\d\.ndjson$/)
  const lines = readFileSync(await download.path(), 'utf8')
    .trim()
    .split('\n')
  // The keys before, the head behind, and the export itself is on record.
  expect(lines.length).toBe(all + 3)
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ kind: 'head', seq: all + 1 })

  await entries.getByRole('button', { name: 'Verify' }).click()
  await owner.page.getByText(`All ${all + 1} entries are as they were written`).waitFor()
  await owner.picture('audit-whole')
})

test('the log is read and saved for a time, together with what else it is filtered by', async () => {
  const entries = panel(owner, 'Entries')
  const LONG_AGO_MS = 40 * 86_400_000
  const at = new Date(Date.now() - LONG_AGO_MS).setHours(23, 59, 59, 999)
  const change = notedChange(
    { actor: { kind: 'job', name: 'import' }, from: { country: null, client: null } },
    { action: 'members.changed', subject: { kind: 'member', id: 'usr_long_ago' }, at },
  )
  await product.platform.control.execute(auditOutboxStatement(change, 'demo'))
  await product.platform.edge.sweep()

  const when = entries.getByLabel('When')
  await entries.getByLabel('What was done').selectOption('members.changed')
  await row(entries, 'member usr_long_ago').waitFor()
  expect(await entries.getByRole('listitem').count()).toBe(3)
  await when.selectOption('Last 30 days')
  await expect.poll(() => entries.getByRole('listitem').count()).toBe(2)

  await when.selectOption('From – to')
  const day = dayOf(at)
  await entries.getByLabel('First day').fill(day)
  await entries.getByLabel('Last day').fill(day)
  await row(entries, 'member usr_long_ago').waitFor()
  await expect.poll(() => entries.getByRole('listitem').count()).toBe(1)
  await owner.picture('audit-days')
  const saved = owner.page.waitForEvent('download')
  await entries.getByRole('button', { name: 'Export' }).click()
  const download = await saved
  expect(download.suggestedFilename()).toMatch(/^audit-demo-\d{4}-\d\d-\d\d-part\.ndjson$/)
  const lines = readFileSync(await download.path(), 'utf8')
    .trim()
    .split('\n')
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { kind: 'chain', stretch: { from: new Date(at).setHours(0, 0, 0, 0), to: at + 1 } },
    { kind: 'entry', entry: { subject: { id: 'usr_long_ago' }, at } },
    { kind: 'head' },
  ])

  await entries.getByLabel('What was done').selectOption('keys.made')
  await entries.getByText('Nothing like this is on record').waitFor()
  await entries.getByLabel('First day').fill(dayOf(Date.now()))
  await entries.getByText('The last day comes before the first').waitFor()
  expect(await entries.getByRole('button', { name: 'Export' }).isDisabled()).toBe(true)
  await owner.picture('audit-no-time')
  await entries.getByLabel('Last day').fill('')
  await row(entries, 'A key was made.').waitFor()
  await when.selectOption('All time')
  await entries.getByLabel('What was done').selectOption('Everything')
  await row(entries, 'slot slot-44').waitFor()
})

test('a row that somebody changes in the database is named, and erased values are called erased', async () => {
  const entries = panel(owner, 'Entries')
  const { store } = product.platform
  const { rows } = await store.execute("SELECT seq FROM audit_entries WHERE action = 'keys.made'")
  const seq = Number(rows[0]?.seq)
  await store.execute({ sql: 'DELETE FROM audit_values WHERE seq = ?', args: [seq] })
  await entries.getByLabel('What was done').selectOption('keys.made')
  await row(entries, 'A key was made.').getByRole('button').click()
  await owner.page
    .getByRole('complementary', { name: `Entry ${seq}` })
    .getByText('Erased: these values named somebody')
    .waitFor()
  await owner.picture('audit-erased')
  await owner.page.keyboard.press('Escape')
  await entries.getByRole('button', { name: 'Verify' }).click()
  await owner.page.getByText(/^All \d+ entries are as they were written/).waitFor()

  await store.execute('DROP TRIGGER IF EXISTS audit_entries_unchanged')
  await store.execute({
    sql: "UPDATE audit_entries SET actor_id = 'usr_somebody_else' WHERE seq = ?",
    args: [seq],
  })
  await entries.getByRole('button', { name: 'Verify' }).click()
  await owner.page.getByText(`Entry ${seq} was changed after it was written.`).waitFor()
  await row(entries, 'Not as it was written').waitFor()
  await owner.picture('audit-broken')
  await store.execute({
    sql: "UPDATE audit_entries SET actor_id = 'usr_owner' WHERE seq = ?",
    args: [seq],
  })
  expect(owner.complaints).toEqual([])
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
  await provider.selectOption('google')
  expect(await drawer.getByRole('textbox', { name: /^Issuer/ }).inputValue()).toBe(
    'https://accounts.google.com',
  )
  expect(await drawer.getByRole('radio', { name: /By admins/ }).isChecked()).toBe(true)
  await provider.selectOption('entra')
  expect(await drawer.getByRole('textbox', { name: /^Issuer/ }).inputValue()).toBe('')
  await drawer.getByText('xms_edov').waitFor()
  await drawer
    .getByRole('textbox', { name: /^Issuer/ })
    .fill('https://login.microsoftonline.com/common/v2.0')
  await drawer.getByText('This is for accounts of all companies.').waitFor()
  await owner.picture('sso-connect-entra')
  await provider.selectOption('other')
  await drawer.getByRole('textbox', { name: /^Name/ }).fill('Company')
  await drawer
    .getByRole('textbox', { name: /^Issuer/ })
    .fill(`${company.issuer}/.well-known/openid-configuration`)
  await drawer.getByRole('textbox', { name: /^Client id/ }).fill(CLIENT.id)
  await drawer.getByLabel('Client secret').fill(CLIENT.secret)
  await drawer.getByRole('textbox', { name: /^Domains/ }).fill(COMPANY_DOMAIN)
  expect(await connect.isDisabled()).toBe(true)
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
  expect(await redirect.inputValue()).toMatch(`${product.platform.edge.url}/sso/callback/sso_`)
  await owner.picture('sso-connected')
  expect(await owner.page.content()).not.toContain(CLIENT.secret)
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
      expect(await sticksOut(owner.page), name).toEqual([])
    }
    await fits('connection')
    await opened.getByRole('button', { name: 'Change the roles' }).click()
    await owner.page.getByRole('button', { name: 'Add a group' }).click()
    await fits('roles')
    await owner.page.getByRole('button', { name: 'Cancel' }).click()
    await opened.waitFor()
    await owner.page.keyboard.press('Escape')
    await opened.waitFor({ state: 'detached' })
    await fits('list')
    await owner.page.getByRole('button', { name: 'Connect a provider' }).click()
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
  expect(await opened.count()).toBe(0)
  await owner.open('People')
  await row(panel(owner, 'Members'), 'Eve Engel').waitFor()
  expect(owner.complaints).toEqual([])
})

test('every page fits a telephone, in the dark too', async () => {
  await owner.page.setViewportSize({ width: 390, height: 780 })
  for (const scheme of ['light', 'dark'] as const) {
    await owner.page.emulateMedia({ colorScheme: scheme })
    for (const [link, region] of [
      ['People', 'Members'],
      ['Keys', 'Keys'],
      ['Sign-in', 'Identity providers'],
      ['Audit', 'Entries'],
      ['Models', 'Grades'],
    ] as const) {
      await owner.open(link)
      await panel(owner, region).waitFor()
      await owner.picture(`phone-${link.toLowerCase()}-${scheme}`)
      expect(await sticksOut(owner.page), link).toEqual([])
    }
  }
  await owner.open('Audit')
  await panel(owner, 'Entries').getByLabel('When').selectOption('From – to')
  await owner.picture('phone-audit-days-dark')
  expect(await sticksOut(owner.page)).toEqual([])
  await owner.open('Keys')
  await owner.page.getByRole('button', { name: 'Make a key' }).click()
  await owner.page.getByRole('radio', { name: /Secret key/ }).check()
  await owner.picture('phone-keys-make-dark')
  expect(await sticksOut(owner.page)).toEqual([])
  await owner.page.getByRole('button', { name: 'Cancel' }).click()
  await owner.page.setViewportSize({ width: 1280, height: 860 })
  for (const link of ['People', 'Keys', 'Sign-in', 'Audit']) {
    await owner.open(link)
    await owner.page.waitForTimeout(300)
    await owner.picture(`${link.toLowerCase()}-dark`)
  }
  await owner.page.emulateMedia({ colorScheme: 'light' })
})

test('a marketer sees who works here and changes nothing, and a developer sees no visitors', async () => {
  const marketer = await product.desk('marketer')
  const rail = marketer.page.getByRole('navigation')
  expect(await rail.getByRole('link').allTextContents()).toEqual(['Live', 'Models', 'People'])
  await marketer.open('People')
  const main = marketer.page.getByRole('main')
  await row(panel(marketer, 'Members'), NAMES.owner).getByText('Owner', { exact: true }).waitFor()
  const buttons = await main.getByRole('button').allTextContents()
  expect(new Set(buttons)).toEqual(new Set(['What it may do']))
  expect(await main.getByRole('combobox').count()).toBe(0)
  await marketer.picture('marketer-people')
  await marketer.open('Models')
  await panel(marketer, 'Grades').waitFor()
  expect(await main.getByRole('button').count()).toBe(0)
  await marketer.page.evaluate("location.hash = '#keys'")
  await marketer.page.getByText('Your role does not include keys and apps').waitFor()
  await marketer.picture('marketer-keys')
  await marketer.page.evaluate("location.hash = '#sign-in'")
  await marketer.page.getByText('Your role does not include company sign-in').waitFor()

  const developer = await product.desk('developer')
  await developer.page.getByText('Your role does not include visitors, leads and events').waitFor()
  const places = developer.page.getByRole('navigation').getByRole('link')
  expect(await places.allTextContents()).toEqual(['Models', 'People', 'Keys'])
  expect(await developer.page.getByText('Key refused').count()).toBe(0)
  expect(await developer.page.getByText('Connecting…').count()).toBe(0)
  await developer.picture('developer-live')
  expect([...marketer.complaints, ...developer.complaints]).toEqual([])

  // The role is taken away while the page is open: what is offered follows the first refusal.
  await developer.open('Keys')
  await panel(developer, 'Keys').getByRole('button', { name: 'Make a key' }).waitFor()
  await owner.open('People')
  const role = panel(owner, 'Members').getByLabel(`Role of ${NAMES.developer}`)
  await role.selectOption('analyst')
  await confirmDialog(owner, 'Change the role')
  await expect.poll(() => role.inputValue()).toBe('analyst')
  // Isolates that have just begun remember nobody's role.
  await product.platform.restartEdge()
  await developer.page.reload()
  await developer.page.getByText('Your role does not include keys').waitFor()
  expect(await places.allTextContents()).toEqual(['Live', 'Models', 'People'])
  await developer.open('Live')
  await developer.page.getByRole('grid', { name: 'Leads' }).waitFor()
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
  const consoles = account.getByRole('listitem').filter({ hasText: 'Edgewise console' })
  await consoles.first().waitFor()
  while ((await consoles.count()) > 0) {
    await consoles.first().getByRole('button', { name: 'Sign out' }).click()
    await account.waitForLoadState()
  }
  await marketer.page.getByText('This console was signed out.').waitFor({ timeout: EVERYWHERE_MS })
  await marketer.page.getByRole('button', { name: 'Sign in' }).waitFor()
  await marketer.picture('signed-out')
  // Sooner than the loop's next look: it must not sleep through the sign-out.
  await expect.poll(leads, { timeout: 15_000 }).toBe(0)
  expect(existsSync(kept)).toBe(false)
  expect(await marketer.page.getByRole('navigation').count()).toBe(0)
})

test('without the edge a console that was signed in opens with its data, and says what needs the edge', async () => {
  await owner.open('Live')
  const leads = owner.page.getByRole('grid', { name: 'Leads' })
  await leads.getByRole('row').nth(1).waitFor()
  await product.platform.edge.stop()
  await owner.restart()
  await owner.page.reload()
  await leads.getByRole('row').nth(1).waitFor()
  await owner.page.getByText(/^Offline – showing data from/).waitFor()
  await owner.picture('offline-live')
  for (const [link, title] of [
    ['People', 'People'],
    ['Keys', 'Keys and apps'],
    ['Sign-in', 'Company sign-in'],
    ['Audit', 'Audit log'],
  ] as const) {
    await owner.open(link)
    // The page before said the same.
    await owner.page.getByRole('heading', { name: title, level: 1 }).waitFor()
    await owner.page
      .getByText('This can be seen and changed when it answers again.')
      .first()
      .waitFor()
    await owner.picture(`offline-${link.toLowerCase()}`)
  }
})
