import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { waitFor } from '#tests/platform/edge-client.ts'
import { startTestPlatform, type TestPlatform } from '#tests/platform/faulty-platform.ts'
import { apiCaller } from './api-caller.ts'
import {
  askToken,
  type BrowserOverHttp,
  refreshGrant,
  type SignedIn,
  signIn,
  Tokens,
} from './browser-over-http.ts'

const MINUTE_MS = 60_000

let platform: TestPlatform
let browser: BrowserOverHttp

beforeAll(async () => {
  platform = await startTestPlatform()
  browser = (await signIn(platform.edge.url, await platform.addPerson({ role: 'marketer' })))
    .browser
})

afterAll(() => platform.stop())

const Refused = z.object({ error: z.string(), error_description: z.string() })

/** Another session of the same person, for each test its own. */
const session = (): Promise<SignedIn> => browser.letIn('demo')

async function refresh(token: string): Promise<SignedIn> {
  const answer = await askToken(platform.edge.url, refreshGrant(token))
  expect(answer.headers.get('cache-control')).toBe('no-store')
  const tokens = Tokens.parse(await answer.json())
  return { accessToken: tokens.access_token, refreshToken: tokens.refresh_token }
}

async function refused(token: string): Promise<string> {
  const answer = await askToken(platform.edge.url, refreshGrant(token))
  expect(answer.status).toBe(400)
  return Refused.parse(await answer.json()).error
}

const me = async (accessToken: string) =>
  (await apiCaller(platform.edge.url, accessToken)('GET', 'me')).status

/** As if the token had been used so much earlier. */
async function usedEarlier(token: string, ms: number): Promise<void> {
  await platform.inControl('UPDATE refresh_tokens SET used_at = used_at - ? WHERE token_hash = ?', [
    ms,
    createHash('sha256').update(token).digest('hex'),
  ])
}

async function endedBecause(token: string): Promise<unknown> {
  const { rows } = await platform.control.execute({
    sql: `SELECT ended_because FROM sessions s JOIN refresh_tokens t ON t.session_id = s.id WHERE t.token_hash = ?`,
    args: [createHash('sha256').update(token).digest('hex')],
  })
  return rows[0]?.ended_because
}

describe('a refresh token', () => {
  test('gives an access token and its successor, again and again', async () => {
    let { refreshToken } = await session()
    const seen = new Set([refreshToken])
    for (let n = 0; n < 5; n++) {
      const next = await refresh(refreshToken)
      expect(await me(next.accessToken)).toBe(200)
      refreshToken = next.refreshToken
      seen.add(refreshToken)
    }
    expect(seen.size).toBe(6)
  })

  test('gives the same successor where the answer was lost, and that one works', async () => {
    const { refreshToken } = await session()
    const lost = await refresh(refreshToken)
    await usedEarlier(refreshToken, MINUTE_MS - 10_000)
    const again = await refresh(refreshToken)
    expect(again.refreshToken).toBe(lost.refreshToken)
    expect(await me((await refresh(again.refreshToken)).accessToken)).toBe(200)
  })

  test('sent ten times at once gives one successor', async () => {
    const { refreshToken } = await session()
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(refreshToken)))
    const successors = new Set(answers.map((answer) => answer.refreshToken))
    expect(successors.size).toBe(1)
    const [successor = ''] = successors
    expect(await me((await refresh(successor)).accessToken)).toBe(200)
    const { rows } = await platform.control.execute({
      sql: `SELECT count(*) AS unused FROM refresh_tokens WHERE used_at IS NULL AND session_id =
        (SELECT session_id FROM refresh_tokens WHERE token_hash = ?)`,
      args: [createHash('sha256').update(refreshToken).digest('hex')],
    })
    expect(rows[0]?.unused).toBe(1)
  })

  test('is nowhere in the store, nor is its successor', async () => {
    const { refreshToken } = await session()
    const next = await refresh(refreshToken)
    const { rows } = await platform.control.execute('SELECT * FROM refresh_tokens')
    const text = JSON.stringify(rows)
    expect(text).not.toContain(refreshToken)
    expect(text).not.toContain(next.refreshToken)
  })
})

