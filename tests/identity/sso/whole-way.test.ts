import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { ProvidedPerson } from '#dev/identity-provider/people.ts'
import {
  type DemoAlgorithm,
  type IdentityProvider,
  startIdentityProvider,
} from '#dev/identity-provider/server.ts'
import { startTestPlatform, type TestPlatform } from '#tests/platform/faulty-platform.ts'
import type { TestPerson } from '#tests/platform/test-person.ts'
import { apiCaller } from '../api-caller.ts'
import { BrowserOverHttp } from '../browser-over-http.ts'
import { codeOf } from '../sign-in-stage.ts'
import { addConnection, onward, questionTo, signInThere, textOf } from './company-stage.ts'

const PASSWORD = 'what the company asks for'
const DOMAIN = 'company.example'

/** The provider looks people up at each sign-in, so that tests change what it says of them. */
const people: ProvidedPerson[] = []
let platform: TestPlatform
let provider: IdentityProvider
let short: IdentityProvider
const algorithms = new Map<DemoAlgorithm, IdentityProvider>()
let count = 0

beforeAll(async () => {
  const common = { port: 0, people, password: PASSWORD, clientId: 'edgewise' }
  provider = await startIdentityProvider(common)
  short = await startIdentityProvider({ ...common, algorithm: 'RS256', shortIdTokens: true })
  for (const algorithm of ['RS256', 'EdDSA'] as const) {
    algorithms.set(algorithm, await startIdentityProvider({ ...common, algorithm }))
  }
  const all = [provider, short, ...algorithms.values()]
  platform = await startTestPlatform({
    variables: { OUTBOUND_ALLOWED_ORIGINS: all.map(({ url }) => url).join(' ') },
  })
  await addConnection(platform, {
    id: 'sso_company',
    issuer: provider.url,
    domains: [DOMAIN],
    roleClaim: 'groups',
    roleMap: [
      { value: 'owners', role: 'owner' },
      { value: 'it', role: 'admin' },
      { value: 'marketing', role: 'marketer' },
    ],
    defaultRole: null,
  })
})

afterAll(async () => {
  await platform.stop()
  for (const each of [provider, short, ...algorithms.values()]) await each.stop()
})

/** Somebody new whom the provider knows. */
function employee(more: Partial<ProvidedPerson> = {}): ProvidedPerson {
  count += 1
  const login = `p${count}`
  const person = {
    login,
    name: `Person ${count}`,
    email: `${login}@${DOMAIN}`,
    emailVerified: true,
    groups: ['marketing'],
    ...more,
  }
  people.push(person)
  return person
}

/** The whole way in a browser of one's own. @returns the edge's last answer */
async function comeIn(
  person: ProvidedPerson,
  browser = new BrowserOverHttp(platform.edge.url),
  email = person.email,
): Promise<{ answer: Response; browser: BrowserOverHttp }> {
  const question = await questionTo(browser, email)
  const back = await signInThere(question, { login: person.login, password: PASSWORD })
  return { answer: await browser.get(back.href), browser }
}

async function memberOf(email: string, workspaceId = 'demo') {
  const { rows } = await platform.control.execute({
    sql: `SELECT u.id, u.name, u.password_hash, m.role, m.deactivated_at FROM users u
      LEFT JOIN memberships m ON m.user_id = u.id AND m.workspace_id = ? WHERE u.email = ?`,
    args: [workspaceId, email],
  })
  return rows[0]
}

async function identitiesOf(userId: unknown): Promise<number> {
  const { rows } = await platform.control.execute({
    sql: 'SELECT count(*) AS n FROM sso_identities WHERE user_id = ?',
    args: [String(userId)],
  })
  return Number(rows[0]?.n)
}

const Me = z.object({ email: z.string(), role: z.string() })

async function meOf(browser: BrowserOverHttp): Promise<z.infer<typeof Me>> {
  const { accessToken } = await browser.letIn('demo')
  const answer = await apiCaller(platform.edge.url, accessToken)('GET', 'me')
  return Me.parse(await answer.json())
}

