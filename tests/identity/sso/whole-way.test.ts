import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { startIdentityProvider } from '#dev/identity-provider/server.ts'
import type { TestPlatform } from '#tests/platform/faulty-platform.ts'
import { apiCaller } from '../api-caller.ts'
import { signIn } from '../browser-over-http.ts'
import { onward, questionTo, textOf } from './company-stage.ts'
import { DOMAIN, StaffedCompany } from './staffed-company.ts'

let company: StaffedCompany
let platform: TestPlatform

beforeAll(async () => {
  company = await StaffedCompany.start({
    short: { algorithm: 'RS256', shortIdTokens: true },
    RS256: { algorithm: 'RS256' },
    EdDSA: { algorithm: 'EdDSA' },
  })
  platform = company.platform
})

afterAll(() => company.stop())

describe('somebody new', () => {
  test('comes through the company, gets account, membership and role, and lets the console in', async () => {
    const person = company.employee()
    const { answer, browser } = await company.comeIn(person)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/account'])
    expect(await company.meOf(browser)).toEqual({ email: person.email, role: 'marketer' })
    const member = await company.memberOf(person.email)
    expect(member).toMatchObject({ name: person.name, password_hash: null })
  })

  test('is led back to where they were going', async () => {
    const person = company.employee()
    const browser = company.newBrowser()
    const next = '/oauth/authorize?client_id=edgewise-console'
    const question = await questionTo(browser, person.email, next)
    const answer = await company.answerAt(question, person, browser)
    expect(answer.headers.get('location')).toBe(next)
  })

  test('is led nowhere else, whatever was asked', async () => {
    const person = company.employee()
    const browser = company.newBrowser()
    const question = await questionTo(browser, person.email, 'https://evil.example/account')
    const answer = await company.answerAt(question, person, browser)
    expect(answer.headers.get('location')).toBe('/account')
  })

  test('with several groups gets the role that stands first in the list', async () => {
    const person = company.employee({ groups: ['marketing', 'it'] })
    await company.comeIn(person)
    expect(await company.memberOf(person.email)).toMatchObject({ role: 'admin' })
  })

  test('in no group of the list, and without a default, is not taken in', async () => {
    const person = company.employee({ groups: ['kitchen'] })
    const { answer } = await company.comeIn(person)
    expect(answer.status).toBe(403)
    expect(textOf(await answer.text())).toContain('gives you no role in Test workspace')
    expect(await company.memberOf(person.email)).toBeUndefined()
  })

  test('whose address the provider does not vouch for is not taken in', async () => {
    const person = company.employee({ emailVerified: false })
    const { answer } = await company.comeIn(person)
    expect(answer.status).toBe(403)
    expect(textOf(await answer.text())).toContain('does not vouch for your e-mail address')
    expect(await company.memberOf(person.email)).toBeUndefined()
  })

  test.each(['boss@elsewhere.example', `boss@sub.${DOMAIN}`, `boss@${DOMAIN}.evil.example`])(
    'with the address %s, which is not of a domain of the connection, is not taken in',
    async (email) => {
      const person = company.employee({ email })
      const { answer } = await company.comeIn(person, undefined, `boss@${DOMAIN}`)
      expect(answer.status).toBe(403)
      expect(await company.memberOf(email)).toBeUndefined()
    },
  )

  test('who comes twice at once has one account', async () => {
    const person = company.employee()
    const answers = await Promise.all([
      company.comeIn(person),
      company.comeIn(person),
      company.comeIn(person),
    ])
    expect(answers.map(({ answer }) => answer.status)).toEqual([303, 303, 303])
    const member = await company.memberOf(person.email)
    expect(await company.identitiesOf(member?.id)).toBe(1)
  })
})