describe('a family ends', () => {
  test('when a token comes again after its successor was used: nobody of it gets on', async () => {
    const stolen = await session()
    const rightful = await refresh(stolen.refreshToken)
    const newest = await refresh(rightful.refreshToken)
    expect(await refused(stolen.refreshToken)).toBe('invalid_grant')
    expect(await endedBecause(stolen.refreshToken)).toBe('refresh_reused')
    for (const token of [stolen, rightful, newest]) {
      expect(await refused(token.refreshToken)).toBe('invalid_grant')
    }
  })

  test('when a token comes again more than a minute later', async () => {
    const { refreshToken } = await session()
    const next = await refresh(refreshToken)
    await usedEarlier(refreshToken, MINUTE_MS + 1)
    expect(await refused(refreshToken)).toBe('invalid_grant')
    expect(await endedBecause(refreshToken)).toBe('refresh_reused')
    expect(await refused(next.refreshToken)).toBe('invalid_grant')
  })

  test('and two racing thieves of one earlier token get nothing and end it', async () => {
    const stolen = await session()
    const rightful = await refresh(stolen.refreshToken)
    await refresh(rightful.refreshToken)
    const errors = await Promise.all([refused(stolen.refreshToken), refused(stolen.refreshToken)])
    expect(errors).toEqual(['invalid_grant', 'invalid_grant'])
    expect(await endedBecause(stolen.refreshToken)).toBe('refresh_reused')
  })

  test('and every access token of it is refused within a minute, those of others go on', async () => {
    const other = await session()
    const stolen = await session()
    const rightful = await refresh(stolen.refreshToken)
    const newest = await refresh(rightful.refreshToken)
    const all = [stolen, rightful, newest]
    // The isolate remembers the session as good from here on.
    for (const { accessToken } of all) expect(await me(accessToken)).toBe(200)
    const endedAt = Date.now()
    expect(await refused(stolen.refreshToken)).toBe('invalid_grant')
    await waitFor(
      async () =>
        (await Promise.all(all.map((token) => me(token.accessToken)))).every(
          (status) => status === 401,
        ),
      MINUTE_MS,
      () => 'every access token of the family to be refused',
    )
    expect(Date.now() - endedAt).toBeLessThan(MINUTE_MS)
    expect(await me(other.accessToken)).toBe(200)
  })
})

describe('nothing comes of', () => {
  test('a refresh token of another client, and its family goes on', async () => {
    const { refreshToken } = await session()
    const form = { ...refreshGrant(refreshToken), client_id: 'somebody-else' }
    expect((await askToken(platform.edge.url, form)).status).toBe(401)
    expect(await endedBecause(refreshToken)).toBeNull()
    await refresh(refreshToken)
  })

  test.each(['', 'ert_', `ert_${'A'.repeat(43)}`, 'x'.repeat(10_000), "' OR 1=1 --"])(
    'a refresh token that was never given: %j',
    async (token) => {
      const answer = await askToken(platform.edge.url, refreshGrant(token))
      expect(answer.status).toBe(400)
      expect(['invalid_grant', 'invalid_request']).toContain(
        Refused.parse(await answer.json()).error,
      )
    },
  )

  test('a refresh while the store is away but the question: the same token works afterwards', async () => {
    const { refreshToken } = await session()
    await platform.stopStore()
    const answer = await askToken(platform.edge.url, refreshGrant(refreshToken))
    expect(answer.status).toBe(503)
    expect(Refused.parse(await answer.json()).error).toBe('temporarily_unavailable')
    await platform.startStore()
    await waitFor(
      async () => (await askToken(platform.edge.url, refreshGrant(refreshToken))).status === 200,
      20_000,
      () => 'the store to be back',
    )
  })
})