describe('somebody new', () => {
  test('comes through the company, gets account, membership and role, and lets the console in', async () => {
    const person = employee()
    const { answer, browser } = await comeIn(person)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/account'])
    expect(await meOf(browser)).toEqual({ email: person.email, role: 'marketer' })
    const member = await memberOf(person.email)
    expect(member).toMatchObject({ name: person.name, password_hash: null })
  })

  test('is led back to where they were going', async () => {
    const person = employee()
    const browser = new BrowserOverHttp(platform.edge.url)
    const next = '/oauth/authorize?client_id=edgewise-console'
    const question = await questionTo(browser, person.email, next)
    const back = await signInThere(question, { login: person.login, password: PASSWORD })
    expect((await browser.get(back.href)).headers.get('location')).toBe(next)
  })

  test('is led nowhere else, whatever was asked', async () => {
    const person = employee()
    const browser = new BrowserOverHttp(platform.edge.url)
    const question = await questionTo(browser, person.email, 'https://evil.example/account')
    const back = await signInThere(question, { login: person.login, password: PASSWORD })
    expect((await browser.get(back.href)).headers.get('location')).toBe('/account')
  })

  test('with several groups gets the role that stands first in the list', async () => {
    const person = employee({ groups: ['marketing', 'it'] })
    await comeIn(person)
    expect(await memberOf(person.email)).toMatchObject({ role: 'admin' })
  })

  test('in no group of the list, and without a default, is not taken in', async () => {
    const person = employee({ groups: ['kitchen'] })
    const { answer } = await comeIn(person)
    expect(answer.status).toBe(403)
    expect(textOf(await answer.text())).toContain('gives you no role in Test workspace')
    expect(await memberOf(person.email)).toBeUndefined()
  })

  test('whose address the provider does not vouch for is not taken in', async () => {
    const person = employee({ emailVerified: false })
    const { answer } = await comeIn(person)
    expect(answer.status).toBe(403)
    expect(textOf(await answer.text())).toContain('does not vouch for your e-mail address')
    expect(await memberOf(person.email)).toBeUndefined()
  })

  test.each(['boss@elsewhere.example', `boss@sub.${DOMAIN}`, `boss@${DOMAIN}.evil.example`])(
    'with the address %s, which is not of a domain of the connection, is not taken in',
    async (email) => {
      const person = employee({ email })
      const { answer } = await comeIn(person, undefined, `boss@${DOMAIN}`)
      expect(answer.status).toBe(403)
      expect(await memberOf(email)).toBeUndefined()
    },
  )

  test('who comes twice at once has one account', async () => {
    const person = employee()
    const answers = await Promise.all([comeIn(person), comeIn(person), comeIn(person)])
    expect(answers.map(({ answer }) => answer.status)).toEqual([303, 303, 303])
    const member = await memberOf(person.email)
    expect(await identitiesOf(member?.id)).toBe(1)
  })
})