describe('somebody who came before', () => {
  test('is known by the subject, whatever their address is now', async () => {
    const person = company.employee()
    await company.comeIn(person)
    const before = await company.memberOf(person.email)
    const { email } = person
    Object.assign(person, { email: 'married@elsewhere.example', emailVerified: false })
    const { answer, browser } = await company.comeIn(person, undefined, email)
    expect(answer.status).toBe(303)
    expect(await company.meOf(browser)).toMatchObject({ email })
    expect(await company.identitiesOf(before?.id)).toBe(1)
  })

  test('gets the role of their group anew at each sign-in', async () => {
    const person = company.employee({ groups: ['it'] })
    await company.comeIn(person)
    person.groups = ['marketing']
    await company.comeIn(person)
    expect(await company.memberOf(person.email)).toMatchObject({ role: 'marketer' })
  })

  test('does not come in once they are in no group any more', async () => {
    const person = company.employee()
    await company.comeIn(person)
    person.groups = []
    expect((await company.comeIn(person)).answer.status).toBe(403)
  })

  test('and was deactivated by an admin stays out, and stays deactivated', async () => {
    const person = company.employee()
    await company.comeIn(person)
    const member = await company.memberOf(person.email)
    const owner = await platform.addPerson({ role: 'owner' })
    const { accessToken } = await signIn(platform.edge.url, owner)
    const api = apiCaller(platform.edge.url, accessToken)
    const path = `members/${String(member?.id)}`
    expect((await api('PATCH', path, { active: false })).status).toBe(200)
    const { answer } = await company.comeIn(person)
    expect(answer.status).toBe(403)
    expect(textOf(await answer.text())).toContain('Your access was taken away')
    expect((await company.memberOf(person.email))?.deactivated_at).not.toBeNull()
  })

  test('and whose account is gone altogether stays out', async () => {
    const person = company.employee()
    await company.comeIn(person)
    const sql = 'UPDATE users SET deactivated_at = 1 WHERE email = ?'
    await platform.inControl(sql, [person.email])
    expect((await company.comeIn(person)).answer.status).toBe(403)
  })

  test('is shown to their company once more before what is dangerous', async () => {
    const person = company.employee({ groups: ['it'] })
    const { browser } = await company.comeIn(person)
    const { accessToken } = await browser.letIn('demo')
    const api = apiCaller(platform.edge.url, accessToken)
    const sessionId = z
      .object({ sessionId: z.string() })
      .parse(await (await api('GET', 'me')).json()).sessionId
    const member = await company.memberOf(person.email)
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
    expect((await company.answerAt(question, person, browser)).status).toBe(200)
    expect((await api('POST', 'invitations', ask)).status).toBe(201)
  })

  test('cannot confirm with the identity of a colleague', async () => {
    const [person, colleague] = [company.employee(), company.employee()]
    await company.comeIn(colleague)
    const { browser } = await company.comeIn(person)
    const question = await onward(await browser.get('/sso/confirm?session='))
    const answer = await company.answerAt(question, colleague, browser)
    expect(answer.status).toBe(403)
    expect(textOf(await answer.text())).toContain('somebody else')
  })
})

describe('a connection gives no role above that of who set it up', () => {
  async function byAdmin(id: string, role: string) {
    const domain = `${id.replaceAll('_', '-')}.example`
    await company.connect({
      id,
      domains: [domain],
      roleClaim: 'groups',
      roleMap: [{ value: 'marketing', role }],
      givenByRole: 'admin',
    })
    return domain
  }

  test('nobody is made an owner by what an admin wrote', async () => {
    const domain = await byAdmin('by_admin_up', 'owner')
    const person = company.employee({ email: `x@${domain}` })
    expect((await company.comeIn(person)).answer.status).toBe(403)
    expect(await company.memberOf(person.email)).toBeUndefined()
  })

  test('no owner is unmade by what an admin wrote', async () => {
    const domain = await byAdmin('by_admin_down', 'agent')
    const person = company.employee({ email: `x@${domain}` })
    const account = await platform.addPerson({ role: 'owner', email: person.email })
    const { browser } = await company.comeIn(person)
    const answer = await browser.post('/sso/link', { password: account.password })
    expect(answer.status).toBe(303)
    expect(await company.memberOf(person.email)).toMatchObject({ role: 'owner' })
  })
})

