import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ProvidedPerson } from '#dev/identity-provider/people.ts'
import type { TestPlatform } from '#tests/platform/faulty-platform.ts'
import { codeOf } from '../sign-in-stage.ts'
import { onward, textOf } from './company-stage.ts'
import { StaffedCompany } from './staffed-company.ts'

let company: StaffedCompany
let platform: TestPlatform

beforeAll(async () => {
  company = await StaffedCompany.start({ another: {} })
  platform = company.platform
})

afterAll(() => company.stop())

describe('an account that was there before', () => {
  async function existing(more: { role?: string; secondFactor?: boolean } = {}) {
    const person = company.employee()
    const account = await platform.addPerson({ role: 'analyst', email: person.email, ...more })
    return { person, account }
  }

  test('is not taken over by who has its address at the provider', async () => {
    const { person, account } = await existing()
    const { answer, browser } = await company.comeIn(person)
    expect(answer.headers.get('location')).toBe('/sso/link')
    expect((await browser.get('/account')).status).toBe(303)
    expect(await company.identitiesOf(account.userId)).toBe(0)
    const wrong = await browser.post('/sso/link', { password: 'a guess' })
    expect(wrong.status).toBe(401)
    expect((await browser.get('/account')).status).toBe(303)
    expect(await company.identitiesOf(account.userId)).toBe(0)
    expect(await company.memberOf(person.email)).toMatchObject({ role: 'analyst' })
  })

  test('is connected when its owner shows it is theirs, is told so by mail, and then comes in at once', async () => {
    const { person, account } = await existing()
    const { browser } = await company.comeIn(person)
    const page = textOf(await (await browser.get('/sso/link')).text())
    expect(page).toContain(account.email)
    expect(page).toContain('Company can sign you in to this account and all workspaces in it')
    const answer = await browser.post('/sso/link', { password: account.password })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/account'])
    expect(await company.meOf(browser)).toEqual({ email: account.email, role: 'marketer' })
    expect(platform.mails()[0]).toMatchObject({
      to: account.email,
      subject: expect.stringContaining('connected to a company sign-in'),
    })
    const again = await company.comeIn(person)
    expect(again.answer.headers.get('location')).toBe('/account')
    expect(await company.identitiesOf(account.userId)).toBe(1)
  })

  test('with a second factor is not connected by the password alone', async () => {
    const { person, account } = await existing({ secondFactor: true })
    const { browser } = await company.comeIn(person)
    const { password } = account
    expect((await browser.post('/sso/link', { password })).status).toBe(401)
    expect((await browser.post('/sso/link', { password, code: '000000' })).status).toBe(401)
    expect(await company.identitiesOf(account.userId)).toBe(0)
    const code = account.code() ?? ''
    expect((await browser.post('/sso/link', { password, code })).status).toBe(303)
    expect(await company.identitiesOf(account.userId)).toBe(1)
  })

  test('is connected in the browser that came from the provider, and in no other', async () => {
    const { person, account } = await existing()
    await company.comeIn(person)
    const stranger = company.newBrowser()
    const { password } = account
    expect((await stranger.post('/sso/link', { password })).status).toBe(400)
    expect(await company.identitiesOf(account.userId)).toBe(0)
  })

  test('that lost its membership meanwhile is not connected', async () => {
    const { person, account } = await existing()
    const { browser } = await company.comeIn(person)
    const sql = 'UPDATE memberships SET deactivated_at = 1 WHERE user_id = ?'
    await platform.inControl(sql, [account.userId])
    const answer = await browser.post('/sso/link', { password: account.password })
    expect(answer.status).toBe(403)
    expect(await company.identitiesOf(account.userId)).toBe(0)
  })

  test('is guessed at no more often than at the sign-in', async () => {
    const { person } = await existing()
    const { browser } = await company.comeIn(person)
    const guesses = Array.from({ length: 8 }, (_, i) =>
      browser.post('/sso/link', { password: `guess ${i}` }),
    )
    const said = (await Promise.all(guesses)).map(({ status }) => status)
    expect([...new Set(said)].sort()).toEqual([401, 429])
  })

  test('of the last owner stays an owner’s, whatever the group says', async () => {
    await platform.addWorkspace('lonely')
    const person = company.employee({ email: 'boss@lonely.example', groups: ['marketing'] })
    const account = await platform.addPerson({
      role: 'owner',
      email: person.email,
      workspaceId: 'lonely',
    })
    await company.connect({
      id: 'sso_lonely',
      workspaceId: 'lonely',
      domains: ['lonely.example'],
      roleClaim: 'groups',
      roleMap: [{ value: 'marketing', role: 'marketer' }],
    })
    const { browser } = await company.comeIn(person)
    const answer = await browser.post('/sso/link', { password: account.password })
    expect(answer.status).toBe(303)
    expect(await company.memberOf(person.email, 'lonely')).toMatchObject({ role: 'owner' })
  })
})