describe('somebody who came before', () => {
  test('is known by the subject, whatever their address is now', async () => {
    const person = employee()
    await comeIn(person)
    const before = await memberOf(person.email)
    const changed = { ...person, email: `married@elsewhere.example`, emailVerified: false }
    people[people.indexOf(person)] = changed
    const { answer, browser } = await comeIn(changed, undefined, person.email)
    expect(answer.status).toBe(303)
    expect(await meOf(browser)).toMatchObject({ email: person.email })
    expect(await identitiesOf(before?.id)).toBe(1)
  })

  test('gets the role of their group anew at each sign-in', async () => {
    const person = employee({ groups: ['it'] })
    await comeIn(person)
    person.groups = ['marketing']
    await comeIn(person)
    expect(await memberOf(person.email)).toMatchObject({ role: 'marketer' })
  })

  test('does not come in once they are in no group any more', async () => {
    const person = employee()
    await comeIn(person)
    person.groups = []
    expect((await comeIn(person)).answer.status).toBe(403)
  })

  test('and was deactivated by an admin stays out, and stays deactivated', async () => {
    const person = employee()
    await comeIn(person)
    const member = await memberOf(person.email)
    const owner = await platform.addPerson({ role: 'owner' })
    const { accessToken } = await signedInAs(owner)
    const api = apiCaller(platform.edge.url, accessToken)
    const path = `members/${String(member?.id)}`
    expect((await api('PATCH', path, { active: false })).status).toBe(200)
    const { answer } = await comeIn(person)
    expect(answer.status).toBe(403)
    expect(textOf(await answer.text())).toContain('Your access was taken away')
    expect((await memberOf(person.email))?.deactivated_at).not.toBeNull()
  })

  test('and whose account is gone altogether stays out', async () => {
    const person = employee()
    await comeIn(person)
    const sql = 'UPDATE users SET deactivated_at = 1 WHERE email = ?'
    await platform.inControl(sql, [person.email])
    expect((await comeIn(person)).answer.status).toBe(403)
  })

  test('is shown to their company once more before what is dangerous', async () => {
    const person = employee({ groups: ['it'] })
    const { browser } = await comeIn(person)
    const { accessToken } = await browser.letIn('demo')
    const api = apiCaller(platform.edge.url, accessToken)
    const sessionId = z
      .object({ sessionId: z.string() })
      .parse(await (await api('GET', 'me')).json()).sessionId
    const member = await memberOf(person.email)
    await platform.inControl('UPDATE sessions SET confirmed_at = 0 WHERE user_id = ?', [
      String(member?.id),
    ])
    await platform.restartEdge()
    const ask = { email: 'new@company.example', role: 'agent' }
    expect((await api('POST', 'invitations', ask)).status).toBe(403)
    const page = await browser.get(`/account/confirm?session=${sessionId}`)
    const text = await page.text()
    expect(text).not.toContain('type="password"')
    expect(text).toContain('action="/sso/confirm"')
    const question = await onward(await browser.get(`/sso/confirm?session=${sessionId}`))
    expect(question.searchParams.get('prompt')).toBe('login')
    const there = { login: person.login, password: PASSWORD }
    const back = await signInThere(question, there)
    expect((await browser.get(back.href)).status).toBe(200)
    expect((await api('POST', 'invitations', ask)).status).toBe(201)
  })

  test('cannot confirm with the identity of a colleague', async () => {
    const [person, colleague] = [employee(), employee()]
    await comeIn(colleague)
    const { browser } = await comeIn(person)
    const question = await onward(await browser.get('/sso/confirm?session='))
    const there = { login: colleague.login, password: PASSWORD }
    const back = await signInThere(question, there)
    const answer = await browser.get(back.href)
    expect(answer.status).toBe(403)
    expect(textOf(await answer.text())).toContain('somebody else')
  })
})

async function signedInAs(person: TestPerson) {
  const browser = new BrowserOverHttp(platform.edge.url)
  await browser.signIn(person)
  return browser.letIn(person.workspaceId)
}