describe('the page that asks for the address', () => {
  const ask = async (email: string) => {
    const answer = await company.newBrowser().post('/sso', { email })
    return { status: answer.status, text: (await answer.text()).replaceAll(email, '…') }
  }

  test('says the same of every domain that has no company sign-in, whoever has an account', async () => {
    const known = await platform.addPerson({ role: 'agent' })
    await company.connect({ id: 'sso_unproven' })
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
    const person = company.employee()
    await company.comeIn(person)
    const [known, unknown] = await Promise.all([ask(person.email), ask(`nobody@${DOMAIN}`)])
    expect([known.status, unknown.status]).toEqual([200, 200])
  })

  test('takes its form from no other site', async () => {
    const browser = company.newBrowser()
    const fields = { email: `a@${DOMAIN}` }
    expect((await browser.post('/sso', fields, 'https://evil.example')).status).toBe(403)
  })
})

describe('a domain whose company wants to be asked', () => {
  test('has no other way in, once it is proven', async () => {
    const person = company.employee({ email: 'x@strict.example' })
    const account = await platform.addPerson({ role: 'agent', email: person.email })
    await company.connect({
      id: 'sso_strict',
      domains: ['strict.example'],
      required: true,
    })
    const browser = company.newBrowser()
    const { email, password } = account
    expect((await browser.post('/sign-in', { email, password })).status).toBe(401)
    const { browser: through } = await company.comeIn(person)
    expect((await through.post('/sso/link', { password })).status).toBe(303)
    expect((await through.get('/account')).status).toBe(200)
  })

  test('has its other ways as long as it is not', async () => {
    const account = await platform.addPerson({ role: 'agent', email: 'x@claimed.example' })
    await company.connect({ id: 'sso_claimed' })
    await platform.inControl(
      `INSERT INTO sso_domains (connection_id, domain, required, verification_token)
        VALUES ('sso_claimed', 'claimed.example', 1, 't')`,
      [],
    )
    await company.newBrowser().signIn(account)
  })
})

describe('a provider', () => {
  test('that keeps its ID tokens short is asked for the rest', async () => {
    await company.connect({
      id: 'sso_short',
      issuer: company.issuerOf('short'),
      domains: ['short.example'],
      roleClaim: 'groups',
      roleMap: [{ value: 'it', role: 'admin' }],
    })
    const person = company.employee({ email: 'x@short.example', groups: ['it'] })
    expect((await company.comeIn(person)).answer.status).toBe(303)
    expect(await company.memberOf(person.email)).toMatchObject({ role: 'admin' })
  })

  test.each(['RS256', 'EdDSA'] as const)('may sign with %s', async (algorithm) => {
    const issuer = company.issuerOf(algorithm)
    const domain = `${algorithm.toLowerCase()}.example`
    await company.connect({ id: `sso_${algorithm}`, issuer, domains: [domain] })
    const person = company.employee({ email: `x@${domain}` })
    expect((await company.comeIn(person)).answer.status).toBe(303)
  })

  test('that does not answer lets nobody in, and the page says so', async () => {
    const gone = await startIdentityProvider({
      port: 0,
      people: [],
      password: '',
      clientId: 'edgewise',
    })
    await gone.stop()
    await company.connect({ id: 'sso_gone', issuer: gone.url, domains: ['gone.example'] })
    const browser = company.newBrowser()
    const answer = await browser.post('/sso', { email: 'a@gone.example' })
    expect(answer.status).toBe(502)
    expect(textOf(await answer.text())).toContain('does not answer at the moment')
  })
})

describe('the audit log', () => {
  test('says who joined through which connection, and that somebody was refused', async () => {
    const person = company.employee()
    await company.comeIn(person)
    await company.comeIn(company.employee({ emailVerified: false }))
    const owner = await platform.addPerson({ role: 'owner' })
    const { accessToken } = await signIn(platform.edge.url, owner)
    const api = apiCaller(platform.edge.url, accessToken)
    const Entries = z.object({ data: z.array(z.looseObject({ action: z.string() })) })
    const { data } = Entries.parse(await (await api('GET', 'audit')).json())
    const text = JSON.stringify(data)
    expect(text).toContain('members.joined')
    expect(text).toContain('company sign-in sso_company')
    expect(text).toContain('address_unproven')
  })
})
