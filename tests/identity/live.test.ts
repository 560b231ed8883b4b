import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { LIVE_CLOSE, LiveMessage } from '#shared/live/messages.ts'
import { startTestPlatform, type TestPlatform } from '#tests/platform/faulty-platform.ts'
import type { TestPerson } from '#tests/platform/test-person.ts'
import { apiCaller } from './api-caller.ts'
import { signIn } from './browser-over-http.ts'

/** What is promised where somebody was told; without that it is half a minute. */
const AT_ONCE_MS = 5_000

let platform: TestPlatform
let owner: { accessToken: string }
let people: number

beforeAll(async () => {
  platform = await startTestPlatform()
  owner = await signIn(platform.edge.url, await platform.addPerson({ role: 'owner' }))
  people = 0
})

afterAll(() => platform.stop())

async function somebody(role: string): Promise<{ person: TestPerson; accessToken: string }> {
  people += 1
  const person = await platform.addPerson({ role, email: `live${people}@people.example` })
  return { person, ...(await signIn(platform.edge.url, person)) }
}

function open(token: string | null): WebSocket {
  const url = new URL('/api/v1/live', platform.edge.url)
  url.protocol = 'ws:'
  return new WebSocket(url, { headers: token ? { authorization: `Bearer ${token}` } : {} })
}

async function next(socket: WebSocket): Promise<LiveMessage> {
  const [data] = await once(socket, 'message', { signal: AbortSignal.timeout(AT_ONCE_MS) })
  return LiveMessage.parse(JSON.parse(String(data)))
}

/** Told why, and then closed; the line itself stays until both sides have let go of it. */
async function ended(socket: WebSocket): Promise<[said: LiveMessage, code: number]> {
  const said = await next(socket)
  await expect.poll(() => socket.readyState, { timeout: AT_ONCE_MS }).not.toBe(WebSocket.OPEN)
  const close = once(socket, 'close')
  socket.terminate()
  const [code] = await close
  return [said, Number(code)]
}

async function statusOf(socket: WebSocket): Promise<number> {
  const [, answer] = await once(socket, 'unexpected-response')
  return answer.statusCode
}

const asOwner = () => apiCaller(platform.edge.url, owner.accessToken)

test('a live connection says what the person may do, and says it again at once when the role changed', async () => {
  const { person, accessToken } = await somebody('marketer')
  const socket = open(accessToken)
  expect(await next(socket)).toMatchObject({ role: 'marketer' })
  const heard = next(socket)
  expect((await asOwner()('PATCH', `members/${person.userId}`, { role: 'agent' })).status).toBe(200)
  expect(await heard).toMatchObject({
    t: 'access',
    role: 'agent',
    permissions: expect.not.arrayContaining(['slots:write']),
  })
  socket.terminate()
})

test('it is closed at once for who is deactivated, with the reason, and does not open again', async () => {
  const { person, accessToken } = await somebody('analyst')
  const socket = open(accessToken)
  await next(socket)
  const end = ended(socket)
  expect((await asOwner()('PATCH', `members/${person.userId}`, { active: false })).status).toBe(200)
  expect(await end).toEqual([{ t: 'ended', code: 'not_a_member' }, LIVE_CLOSE.accessEnded])
})

test('it is closed at once when its session is ended elsewhere', async () => {
  const { person, accessToken } = await somebody('agent')
  const socket = open(accessToken)
  await next(socket)
  const elsewhere = await signIn(platform.edge.url, person)
  const end = ended(socket)
  const call = apiCaller(platform.edge.url, elsewhere.accessToken)
  expect((await call('POST', 'me/sessions/end-others')).status).toBe(200)
  expect(await end).toEqual([{ t: 'ended', code: 'signed_out' }, LIVE_CLOSE.accessEnded])
})

test('neither a key nor nobody nor a token of yesterday opens one', async () => {
  const { writeKey, secretKey } = (await platform.addWorkspace('live')).target
  expect(await statusOf(open(null))).toBe(401)
  expect(await statusOf(open(writeKey))).toBe(403)
  expect(await statusOf(open(secretKey))).toBe(403)
  expect(await statusOf(open(`${owner.accessToken}x`))).toBe(401)
})

test('nobody names another session to the hub: its own header is not taken from outside', async () => {
  const { accessToken } = await somebody('agent')
  const url = new URL('/api/v1/live', platform.edge.url)
  url.protocol = 'ws:'
  const { sid } = JSON.parse(atob(owner.accessToken.split('.')[1] ?? ''))
  const socket = new WebSocket(url, {
    headers: { authorization: `Bearer ${accessToken}`, 'x-edgewise-session': sid },
  })
  expect(await next(socket)).toMatchObject({ role: 'agent' })
  socket.terminate()
})

test('asked for without an upgrade, it says what to do', async () => {
  const answer = await asOwner()('GET', 'live')
  expect([answer.status, await answer.json()]).toEqual([
    400,
    expect.objectContaining({ code: 'invalid' }),
  ])
})