describe('an account that was there before', () => {
  async function existing(more: { role?: string; secondFactor?: boolean } = {}) {
    const person = employee()
    const account = await platform.addPerson({ role: 'analyst', email: person.email, ...more })
    return { person, account }
  }

  test('is not taken over by who has its address at the provider', async () => {
    const { person, account } = await existing()
    const { answer, browser } = await comeIn(person)
    expect(answer.headers.get('location')).toBe('/sso/link')
    expect((await browser.get('/account')).status).toBe(303)
    expect(await identitiesOf(account.userId)).toBe(0)
    const wrong = await browser.post('/sso/link', { password: 'a guess' })
    expect(wrong.status).toBe(401)
    expect((await browser.get('/account')).status).toBe(303)
    expect(await identitiesOf(account.userId)).toBe(0)
    expect(await memberOf(person.email)).toMatchObject({ role: 'analyst' })
  })

  test('is connected when its owner shows it is theirs, is told so by mail, and then comes in at once', async () => {
    const { person, account } = await existing()
    const { browser } = await comeIn(person)
    const page = textOf(await (await browser.get('/sso/link')).text())
    expect(page).toContain(account.email)
    expect(page).toContain('Company can sign you in to this account and all workspaces in it')
    const answer = await browser.post('/sso/link', { password: account.password })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/account'])
    expect(await meOf(browser)).toEqual({ email: account.email, role: 'marketer' })
    expect(platform.mails()[0]).toMatchObject({
      to: account.email,
      subject: expect.stringContaining('connected to a company sign-in'),
    })
    const again = await comeIn(person)
    expect(again.answer.headers.get('location')).toBe('/account')
    expect(await identitiesOf(account.userId)).toBe(1)
  })

  test('with a second factor is not connected by the password alone', async () => {
    const { person, account } = await existing({ secondFactor: true })
    const { browser } = await comeIn(person)
    const { password } = account
    expect((await browser.post('/sso/link', { password })).status).toBe(401)
    expect((await browser.post('/sso/link', { password, code: '000000' })).status).toBe(401)
    expect(await identitiesOf(account.userId)).toBe(0)
    const code = account.code() ?? ''
    expect((await browser.post('/sso/link', { password, code })).status).toBe(303)
    expect(await identitiesOf(account.userId)).toBe(1)
  })

  test('is connected in the browser that came from the provider, and in no other', async () => {
    const { person, account } = await existing()
    await comeIn(person)
    const stranger = new BrowserOverHttp(platform.edge.url)
    const { password } = account
    expect((await stranger.post('/sso/link', { password })).status).toBe(400)
    expect(await identitiesOf(account.userId)).toBe(0)
  })

  test('that lost its membership meanwhile is not connected', async () => {
    const { person, account } = await existing()
    const { browser } = await comeIn(person)
    const sql = 'UPDATE memberships SET deactivated_at = 1 WHERE user_id = ?'
    await platform.inControl(sql, [account.userId])
    const answer = await browser.post('/sso/link', { password: account.password })
    expect(answer.status).toBe(403)
    expect(await identitiesOf(account.userId)).toBe(0)
  })

  test('is guessed at no more often than at the sign-in', async () => {
    const { person } = await existing()
    const { browser } = await comeIn(person)
    const guesses = Array.from({ length: 8 }, (_, i) =>
      browser.post('/sso/link', { password: `guess ${i}` }),
    )
    const said = (await Promise.all(guesses)).map(({ status }) => status)
    expect([...new Set(said)].sort()).toEqual([401, 429])
  })

  test('of the last owner stays an owner’s, whatever the group says', async () => {
    await platform.addWorkspace('lonely')
    const person = employee({ email: 'boss@lonely.example', groups: ['marketing'] })
    const account = await platform.addPerson({
      role: 'owner',
      email: person.email,
      workspaceId: 'lonely',
    })
    await addConnection(platform, {
      id: 'sso_lonely',
      workspaceId: 'lonely',
      issuer: provider.url,
      domains: ['lonely.example'],
      roleClaim: 'groups',
      roleMap: [{ value: 'marketing', role: 'marketer' }],
    })
    const { browser } = await comeIn(person)
    const answer = await browser.post('/sso/link', { password: account.password })
    expect(answer.status).toBe(303)
    expect(await memberOf(person.email, 'lonely')).toMatchObject({ role: 'owner' })
  })
})

describe('a connection gives no role above that of who set it up', () => {
  async function byAdmin(id: string, role: string) {
    const domain = `${id.replaceAll('_', '-')}.example`
    await addConnection(platform, {
      id,
      issuer: provider.url,
      domains: [domain],
      roleClaim: 'groups',
      roleMap: [{ value: 'marketing', role }],
      givenByRole: 'admin',
    })
    return domain
  }

  test('nobody is made an owner by what an admin wrote', async () => {
    const domain = await byAdmin('by_admin_up', 'owner')
    const person = employee({ email: `x@${domain}` })
    expect((await comeIn(person)).answer.status).toBe(403)
    expect(await memberOf(person.email)).toBeUndefined()
  })

  test('no owner is unmade by what an admin wrote', async () => {
    const domain = await byAdmin('by_admin_down', 'agent')
    const person = employee({ email: `x@${domain}` })
    const account = await platform.addPerson({ role: 'owner', email: person.email })
    const { browser } = await comeIn(person)
    await browser.post('/sso/link', { password: account.password })
    expect(await memberOf(person.email)).toMatchObject({ role: 'owner' })
  })
})

