import { afterAll, beforeAll, expect, test } from 'vitest'
import { BrowserOverHttp } from '#tests/identity/browser-over-http.ts'
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
