import { afterAll, beforeAll, expect, test } from 'vitest'
import { BrowserOverHttp, signIn } from '#tests/identity/browser-over-http.ts'
import { addConnection } from '#tests/identity/sso/company-stage.ts'
import { EdgeClient } from '#tests/platform/edge-client.ts'
import { startTestPlatform, type TestPlatform } from '#tests/platform/faulty-platform.ts'
import { createdWorkspace, runWorkspace } from '#tests/platform/workspace-command.ts'

const PASSWORD = 'fourteen quiet lighthouses'

let platform: TestPlatform

beforeAll(async () => {
  platform = await startTestPlatform()
})

afterAll(() => platform.stop())

const run = (...args: string[]) => runWorkspace(platform.operator, args)
const create = (id: string) =>
  createdWorkspace(platform.operator, [
    id,
    '--owner',
    `owner@${id}.example`,
    '--database',
    platform.databaseUrl(id),
  ])

/** How much of the operator's doing waits for the workspace's hub, which takes it when the edge is next asked. */
async function waiting(workspaceId: string, action: string): Promise<number> {
  const { rows } = await platform.control.execute({
    sql: `SELECT count(*) AS n FROM audit_outbox WHERE workspace_id = ?
      AND entry ->> '$.entry.action' = ? AND entry ->> '$.entry.actor.name' = 'operator'`,
    args: [workspaceId, action],
  })
  return Number(rows[0]?.n)
}

test('a deployment’s operator makes a workspace: its keys work, its owner comes in, and all of it is on record', async () => {
  const { writeKey, secretKey, invitation } = await create('acme')
  const client = new EdgeClient({ edge: platform.edge.url, writeKey, secretKey })
  const event = { anonymousId: 'visitor', messageId: 'first', event: 'First' }
  expect((await client.capture('track', event)).status).toBe(200)
  await client.settled()
  const { data } = await client.get<{ data: { messageId: string }[] }>('/api/v1/events')
  expect(data.map(({ messageId }) => messageId)).toEqual(['first'])

  const browser = new BrowserOverHttp(platform.edge.url)
  const joined = await browser.post(invitation.pathname, { name: 'Ada', password: PASSWORD })
  expect([joined.status, joined.headers.get('location')]).toEqual([303, '/account'])
  const { accessToken } = await browser.letIn('acme')
  const audit = await fetch(`${platform.edge.url}/api/v1/audit`, {
    headers: { authorization: `Bearer ${accessToken}` },
  })
  const entries = ((await audit.json()) as { data: { action: string; actor: unknown }[] }).data
  expect(entries.map(({ action }) => action)).toEqual(
    expect.arrayContaining([
      'workspaces.created',
      'keys.made',
      'members.invited',
      'members.joined',
    ]),
  )
  expect(entries.find(({ action }) => action === 'workspaces.created')?.actor).toEqual({
    kind: 'job',
    name: 'operator',
  })
  expect((await browser.get(invitation.pathname)).status).toBe(410)
})

test('no two workspaces share a database, and none is made twice', async () => {
  await create('north')
  const again = (id: string, database: string) =>
    run('create', id, '--owner', 'a@north.example', '--database', database)
  expect(await again('north', platform.databaseUrl('other'))).toEqual({
    code: 2,
    output: 'There is a workspace north already; invite people to it, or choose another id.',
  })
  // The same address in another spelling.
  const spelled = platform.databaseUrl('north').replace('http:', 'HTTP:')
  expect((await again('south', spelled)).output).toMatch(
    / is the database of the workspace north\.$/,
  )
  expect((await again('south', platform.operator.CONTROL_DB_URL)).output).toMatch(
    / is the control database/,
  )
  const { rows } = await platform.control.execute("SELECT id FROM workspaces WHERE id = 'south'")
  expect(rows).toEqual([])
  expect((await run('create', 'south', '--owner', 'a@south.example')).output).toMatch(
    /^create needs --database/,
  )
})

test('where nobody can sign in any more an operator lets somebody in', async () => {
  await create('locked')
  const { output } = await run('invite', 'locked', '--email', 'New@Locked.example')
  const link = new URL(/http\S+/.exec(output)?.[0] ?? '')
  const browser = new BrowserOverHttp(platform.edge.url)
  await browser.post(link.pathname, { name: 'New', password: PASSWORD })
  const { rows } = await platform.control.execute(
    `SELECT m.role FROM memberships m JOIN users u ON u.id = m.user_id
      WHERE m.workspace_id = 'locked' AND u.email = 'new@locked.example'`,
  )
  expect(rows.map(({ role }) => role)).toEqual(['owner'])
  expect((await run('invite', 'nowhere', '--email', 'a@b.example')).output).toBe(
    'There is no workspace nowhere; see npm run workspace -- list.',
  )
})