describe('the page that asks for the address', () => {
  const ask = async (email: string) => {
    const answer = await new BrowserOverHttp(platform.edge.url).post('/sso', { email })
    return { status: answer.status, text: (await answer.text()).replaceAll(email, '…') }
  }

  test('says the same of every domain that has no company sign-in, whoever has an account', async () => {
    const known = await platform.addPerson({ role: 'agent' })
    await addConnection(platform, { id: 'sso_unproven', issuer: provider.url })
    await platform.inControl(
      `INSERT INTO sso_domains (connection_id, domain, verification_token) VALUES (?, ?, 't')`,
      ['sso_unproven', 'unproven.example'],
    )
    const [first, ...others] = await Promise.all(
      [known.email, 'nobody@people.example', 'x@nowhere.example', 'x@unproven.example'].map(ask),
    )
    const plain = (said: typeof first) => said?.text.replaceAll(/nonce="[^"]*"/g, '')
    expect(first?.status).toBe(404)
    for (const each of others) expect(plain(each)).toBe(plain(first))
  })

  test('says the same to who has an account in a connected domain and who has none', async () => {
    const person = employee()
    await comeIn(person)
    const [known, unknown] = await Promise.all([ask(person.email), ask(`nobody@${DOMAIN}`)])
    expect([known.status, unknown.status]).toEqual([200, 200])
  })

  test('takes its form from no other site', async () => {
    const browser = new BrowserOverHttp(platform.edge.url)
    const fields = { email: `a@${DOMAIN}` }
    expect((await browser.post('/sso', fields, 'https://evil.example')).status).toBe(403)
  })
})

describe('a domain whose company wants to be asked', () => {
  test('has no other way in, once it is proven', async () => {
    const person = employee({ email: 'x@strict.example' })
    const account = await platform.addPerson({ role: 'agent', email: person.email })
    await addConnection(platform, {
      id: 'sso_strict',
      issuer: provider.url,
      domains: ['strict.example'],
      required: true,
    })
    const browser = new BrowserOverHttp(platform.edge.url)
    const { email, password } = account
    expect((await browser.post('/sign-in', { email, password })).status).toBe(401)
    const { browser: through } = await comeIn(person)
    expect((await through.post('/sso/link', { password })).status).toBe(303)
    expect((await through.get('/account')).status).toBe(200)
  })

  test('has its other ways as long as it is not', async () => {
    const account = await platform.addPerson({ role: 'agent', email: 'x@claimed.example' })
    await addConnection(platform, { id: 'sso_claimed', issuer: provider.url })
    await platform.inControl(
      `INSERT INTO sso_domains (connection_id, domain, required, verification_token)
        VALUES ('sso_claimed', 'claimed.example', 1, 't')`,
      [],
    )
    await new BrowserOverHttp(platform.edge.url).signIn(account)
  })
})

