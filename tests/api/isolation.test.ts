import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { bodyOf } from '#shared/recommend/body.fixture.ts'
import { SYNC_PROTOCOL_VERSION } from '#shared/sync/protocol.ts'
import { apiCaller } from '#tests/identity/api-caller.ts'
import { signIn } from '#tests/identity/browser-over-http.ts'
import { EdgeClient } from '#tests/platform/edge-client.ts'
import {
  SECRET_KEY,
  startTestPlatform,
  type TestPlatform,
  type TestWorkspace,
  WRITE_KEY,
} from '#tests/platform/faulty-platform.ts'
import { type Call, call, type Operation, operationsOf } from './operations.ts'

/** Stands in every value of the one workspace, so that any trace of it in the other is seen. */
const MARK = 'marmalade'
const VISITOR = `visitor-${MARK}`
const MESSAGE = `message-${MARK}`

let platform: TestPlatform
let demo: EdgeClient
let other: TestWorkspace
let operations: Operation[]
/** An owner's access token in the second workspace. */
let otherOwner: string
/** What only the first workspace could have told: cursors, an epoch, a link, a token, ids of its people. */
let found: {
  ids: string[]
  visitorsCursor: string
  eventsCursor: string
  epoch: string
  linkId: string
  token: string
}

const Next = z.object({ next: z.string() })
const Token = z.object({ token: z.string() })

beforeAll(async () => {
  platform = await startTestPlatform()
  other = await platform.addWorkspace('other')
  operations = await operationsOf(platform.edge.url)
  demo = new EdgeClient({ edge: platform.edge.url, writeKey: WRITE_KEY, secretKey: SECRET_KEY })
  const owner = await platform.addPerson({ role: 'owner', workspaceId: 'other' })
  otherOwner = (await signIn(platform.edge.url, owner)).accessToken
  await fill()
})

afterAll(() => platform.stop())

async function fill(): Promise<void> {
  const sent = await demo.capture('batch', {
    batch: [0, 1, 2].flatMap((n) => [
      {
        type: 'page',
        anonymousId: n === 0 ? VISITOR : `${VISITOR}-${n}`,
        messageId: n === 0 ? MESSAGE : `${MESSAGE}-${n}`,
        name: `page ${MARK}`,
        properties: { path: `/${MARK}`, title: MARK },
      },
      {
        type: 'identify',
        anonymousId: n === 0 ? VISITOR : `${VISITOR}-${n}`,
        userId: `user-${MARK}`,
        messageId: `${MESSAGE}-identify-${n}`,
        traits: { name: MARK, email: `jo@${MARK}.example` },
      },
    ]),
  })
  expect(sent.status).toBe(200)
  await demo.capture('track', { anonymousId: VISITOR, messageId: MESSAGE, event: MARK })
  await save(SECRET_KEY, MARK)
  expect((await recommendWith(SECRET_KEY)).status).toBe(200)
  await demo.settled()
  const visitors = await demo.get('/api/v1/visitors?limit=1')
  const events = await demo.get('/api/v1/events?limit=1')
  const [meta] = (await platform.store.execute('SELECT epoch FROM store_meta')).rows
  const [link] = (await platform.store.execute('SELECT link_id FROM identity_links LIMIT 1')).rows
  const minted = await demo.capture('visitor', {})
  found = {
    ids: await fillPeople(),
    visitorsCursor: Next.parse(visitors).next,
    eventsCursor: Next.parse(events).next,
    epoch: String(meta?.epoch),
    linkId: String(link?.link_id),
    token: Token.parse(await minted.json()).token,
  }
}

const Made = z.looseObject({ id: z.string().optional(), clientId: z.string().optional() })

/** An owner, a role, an invitation, a key and an app of the first workspace. @returns their ids */
async function fillPeople(): Promise<string[]> {
  const owner = await platform.addPerson({ role: 'owner', email: `owner@${MARK}.example` })
  const { accessToken } = await signIn(platform.edge.url, owner)
  const api = apiCaller(platform.edge.url, accessToken)
  const make = async (method: string, path: string, body: unknown) => {
    const answer = await api(method, path, body)
    expect(answer.status).toBeLessThan(300)
    const { id, clientId } = Made.parse(await answer.json())
    return id ?? clientId ?? ''
  }
  const permissions = ['stats:read']
  const { sessionId } = z
    .object({ sessionId: z.string() })
    .parse(await (await api('GET', 'me')).json())
  return [
    owner.userId,
    sessionId,
    await make('PUT', 'roles/campaigns', { name: MARK, permissions }),
    await make('POST', 'invitations', { email: `new@${MARK}.example`, role: 'campaigns' }),
    await make('POST', 'keys', { kind: 'secret', name: MARK, permissions }),
    await make('POST', 'apps', { name: MARK, redirectUris: ['http://127.0.0.1/cb'], permissions }),
    await make('PUT', 'sign-in-policy', { secondFactorRoles: ['campaigns'] }),
  ].filter((id) => id !== '')
}