test('a host is served for one workspace alone, and no longer when it is taken away', async () => {
  const site = (id: string, ...more: string[]) =>
    run('site', id, '--host', 'www.acme.example', ...more)
  await create('sites')
  await site('sites', '--origin', 'https://origin.acme.example/')
  expect((await run('list')).output).toContain(
    '\n  www.acme.example from https://origin.acme.example',
  )
  expect((await site('demo', '--origin', 'https://thief.example')).output).toBe(
    'www.acme.example is served for the workspace sites.',
  )
  expect((await site('demo', '--remove')).output).toMatch(/served for the workspace sites/)
  expect((await site('sites', '--remove')).code).toBe(0)
  expect((await site('sites', '--remove')).output).toBe('www.acme.example is not served.')
})

test('an operator proves a domain and switches company sign-in off, each on record', async () => {
  const domain = 'company.example'
  const record = async () =>
    (
      await platform.control.execute({
        sql: `SELECT c.disabled_at, d.verified_at FROM sso_connections c
          JOIN sso_domains d ON d.connection_id = c.id WHERE c.workspace_id = ?`,
        args: ['company'],
      })
    ).rows[0]
  await create('company')
  await create('rival')
  expect((await run('sign-in', 'company', '--off')).output).toBe(
    'No company sign-in of company is on.',
  )
  for (const id of ['company', 'rival']) {
    const listed = await run('sign-in', id, '--prove', domain)
    expect(listed.output).toMatch(/^No connection of (company|rival) lists company\.example/)
    await addConnection(platform, {
      id: `sso_${id}`,
      issuer: 'https://idp.example',
      workspaceId: id,
    })
    await platform.inControl(
      "INSERT INTO sso_domains (connection_id, domain, verification_token) VALUES (?, ?, 'token')",
      [`sso_${id}`, domain],
    )
  }
  expect((await run('sign-in', 'company', '--prove', domain)).code).toBe(0)
  expect((await run('sign-in', 'rival', '--prove', domain)).output).toBe(
    'A connection of the workspace company has company.example; have it taken out there first.',
  )
  expect(await record()).toMatchObject({ disabled_at: null, verified_at: expect.any(Number) })
  expect((await run('sign-in', 'company', '--off')).output).toMatch(/^Company sign-in is off/)
  expect(await record()).toMatchObject({ disabled_at: expect.any(Number) })
  expect(await waiting('company', 'sign_in.changed')).toBe(2)
})

test('an operator shuts a person out of every workspace, and lets them in again', async () => {
  const person = await platform.addPerson({ role: 'analyst' })
  const { accessToken } = await signIn(platform.edge.url, person)
  const me = async () =>
    (
      await fetch(`${platform.edge.url}/api/v1/me`, {
        headers: { authorization: `Bearer ${accessToken}` },
      })
    ).status
  expect(await me()).toBe(200)
  const account = (...args: string[]) => run('account', '--email', person.email, ...args)
  expect((await account('--deactivate')).output).toBe(
    `${person.email} is refused everywhere within a minute.`,
  )
  // Isolates that have just begun remember nobody.
  await platform.restartEdge()
  expect(await me()).toBe(401)
  expect((await account('--deactivate')).output).toBe('The account is deactivated already.')
  expect((await account('--activate')).code).toBe(0)
  await platform.restartEdge()
  expect(await me()).toBe(200)
  expect((await run('account', '--email', 'nobody@people.example', '--activate')).output).toBe(
    'Nobody has an account with nobody@people.example.',
  )
})

test('migrating again changes nothing and names every database', async () => {
  const { code, output } = await run('migrate')
  expect(code).toBe(0)
  expect(output).toMatch(/^control: at version \d+\.\n[\s\S]*^demo: at version \d+\.$/m)
})

test('a store that does not answer is told in a sentence, without its token', async () => {
  const wrong = { ...platform.operator, STORE_AUTH_TOKEN: 'not-the-token' }
  const { code, output } = await runWorkspace(wrong, ['list'])
  expect([code, output.split('\n').length]).toEqual([1, 1])
  expect(output).toMatch(/CONTROL_DB_URL and STORE_AUTH_TOKEN/)
  expect(output).not.toContain('not-the-token')
})
