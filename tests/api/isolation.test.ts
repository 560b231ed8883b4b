import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { bodyOf } from '#shared/recommend/body.fixture.ts'
import { SYNC_PROTOCOL_VERSION } from '#shared/sync/protocol.ts'
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
/** What only the first workspace could have told: cursors, an epoch, a link, a token. */
let found: {
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
    visitorsCursor: Next.parse(visitors).next,
    eventsCursor: Next.parse(events).next,
    epoch: String(meta?.epoch),
    linkId: String(link?.link_id),
    token: Token.parse(await minted.json()).token,
  }
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

const asOther = (more: Record<string, string> = {}) => ({
  authorization: `Bearer ${other.target.secretKey}`,
  ...more,
})

/** Everything the first workspace has, as one text. */
async function contentOf(workspace: { store: TestPlatform['store'] }): Promise<string> {
  const { rows } = await workspace.store.execute(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
  )
  const tables = await Promise.all(
    rows.map((row) => workspace.store.execute(`SELECT * FROM "${row.name}"`)),
  )
  return JSON.stringify(tables.map((table) => table.rows))
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

/** How a caller might try to name another workspace than that of the key. */
function tricks(): Call[] {
  const headers = asOther({ 'x-workspace-id': 'demo', 'x-workspace': 'demo', 'x-tenant': 'demo' })
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

test('no route tells the key of another workspace anything, however it is asked', async () => {
  const before = await contentOf(platform)
  const seen: string[] = []
  let asked = 0
  for (const operation of operations) {
    const calls = operation.takesBody
      ? bodies().map((body) => ({ headers: asOther(), body, parameter: MARK }))
      : tricks()
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