function save(key: string, slot: string): Promise<Response> {
  return fetch(`${platform.edge.url}/api/v1/slots/${slot}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      key: slot,
      name: slot,
      status: 'published',
      variants: [],
      default: null,
    }),
  })
}

function recommendWith(key: string): Promise<Response> {
  return fetch(`${platform.edge.url}/api/v1/recommendations`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(bodyOf([`/${MARK}`, '/other'], { version: MARK })),
  })
}

const asOther = (more: Record<string, string> = {}, credential = other.target.secretKey) => ({
  authorization: `Bearer ${credential}`,
  ...more,
})

/** Everything that the control database has of the first workspace. */
async function peopleOf(): Promise<unknown[]> {
  const tables = [
    'memberships',
    'custom_roles',
    'invitations',
    'api_keys',
    'oauth_clients',
    'sessions',
  ]
  const found = await platform.control.batch(
    [
      ...[...tables, 'workspace_policies'].map(
        (table) => `SELECT * FROM ${table} WHERE workspace_id = 'demo'`,
      ),
      "SELECT * FROM users WHERE id IN (SELECT user_id FROM memberships WHERE workspace_id = 'demo')",
    ],
    'read',
  )
  return found.map(({ rows }) => rows)
}

/** Everything the first workspace has, as one text. */
async function contentOf(workspace: { store: TestPlatform['store'] }): Promise<string> {
  const { rows } = await workspace.store.execute(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
  )
  const tables = await Promise.all(
    rows.map((row) => workspace.store.execute(`SELECT * FROM "${row.name}"`)),
  )
  return JSON.stringify([await peopleOf(), tables.map((table) => table.rows)])
}

/** Bodies that name what is the first workspace's, for every route that takes one. */
function bodies(): unknown[] {
  const workspace = { workspaceId: 'demo', workspace: 'demo', workspace_id: 'demo' }
  const start = { ingestSeq: 0, verdictSeq: 0, version: 0 }
  return [
    { ...workspace, visitorId: VISITOR },
    { ...workspace, linkId: found.linkId, undone: true, reason: 'not mine' },
    { ...workspace, protocol: SYNC_PROTOCOL_VERSION, epoch: null, edit: 0, facts: start },
    { ...workspace, protocol: SYNC_PROTOCOL_VERSION, epoch: found.epoch, edit: 0, facts: start },
    { ...workspace, token: found.token, slots: [MARK] },
    { ...workspace, key: 'x', name: 'x', status: 'published', variants: [], default: null },
  ]
}

/** Changes of people that would be taken in the first workspace itself. */
const CHANGES: unknown[] = [
  { role: 'agent' },
  { role: 'campaigns' },
  { active: false },
  { email: 'new@example.com', role: 'campaigns' },
  { name: 'Taken', permissions: ['stats:read'] },
  { secondFactorRoles: ['campaigns'] },
]

/** How a caller might try to reach what belongs to people of the first workspace. */
function grabs(headers: Record<string, string>): Call[] {
  return found.ids.flatMap((parameter) => CHANGES.map((body) => ({ headers, body, parameter })))
}

const OF_PEOPLE = /^(me|members|roles|keys|apps|sign-in|audit):/

/** How a caller might try to name another workspace than that of the credential. */
function tricks(credential: string): Call[] {
  const headers = asOther(
    { 'x-workspace-id': 'demo', 'x-workspace': 'demo', 'x-tenant': 'demo' },
    credential,
  )
  return [
    '',
    '?workspace=demo&workspaceId=demo&workspace_id=demo',
    `?visitor=${VISITOR}`,
    `?messageId=${MESSAGE}`,
    `?messageId=${MESSAGE}&verdict=duplicate`,
    `?name=${MARK}`,
    `?cursor=${found.visitorsCursor}`,
    `?cursor=${found.eventsCursor}`,
    `?key=${SECRET_KEY}&writeKey=${WRITE_KEY}`,
  ].map((query) => ({ headers, query, parameter: VISITOR }))
}

test('the data of a workspace is there for its own key', async () => {
  expect(JSON.stringify(await demo.get(`/api/v1/visitors/${VISITOR}`))).toContain(MARK)
  expect(JSON.stringify(await demo.get(`/api/v1/events?messageId=${MESSAGE}`))).toContain(MARK)
  expect(found.linkId).toContain(MARK)
})

test.each([
  ['the key', () => other.target.secretKey],
  ['an owner', () => otherOwner],
])('no route tells %s of another workspace anything, however it is asked', async (_who, who) => {
  const credential = who()
  const headers = asOther({}, credential)
  const before = await contentOf(platform)
  const seen: string[] = []
  let asked = 0
  for (const operation of operations) {
    const calls: Call[] = operation.takesBody
      ? bodies().map((body) => ({ headers, body, parameter: MARK }))
      : tricks(credential)
    if (OF_PEOPLE.test(operation.permission ?? '')) calls.push(...grabs(headers))
    for (const given of calls) {
      const answer = await call(platform.edge.url, operation, given)
      const text = await answer.text()
      asked += 1
      if (answer.status >= 500) seen.push(`${operation.id} failed with ${answer.status}: ${text}`)
      // A refusal may repeat what the caller sent; data comes with 200 only.
      if (answer.ok && text.includes(MARK)) {
        seen.push(`${operation.id} ${JSON.stringify(given)} told ${text}`)
      }
    }
  }
  expect(seen).toEqual([])
  expect(asked).toBeGreaterThan(100)
  expect(await contentOf(platform)).toBe(before)
})

test('what belongs to one workspace is unknown or refused in the other', async () => {
  const ask = (path: string, body?: unknown) =>
    fetch(`${platform.edge.url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: asOther({ 'content-type': 'application/json' }),
      body: body === undefined ? null : JSON.stringify(body),
    })
  expect((await ask(`/api/v1/visitors/${VISITOR}`)).status).toBe(404)
  expect((await ask('/v1/score', { visitorId: VISITOR })).status).toBe(404)
  expect((await ask('/v1/recommend', { viewed: [`/${MARK}`] })).status).toBe(404)
  expect((await ask('/api/v1/recommendations')).status).toBe(404)
  const undo = { linkId: found.linkId, undone: true, reason: 'not mine' }
  expect((await ask('/api/v1/identity/links/undo', undo)).status).toBe(404)
  const decided = await ask('/v1/decide', { token: found.token, slots: ['hero'] })
  expect(await decided.json()).toMatchObject({ status: 403, code: 'visitor_token_refused' })
  const cursor = { ingestSeq: 0, verdictSeq: 0, version: 0 }
  const pulled = { protocol: SYNC_PROTOCOL_VERSION, epoch: found.epoch, edit: 0, facts: cursor }
  expect(await (await ask('/api/v1/sync/pull', pulled)).json()).toMatchObject({ kind: 'reset' })
})

