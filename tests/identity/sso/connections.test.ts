import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type IdentityProvider, startIdentityProvider } from '#dev/identity-provider/server.ts'
import { startTestPlatform, type TestPlatform } from '#tests/platform/faulty-platform.ts'
import { type ApiCaller, apiCaller } from '../api-caller.ts'
import { BrowserOverHttp, signIn } from '../browser-over-http.ts'
import { questionTo, signInThere, textOf } from './company-stage.ts'
import { NameServer } from './name-server.ts'

const SECRET = 'a secret that only provider and edge know'
const PASSWORD = 'what the company asks for'

let platform: TestPlatform
let provider: IdentityProvider
let names: NameServer
/** Callers of the API: two owners of two workspaces, and people of the first one. */
let owner: ApiCaller
let admin: ApiCaller
let marketer: ApiCaller
let stranger: ApiCaller
const people = [
  {
    login: 'eve',
    name: 'Eve Engel',
    email: 'eve@made.example',
    emailVerified: true,
    groups: ['it'],
  },
]

beforeAll(async () => {
  names = await NameServer.start()
  provider = await startIdentityProvider({
    port: 0,
    people,
    password: PASSWORD,
    clientId: 'edgewise',
    clientSecret: SECRET,
  })
  platform = await startTestPlatform({
    variables: { OUTBOUND_ALLOWED_ORIGINS: provider.url, DNS_OVER_HTTPS_URL: names.url },
  })
  await platform.addWorkspace('other')
  const callerOf = async (role: string, workspaceId = 'demo') => {
    const email = `${role}@${workspaceId}.example`
    const person = await platform.addPerson({ role, workspaceId, email })
    return apiCaller(platform.edge.url, (await signIn(platform.edge.url, person)).accessToken)
  }
  owner = await callerOf('owner')
  admin = await callerOf('admin')
  marketer = await callerOf('marketer')
  stranger = await callerOf('owner', 'other')
})

afterAll(async () => {
  await platform.stop()
  await provider.stop()
  names.stop()
})

const Shown = z.object({
  id: z.string(),
  redirectUri: z.string(),
  hasSecret: z.boolean(),
  disabled: z.boolean(),
  defaultRole: z.string().nullable(),
  domains: z.array(
    z.object({
      domain: z.string(),
      required: z.boolean(),
      verifiedAt: z.number().nullable(),
      record: z.string(),
    }),
  ),
})
type Shown = z.infer<typeof Shown>

let made = 0

/** A connection with a domain of its own, not proven yet. */
async function connection(
  api: ApiCaller,
  more: Record<string, unknown> = {},
): Promise<Shown & { domain: string }> {
  made += 1
  const domain = `d${made}.example`
  const answer = await api('POST', 'sso-connections', {
    name: 'Company',
    issuer: provider.url,
    clientId: 'edgewise',
    domains: [{ domain }],
    ...more,
  })
  expect([answer.status, answer.status === 201 ? '' : await answer.text()]).toEqual([201, ''])
  return { ...Shown.parse(await answer.json()), domain }
}

const codeOf = async (answer: Response) =>
  `${answer.status} ${z.object({ code: z.string() }).parse(await answer.json()).code}`

function publish({ domains }: Shown): void {
  for (const { domain, record } of domains)
    names.texts.set(domain, ['"v=spf1 -all"', `"${record}"`])
}

test('a company is connected, its domain proven, and somebody of it signs in', async () => {
  const connected = await connection(owner, {
    clientSecret: SECRET,
    domains: [{ domain: 'made.example' }],
    roleClaim: 'groups',
    roleMap: [{ value: 'it', role: 'admin' }],
  })
  const { id, redirectUri } = connected
  expect(redirectUri).toBe(`${platform.edge.url}/sso/callback/${id}`)
  const tested = await owner('POST', `sso-connections/${id}/test`)
  expect(await tested.json()).toEqual({
    kind: 'works',
    authorizationEndpoint: `${provider.url}/auth`,
  })

  const browser = new BrowserOverHttp(platform.edge.url)
  expect((await browser.post('/sso', { email: 'eve@made.example' })).status).toBe(404)
  publish(connected)
  const proven = await owner('POST', `sso-connections/${id}/prove-domain`, {
    domain: 'made.example',
  })
  expect(Shown.parse(await proven.json()).domains).toMatchObject([
    { verifiedAt: expect.any(Number) },
  ])

  const question = await questionTo(browser, 'eve@made.example')
  const back = await signInThere(question, { login: 'eve', password: PASSWORD })
  expect((await browser.get(back.href)).headers.get('location')).toBe('/account')
  const { accessToken } = await browser.letIn('demo')
  const me = await apiCaller(platform.edge.url, accessToken)('GET', 'me')
  expect(await me.json()).toMatchObject({ email: 'eve@made.example', role: 'admin' })
})