describe('an account that a company made', () => {
  const OWN_PASSWORD = 'seven quiet lanterns over water'
  let visits = 0

  /** Somebody who came through a connection of their own company, and the browser that they came in. */
  async function made(id: string, more: Partial<ProvidedPerson> = {}) {
    const domain = `${id}.example`
    await addConnection(platform, { id: `sso_${id}`, issuer: provider.url, domains: [domain] })
    const person = employee({ email: `x@${domain}`, ...more })
    const { answer, browser } = await comeIn(person)
    expect(answer.status).toBe(303)
    const userId = String((await memberOf(person.email))?.id)
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

  const passwordOf = async (email: string) => (await memberOf(email))?.password_hash

  test('outlives its connection: a password by mail, and with it another provider', async () => {
    const { domain, person, browser: before, userId } = await made('moving')
    await platform.inControl('UPDATE sso_connections SET disabled_at = 1 WHERE id = ?', [
      'sso_moving',
    ])
    await askForLink(person.email)
    const link = await linkTo(person.email)
    const browser = new BrowserOverHttp(platform.edge.url)
    expect(textOf(await (await browser.get(link)).text())).toContain('Set a password')
    expect((await browser.post(link, { password: person.email })).status).toBe(400)
    const done = await browser.post(link, { password: OWN_PASSWORD })
    expect(textOf(await done.text())).toContain('The password is set')
    expect((await browser.post(link, { password: `${OWN_PASSWORD} too` })).status).toBe(410)
    // As after any reset.
    expect((await before.get('/account')).status).toBe(303)
    expect(mailTo(person.email, 'has a password now')).toBeDefined()
    await browser.signIn(asTestPerson(userId, person.email))

    await platform.inControl('DELETE FROM sso_domains WHERE domain = ?', [domain])
    await addConnection(platform, { id: 'sso_moved', issuer: short.url, domains: [domain] })
    const { answer, browser: through } = await comeIn(person)
    expect(answer.headers.get('location')).toBe('/sso/link')
    expect((await through.post('/sso/link', { password: OWN_PASSWORD })).status).toBe(303)
    expect(await identitiesOf(userId)).toBe(2)
    const again = await comeIn(person)
    expect(again.answer.headers.get('location')).toBe('/account')
    await expect
      .poll(() => passwordEntriesOf(userId), { timeout: 20_000 })
      .toEqual([{ by: 'reset link', password: 'first' }])
  })

  const asTestPerson = (userId: string, email: string): TestPerson => ({
    userId,
    email,
    password: OWN_PASSWORD,
    role: 'agent',
    workspaceId: 'demo',
    openSession: () => Promise.reject(new Error('By the pages alone.')),
    code: () => null,
  })

  async function passwordEntriesOf(userId: string): Promise<unknown[]> {
    const { rows } = await platform.store.execute({
      sql: `SELECT v.after FROM audit_entries e JOIN audit_values v ON v.seq = e.seq
        WHERE e.action = 'passwords.changed' AND e.subject_id = ?`,
      args: [userId],
    })
    return rows.map((row) => JSON.parse(String(row.after)))
  }

  test('is told how to get a password where another provider asks for one', async () => {
    const { domain, person } = await made('unlinked')
    await platform.inControl('DELETE FROM sso_domains WHERE domain = ?', [domain])
    await addConnection(platform, { id: 'sso_unlinked2', issuer: short.url, domains: [domain] })
    const page = async () => {
      const { browser } = await comeIn(person)
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
    const browser = new BrowserOverHttp(platform.edge.url)
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
    const back = await signInThere(question, { login: person.login, password: PASSWORD })
    await browser.get(back.href)
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
    await new BrowserOverHttp(platform.edge.url).signIn(asTestPerson(userId, person.email))
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
    const visitor = new BrowserOverHttp(platform.edge.url)
    await visitor.post(await linkTo(person.email), { password: OWN_PASSWORD })
    const form = { email: person.email, password: OWN_PASSWORD }
    const answer = await visitor.post('/sign-in', form)
    expect(answer.headers.get('location')).toBe('/sign-in/code')
    expect((await visitor.get('/account')).status).toBe(303)
    expect(await identitiesOf(userId)).toBe(1)
  })
})

describe('a provider', () => {
  test('that keeps its ID tokens short is asked for the rest', async () => {
    await addConnection(platform, {
      id: 'sso_short',
      issuer: short.url,
      domains: ['short.example'],
      roleClaim: 'groups',
      roleMap: [{ value: 'it', role: 'admin' }],
    })
    const person = employee({ email: 'x@short.example', groups: ['it'] })
    expect((await comeIn(person)).answer.status).toBe(303)
    expect(await memberOf(person.email)).toMatchObject({ role: 'admin' })
  })

  test.each(['RS256', 'EdDSA'] as const)('may sign with %s', async (algorithm) => {
    const issuer = algorithms.get(algorithm)?.url ?? ''
    const domain = `${algorithm.toLowerCase()}.example`
    await addConnection(platform, { id: `sso_${algorithm}`, issuer, domains: [domain] })
    const person = employee({ email: `x@${domain}` })
    expect((await comeIn(person)).answer.status).toBe(303)
  })

  test('that does not answer lets nobody in, and the page says so', async () => {
    const gone = await startIdentityProvider({
      port: 0,
      people,
      password: PASSWORD,
      clientId: 'edgewise',
    })
    await gone.stop()
    await addConnection(platform, { id: 'sso_gone', issuer: gone.url, domains: ['gone.example'] })
    const browser = new BrowserOverHttp(platform.edge.url)
    const answer = await browser.post('/sso', { email: 'a@gone.example' })
    expect(answer.status).toBe(502)
    expect(textOf(await answer.text())).toContain('does not answer at the moment')
  })
})

describe('the audit log', () => {
  test('says who joined through which connection, and that somebody was refused', async () => {
    const person = employee()
    await comeIn(person)
    await comeIn(employee({ emailVerified: false }))
    const owner = await platform.addPerson({ role: 'owner' })
    const { accessToken } = await signedInAs(owner)
    const api = apiCaller(platform.edge.url, accessToken)
    const Entries = z.object({ data: z.array(z.looseObject({ action: z.string() })) })
    const { data } = Entries.parse(await (await api('GET', 'audit')).json())
    const text = JSON.stringify(data)
    expect(text).toContain('members.joined')
    expect(text).toContain('company sign-in sso_company')
    expect(text).toContain('address_unproven')
  })
})