test('people, roles, invitations, keys and apps of one workspace are unknown in the other', async () => {
  const api = apiCaller(platform.edge.url, otherOwner)
  const [userId, sessionId, , invitationId, keyId, appId] = found.ids
  const before = await contentOf(platform)
  const said = [
    await api('PATCH', `members/${userId}`, { role: 'agent' }),
    await api('PATCH', `me/sessions/${sessionId}`, { name: 'Mine' }),
    await api('DELETE', `me/sessions/${sessionId}`),
    await api('DELETE', `invitations/${invitationId}`),
    await api('DELETE', `keys/${keyId}`),
    await api('DELETE', `apps/${appId}`),
  ]
  expect(said.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 404])
  expect(await contentOf(platform)).toBe(before)
})

test('a key whose workspace was edited opens neither', async () => {
  const secret = other.target.secretKey.replace('esk_other_', 'esk_demo_')
  const write = other.target.writeKey.replace('ewk_other_', 'ewk_demo_')
  for (const key of [secret, write]) {
    const answer = await demo.capture('track', { anonymousId: 'a', event: 'x' }, key)
    expect(answer.status).toBe(401)
  }
})

test('the same ids in two workspaces are two things', async () => {
  const theirs = new EdgeClient(other.target)
  const before = await contentOf(platform)
  await theirs.capture('track', { anonymousId: VISITOR, messageId: MESSAGE, event: 'theirs' })
  await save(other.target.secretKey, MARK)
  await theirs.settled()
  const { data } = await theirs.get<{ data: { verdict: string; name: string }[] }>(
    `/api/v1/events?messageId=${MESSAGE}`,
  )
  expect(data).toMatchObject([{ verdict: 'accepted', name: 'theirs' }])
  const detail = await theirs.get<{ timeline: unknown[]; person: unknown }>(
    `/api/v1/visitors/${VISITOR}`,
  )
  expect(detail).toMatchObject({ person: null, timeline: [{ name: 'theirs' }] })
  expect(await contentOf(platform)).toBe(before)
})
