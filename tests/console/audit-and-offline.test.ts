import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { auditOutboxStatement } from '#edge/audit/outbox.ts'
import { notedChange } from '#shared/audit/entry.ts'
import { AuditApi } from '#tests/audit/audit-api.ts'
import { SECRET_KEY, WRITE_KEY } from '#tests/platform/faulty-platform.ts'
import { dayOf } from '../../desktop/renderer/features/audit/time-choice.ts'
import { type Desk, IdentityConsole, NAMES } from './identity-console.ts'
import { confirmDialog, panel, row, sticksOut } from './page-steps.ts'

let product: IdentityConsole
let owner: Desk

beforeAll(async () => {
  product = await IdentityConsole.start()
  owner = await product.desk('owner')
  await changeThings()
})
afterAll(() => product?.stop())

/** What the owner does first, so that something is on record. */
async function changeThings(): Promise<void> {
  const client = owner.running.connect()
  const editor = { id: 'content-editor', name: 'Content editor', permissions: ['slots:read'] }
  const marketer = (role: string) => ({ userId: 'usr_marketer', change: { role } })
  await client.call('people.invite', { email: 'nora@demo-northwind.example', role: 'analyst' })
  await client.call('people.saveRole', editor)
  await client.call('people.changeMember', marketer(editor.id))
  await client.call('people.changeMember', marketer('marketer'))
  await client.call('keys.make', {
    kind: 'secret',
    name: 'Warehouse export',
    permissions: ['visitors:read'],
  })
}

test('an owner revokes a key and says why, and the entry shows it as it was written', async () => {
  await owner.open('Keys')
  const keys = panel(owner, 'Keys')
  await keys.getByRole('button', { name: 'Revoke the key Warehouse export' }).click()
  const dialog = owner.page.getByRole('dialog')
  // What is pressed without reading must do nothing.
  await dialog.locator('button:focus', { hasText: 'Cancel' }).waitFor()
  const why = dialog.getByRole('textbox', { name: 'Why (optional, kept in the audit log)' })
  await owner.page.keyboard.press('Shift+Tab')
  await owner.page.keyboard.type('The warehouse closed –')
  await owner.page.keyboard.press('Enter')
  await owner.page.keyboard.type('ask 人事 about it.')
  await expect.poll(() => why.inputValue()).toBe('The warehouse closed –\nask 人事 about it.')
  await owner.picture('keys-revoke-why')
  await confirmDialog(owner, 'Revoke the key')
  await keys.getByText('Revoked keys (1)').waitFor()

  await owner.open('Audit')
  await row(panel(owner, 'Entries'), 'A key was revoked.').getByRole('button').click()
  const drawer = owner.page.getByRole('complementary', { name: /^Entry/ })
  const said = drawer.getByRole('definition').filter({ hasText: 'The warehouse closed' })
  await expect.poll(() => said.textContent()).toBe('The warehouse closed –\nask 人事 about it.')
  await owner.picture('audit-entry-why')
  await owner.page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'detached' })
})

test('all of it is in the audit log, in sentences, with what was there before and after', async () => {
  await owner.open('Audit')
  const entries = panel(owner, 'Entries')
  for (const sentence of ['A key was made.', 'A member got another role.', 'A key was revoked.']) {
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
  await drawer.waitFor({ state: 'detached' })
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
  await entries.getByRole('button', { name: 'Load more' }).waitFor({ state: 'detached' })
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
  await expect.poll(() => entries.getByRole('listitem').count()).toBe(3)
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
  await expect.poll(() => entries.getByRole('button', { name: 'Export' }).isDisabled()).toBe(true)
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

test('every page fits a telephone, in the dark too', async () => {
  const pages = [
    ['People', 'Members'],
    ['Keys', 'Keys'],
    ['Sign-in', 'Identity providers'],
    ['Audit', 'Entries'],
    ['Models', 'Grades'],
  ] as const
  await owner.page.setViewportSize({ width: 390, height: 780 })
  for (const scheme of ['light', 'dark'] as const) {
    await owner.page.emulateMedia({ colorScheme: scheme })
    for (const [link, region] of pages) {
      await owner.open(link)
      await panel(owner, region).waitFor()
      await owner.picture(`phone-${link.toLowerCase()}-${scheme}`)
      await expect.poll(() => sticksOut(owner.page), { message: link }).toEqual([])
    }
  }
  await owner.open('Audit')
  await panel(owner, 'Entries').getByLabel('When').selectOption('From – to')
  await owner.picture('phone-audit-days-dark')
  await expect.poll(() => sticksOut(owner.page)).toEqual([])
  await owner.open('Keys')
  await owner.page.getByRole('button', { name: 'Make a key' }).click()
  await owner.page.getByRole('radio', { name: /Secret key/ }).check()
  await owner.picture('phone-keys-make-dark')
  await expect.poll(() => sticksOut(owner.page)).toEqual([])
  await owner.page.getByRole('button', { name: 'Cancel' }).click()
  await owner.open('People')
  await owner.page.getByRole('button', { name: `Take access away from ${NAMES.marketer}` }).click()
  const why = owner.page.getByRole('dialog').getByLabel('Why (optional')
  await why.fill('Back at the harbour in May, says Olivia, and until then on parental leave')
  await owner.picture('phone-access-dialog-dark')
  await expect.poll(() => sticksOut(owner.page)).toEqual([])
  await owner.page.keyboard.press('Escape')
  await why.waitFor({ state: 'detached' })
  await owner.page.setViewportSize({ width: 1280, height: 860 })
  for (const [link, region] of pages) {
    await owner.open(link)
    await panel(owner, region).waitFor()
    await owner.picture(`${link.toLowerCase()}-dark`)
  }
  await owner.page.emulateMedia({ colorScheme: 'light' })
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
