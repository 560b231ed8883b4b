import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { startTestPlatform, type TestPlatform } from '#tests/platform/faulty-platform.ts'
import { apiCaller } from './api-caller.ts'
import { askToken, BrowserOverHttp, refreshGrant } from './browser-over-http.ts'

const WRONG_PASSWORD = 'marmalade-wrong-password'
const EMAIL = 'marmalade@people.example'

let platform: TestPlatform
let log = ''

beforeAll(async () => {
  platform = await startTestPlatform({
    onLog: (text) => {
      log += text
    },
  })
})

afterAll(() => platform.stop())

const Made = z.object({ key: z.string() })
const Registered = z.object({ clientSecret: z.string() })

test('no password, token, key, code or address gets into the logs, also when the store fails in the middle', async () => {
  const { edge } = platform
  const person = await platform.addPerson({ role: 'owner', email: EMAIL, secondFactor: true })
  const browser = new BrowserOverHttp(edge.url)
  await browser.post('/sign-in', { email: EMAIL, password: WRONG_PASSWORD })
  await browser.signIn(person)
  const signed = await browser.letIn(person.workspaceId)
  const call = apiCaller(edge.url, signed.accessToken)
  const { key } = Made.parse(
    await (await call('POST', 'keys', { kind: 'secret', name: 'canary' })).json(),
  )
  const app = {
    name: 'Canary',
    redirectUris: ['https://app.example/back'],
    permissions: ['stats:read'],
    confidential: true,
  }
  const { clientSecret } = Registered.parse(await (await call('POST', 'apps', app)).json())
  await call('POST', 'invitations', { email: 'guest@marmalade.example', role: 'agent' })
  await browser.post('/reset', { email: EMAIL })
  const refreshed = z
    .object({ refresh_token: z.string() })
    .parse(await (await askToken(edge.url, refreshGrant(signed.refreshToken))).json())

  await platform.stopStore()
  const failing = [
    browser.post('/sign-in', { email: EMAIL, password: person.password }),
    askToken(edge.url, refreshGrant(refreshed.refresh_token)),
    call('POST', 'keys', { kind: 'secret', name: 'canary' }),
    call('POST', 'invitations', { email: 'guest@marmalade.example', role: 'agent' }),
    apiCaller(edge.url, `esk_demo_${'c'.repeat(30)}`)('GET', 'visitors'),
  ]
  // The same answer for everybody, whatever the store does.
  const reset = await browser.post('/reset', { email: EMAIL })
  const statuses = (await Promise.all(failing)).map(({ status }) => status)
  await platform.startStore()

  expect(reset.status).toBe(200)
  expect(statuses.every((status) => status >= 500)).toBe(true)
  // The failures were logged, so that there was something to leak.
  expect(log).toMatch(/request_failed|oauth_failed/)
  const canaries = [
    EMAIL,
    'marmalade',
    person.password,
    signed.accessToken,
    signed.refreshToken,
    refreshed.refresh_token,
    key,
    clientSecret,
    'c'.repeat(30),
    'test-secret-test-secret',
    'test-token-test-token',
  ]
  expect(canaries.filter((canary) => log.includes(canary))).toEqual([])
})