describe('an account that a company made', () => {
  const OWN_PASSWORD = 'seven quiet lanterns over water'
  let visits = 0

  /** Somebody who came through a connection of their own company, and the browser that they came in. */
  async function made(id: string, more: Partial<ProvidedPerson> = {}) {
    const domain = `${id}.example`
    await company.connect({ id: `sso_${id}`, domains: [domain] })
    const person = company.employee({ email: `x@${domain}`, ...more })
    const { answer, browser } = await company.comeIn(person)
    expect(answer.status).toBe(303)
    const userId = String((await company.memberOf(person.email))?.id)
    return { domain, person, browser, userId }
  }

  const require = (domain: string, required: boolean) =>
    platform.inControl('UPDATE sso_domains SET required = ? WHERE domain = ?', [
      required ? 1 : 0,
      domain,
    ])

  /** From a network address of its own: the guard of addresses is not what this is about. */
  async function askForLink(email: string): Promise<void> {
    visits += 1
    const answer = await fetch(`${platform.edge.url}/reset`, {
      method: 'POST',
      headers: {
        origin: new URL(platform.edge.url).origin,
        'cf-connecting-ip': `198.51.100.${visits}`,
      },
      body: new URLSearchParams({ email }),
    })
    expect(answer.status).toBe(200)
  }

  const mailTo = (email: string, subject: string) =>
    platform.mails().find((mail) => mail.to === email && mail.subject.includes(subject))

  /** The path of the link that was sent to somebody. */
  async function linkTo(email: string): Promise<string> {
    const sent = () => mailTo(email, 'Set a password')
    await expect.poll(sent, { timeout: 20_000 }).toBeDefined()
    const link = /https?:\/\/\S+/.exec(sent()?.text ?? '')?.[0] ?? ''
    return new URL(link).pathname
  }

  const passwordOf = async (email: string) => (await company.memberOf(email))?.password_hash

  async function passwordEntriesOf(userId: string): Promise<unknown[]> {
    const { rows } = await platform.store.execute({
      sql: `SELECT v.after FROM audit_entries e JOIN audit_values v ON v.seq = e.seq
        WHERE e.action = 'passwords.changed' AND e.subject_id = ?`,
      args: [userId],
    })
    return rows.map((row) => JSON.parse(String(row.after)))
  }

  test('outlives its connection: a password by mail, and with it another provider', async () => {
    const { domain, person, browser: before, userId } = await made('moving')
    await platform.inControl('UPDATE sso_connections SET disabled_at = 1 WHERE id = ?', [
      'sso_moving',
    ])
    await askForLink(person.email)
    const link = await linkTo(person.email)
    const browser = company.newBrowser()
    expect(textOf(await (await browser.get(link)).text())).toContain('Set a password')
    expect((await browser.post(link, { password: person.email })).status).toBe(400)
    const done = await browser.post(link, { password: OWN_PASSWORD })
    expect(textOf(await done.text())).toContain('The password is set')
    expect((await browser.post(link, { password: `${OWN_PASSWORD} too` })).status).toBe(410)
    // As after any reset.
    expect((await before.get('/account')).status).toBe(303)
    expect(mailTo(person.email, 'has a password now')).toBeDefined()
    await browser.signIn({ email: person.email, password: OWN_PASSWORD })

    await platform.inControl('DELETE FROM sso_domains WHERE domain = ?', [domain])
    await company.connect({
      id: 'sso_moved',
      issuer: company.issuerOf('another'),
      domains: [domain],
    })
    const { answer, browser: through } = await company.comeIn(person)
    expect(answer.headers.get('location')).toBe('/sso/link')
    expect((await through.post('/sso/link', { password: OWN_PASSWORD })).status).toBe(303)
    expect(await company.identitiesOf(userId)).toBe(2)
    const again = await company.comeIn(person)
    expect(again.answer.headers.get('location')).toBe('/account')
    await expect
      .poll(() => passwordEntriesOf(userId), { timeout: 20_000 })
      .toEqual([{ by: 'reset link', password: 'first' }])
  })

  test('is told how to get a password where another provider asks for one', async () => {
    const { domain, person } = await made('unlinked')
    await platform.inControl('DELETE FROM sso_domains WHERE domain = ?', [domain])
    await company.connect({
      id: 'sso_unlinked2',
      issuer: company.issuerOf('another'),
      domains: [domain],
    })
    const page = async () => {
      const { browser } = await company.comeIn(person)
      return (await browser.get('/sso/link')).text()
    }
    expect(await page()).toContain('href="/reset"')
    await require(domain, true)
    expect(await page()).not.toContain('href="/reset"')
  })

  test('gets no mail and no form while its company demands to be asked itself', async () => {
    const { domain, person, browser, userId } = await made('demanding')
    await require(domain, true)
    await askForLink(person.email)
    // Another's mail, asked for later, says that this one would have been sent by now.
    const other = await made('other')
    await askForLink(other.person.email)
    await linkTo(other.person.email)
    expect(mailTo(person.email, '')).toBeUndefined()
    const links = await platform.control.execute({
      sql: 'SELECT count(*) AS n FROM password_resets WHERE user_id = ?',
      args: [userId],
    })
    expect(links.rows[0]?.n).toBe(0)
    expect(await (await browser.get('/account')).text()).not.toContain('/account/password')
    const path = '/account/password/first'
    expect((await browser.post(path, { password: OWN_PASSWORD })).status).toBe(400)
    expect(await passwordOf(person.email)).toBeNull()
  })

  test('takes no password by a link that is older than the demand', async () => {
    const { domain, person } = await made('later')
    await askForLink(person.email)
    const link = await linkTo(person.email)
    const browser = company.newBrowser()
    await require(domain, true)
    const refused = [await browser.get(link), await browser.post(link, { password: OWN_PASSWORD })]
    expect(refused.map(({ status }) => status)).toEqual([403, 403])
    expect(await passwordOf(person.email)).toBeNull()
    await require(domain, false)
    expect((await browser.post(link, { password: OWN_PASSWORD })).status).toBe(200)
    expect(await passwordOf(person.email)).not.toBeNull()
    // Which is worth nothing from the moment on at which the company demands again.
    await require(domain, true)
    const form = { email: person.email, password: OWN_PASSWORD }
    expect((await browser.post('/sign-in', form)).status).toBe(401)
  })

  test('gets one on its page too, after a recent proof, once, and its owner hears of it', async () => {
    const { person, browser, userId } = await made('page')
    const path = '/account/password/first'
    await platform.inControl('UPDATE sessions SET confirmed_at = 0 WHERE user_id = ?', [userId])
    expect(await (await browser.get('/account')).text()).not.toContain(path)
    const early = await browser.post(path, { password: OWN_PASSWORD })
    expect(early.headers.get('location')).toBe('/account/confirm')
    const question = await onward(await browser.get('/sso/confirm'))
    await company.answerAt(question, person, browser)
    expect(await (await browser.get('/account')).text()).toContain(path)
    expect((await browser.post(path, { password: 'short' })).status).toBe(400)
    const both = await Promise.all([
      browser.post(path, { password: OWN_PASSWORD }),
      browser.post(path, { password: OWN_PASSWORD }),
    ])
    const said = await Promise.all(both.map((answer) => answer.text()))
    expect(said.filter((text) => text.includes('The password is set'))).toHaveLength(1)
    expect(mailTo(person.email, 'has a password now')).toBeDefined()
    // Now that there is one, this form replaces it no more.
    await browser.post(path, { password: `${OWN_PASSWORD} too` })
    await company.newBrowser().signIn({ email: person.email, password: OWN_PASSWORD })
    await expect
      .poll(() => passwordEntriesOf(userId), { timeout: 20_000 })
      .toEqual([{ by: 'owner', password: 'first' }])
  })

  test('with a second factor is asked for it after a password by mail', async () => {
    const { person, browser, userId } = await made('factor')
    const setUp = await (await browser.post('/account/totp', {})).text()
    const secret = (/<code>([A-Z2-7 ]+)<\/code>/.exec(setUp)?.[1] ?? '').replaceAll(' ', '')
    expect((await browser.post('/account/totp/confirm', { code: codeOf(secret) })).status).toBe(200)
    await askForLink(person.email)
    const visitor = company.newBrowser()
    await visitor.post(await linkTo(person.email), { password: OWN_PASSWORD })
    const form = { email: person.email, password: OWN_PASSWORD }
    const answer = await visitor.post('/sign-in', form)
    expect(answer.headers.get('location')).toBe('/sign-in/code')
    expect((await visitor.get('/account')).status).toBe(303)
    expect(await company.identitiesOf(userId)).toBe(1)
  })
})