test('a wrong client secret lets nobody in', async () => {
  const { id } = await connection(owner, {
    clientSecret: 'another',
    domains: [{ domain: 'wrong.example' }],
    defaultRole: 'agent',
  })
  await platform.inControl('UPDATE sso_domains SET verified_at = 1 WHERE connection_id = ?', [id])
  const browser = new BrowserOverHttp(platform.edge.url)
  const question = await questionTo(browser, 'eve@wrong.example')
  const back = await signInThere(question, { login: 'eve', password: PASSWORD })
  const answer = await browser.get(back.href)
  expect(answer.status).toBe(403)
  expect(textOf(await answer.text())).toContain('nobody was signed in')
})

test('the secret is shown to nobody, and is not in the database as it is', async () => {
  const { id, hasSecret } = await connection(owner, { clientSecret: SECRET })
  expect(hasSecret).toBe(true)
  const listed = await (await owner('GET', 'sso-connections')).text()
  expect(listed).toContain(id)
  expect(listed).not.toContain(SECRET)
  const audit = await (await owner('GET', 'audit')).text()
  expect(audit).not.toContain(SECRET)
  const { rows } = await platform.control.execute('SELECT * FROM sso_connections')
  expect(JSON.stringify(rows)).not.toContain(SECRET)
  const cleared = await owner('PATCH', `sso-connections/${id}`, { clientSecret: null })
  expect(Shown.parse(await cleared.json()).hasSecret).toBe(false)
})

describe('a domain', () => {
  test('is not proven without its record, nor by that of another connection', async () => {
    const [mine, theirs] = [await connection(owner), await connection(owner)]
    const ask = () =>
      owner('POST', `sso-connections/${mine.id}/prove-domain`, { domain: mine.domain })
    expect(await codeOf(await ask())).toBe('409 conflict')
    names.texts.set(mine.domain, [`"${theirs.domains[0]?.record}"`, '"edgewise-verification="'])
    expect(await codeOf(await ask())).toBe('409 conflict')
    names.isBroken = true
    expect(await codeOf(await ask())).toBe('503 unavailable')
    names.isBroken = false
    publish(mine)
    expect((await ask()).status).toBe(200)
  })

  test('is proven also by a record in pieces', async () => {
    const { id, domain, domains } = await connection(owner)
    const record = domains[0]?.record ?? ''
    names.texts.set(domain, [`"${record.slice(0, 10)}" "${record.slice(10)}"`])
    const answer = await owner('POST', `sso-connections/${id}/prove-domain`, { domain })
    expect(answer.status).toBe(200)
  })

  test('may be named by anybody, and belongs to who proves it first', async () => {
    const domains = [{ domain: 'contested.example', required: true }]
    const squatter = await connection(stranger, { domains })
    const rightful = await connection(owner, { domains })
    publish(rightful)
    const prove = (api: ApiCaller, { id }: Shown) =>
      api('POST', `sso-connections/${id}/prove-domain`, { domain: 'contested.example' })
    expect(await codeOf(await prove(stranger, squatter))).toBe('409 conflict')
    expect((await prove(owner, rightful)).status).toBe(200)
    publish(squatter)
    expect(await codeOf(await prove(stranger, squatter))).toBe('409 conflict')
  })

  test('that was taken out and put back has to be proven anew, with another record', async () => {
    const before = await connection(owner)
    const { id, domain } = before
    publish(before)
    await owner('POST', `sso-connections/${id}/prove-domain`, { domain })
    const change = (domains: unknown[]) => owner('PATCH', `sso-connections/${id}`, { domains })
    const kept = await change([{ domain, required: true }, { domain: `www.${domain}` }])
    expect(Shown.parse(await kept.json()).domains).toMatchObject([
      { domain, required: true, verifiedAt: expect.any(Number) },
      { domain: `www.${domain}`, verifiedAt: null },
    ])
    await change([])
    const back = Shown.parse(await (await change([{ domain }])).json())
    expect(back.domains[0]?.verifiedAt).toBeNull()
    expect(back.domains[0]?.record).not.toBe(before.domains[0]?.record)
  })

  test.each([
    'example',
    'https://a.example',
    'a b.example',
    '*.example',
    'a..example',
    '-a.example',
  ])('%s is none', async (domain) => {
    const body = { name: 'C', issuer: provider.url, clientId: 'c', domains: [{ domain }] }
    expect((await owner('POST', 'sso-connections', body)).status).toBe(400)
  })
})

describe('nobody gives a role that they could not give', () => {
  test('an admin’s connection makes no owners, whichever field says so', async () => {
    const body = { name: 'C', issuer: provider.url, clientId: 'c' }
    for (const rules of [{ defaultRole: 'owner' }, { roleMap: [{ value: 'x', role: 'owner' }] }]) {
      expect(await codeOf(await admin('POST', 'sso-connections', { ...body, ...rules }))).toBe(
        '403 above_you',
      )
      const { id } = await connection(admin)
      expect(await codeOf(await admin('PATCH', `sso-connections/${id}`, rules))).toBe(
        '403 above_you',
      )
    }
  })

  test('an admin changes nothing of a connection that makes owners, but may switch it off', async () => {
    const { id } = await connection(owner, { defaultRole: 'owner' })
    const change = (body: unknown) => admin('PATCH', `sso-connections/${id}`, body)
    for (const body of [
      { name: 'Mine' },
      { clientSecret: 'mine' },
      { domains: [{ domain: 'mine.example' }] },
      { roleClaim: 'mine' },
      { roleMap: [], defaultRole: 'marketer' },
      { disabled: false },
    ]) {
      expect(await codeOf(await change(body))).toBe('403 above_you')
    }
    expect(await codeOf(await admin('DELETE', `sso-connections/${id}`))).toBe('403 above_you')
    const off = await change({ disabled: true })
    expect(Shown.parse(await off.json())).toMatchObject({ disabled: true, defaultRole: 'owner' })
  })

  test('a role that does not exist is refused', async () => {
    const body = { name: 'C', issuer: provider.url, clientId: 'c', defaultRole: 'emperor' }
    expect(await codeOf(await owner('POST', 'sso-connections', body))).toBe('400 invalid')
  })
})

test('issuer and client cannot be changed: identities are worth something only with them', async () => {
  const { id } = await connection(owner)
  for (const body of [{ issuer: 'https://mine.example' }, { clientId: 'mine' }]) {
    expect((await owner('PATCH', `sso-connections/${id}`, body)).status).toBe(400)
  }
})

test('nobody locks themselves out with a connection that they have not come through', async () => {
  const domains = [{ domain: 'demo.example', required: true }]
  const body = { name: 'C', issuer: provider.url, clientId: 'c', domains }
  expect(await codeOf(await owner('POST', 'sso-connections', body))).toBe('409 conflict')
  const { id } = await connection(owner, { domains: [{ domain: 'demo.example' }] })
  expect(await codeOf(await owner('PATCH', `sso-connections/${id}`, { domains }))).toBe(
    '409 conflict',
  )
})

test.each([
  'http://idp.example.com',
  'https://127.0.0.1',
  'https://169.254.169.254',
  'https://localhost',
  'https://idp.internal',
  'https://user@idp.example.com',
  'not an address',
])('an issuer at %s is refused', async (issuer) => {
  const body = { name: 'C', issuer, clientId: 'c' }
  expect(await codeOf(await owner('POST', 'sso-connections', body))).toBe('400 invalid')
})

test('a test says what is wrong with a provider', async () => {
  const { id } = await connection(owner, { issuer: `${provider.url}/another` })
  const answer = await owner('POST', `sso-connections/${id}/test`)
  expect(await answer.json()).toMatchObject({ kind: 'unfit' })
})

test('what belongs to one workspace is unknown in another, and to who may not see it', async () => {
  const { id, domain } = await connection(owner)
  const read = async () => {
    const { rows } = await platform.control.execute('SELECT * FROM sso_connections')
    return JSON.stringify(rows)
  }
  const before = await read()
  const calls: [string, string, unknown?][] = [
    ['PATCH', `sso-connections/${id}`, { name: 'Taken' }],
    ['PATCH', `sso-connections/${id}`, { disabled: true }],
    ['DELETE', `sso-connections/${id}`],
    ['POST', `sso-connections/${id}/prove-domain`, { domain }],
    ['POST', `sso-connections/${id}/test`],
  ]
  for (const call of calls) {
    expect((await stranger(...call)).status).toBe(404)
    expect(await codeOf(await marketer(...call))).toBe('403 not_in_role')
  }
  expect(await (await stranger('GET', 'sso-connections')).text()).not.toContain(id)
  expect((await marketer('GET', 'sso-connections')).status).toBe(403)
  expect(await read()).toBe(before)
})

test('a deleted connection takes its domains and identities along, and leaves the people', async () => {
  const { id } = await connection(owner, { defaultRole: 'agent' })
  const person = await platform.addPerson({ role: 'agent' })
  await platform.inControl('INSERT INTO sso_identities VALUES (?, ?, ?, 0)', [
    id,
    'subject',
    person.userId,
  ])
  expect((await owner('DELETE', `sso-connections/${id}`)).status).toBe(204)
  const left = await platform.control.execute({
    sql: `SELECT (SELECT count(*) FROM sso_domains WHERE connection_id = ?1)
        + (SELECT count(*) FROM sso_identities WHERE connection_id = ?1) AS rows,
      (SELECT count(*) FROM users WHERE id = ?2) AS people`,
    args: [id, person.userId],
  })
  expect(left.rows[0]).toMatchObject({ rows: 0, people: 1 })
  expect((await owner('DELETE', `sso-connections/${id}`)).status).toBe(404)
})
