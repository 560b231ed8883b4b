import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  FOREIGN_REDIRECTS,
  REGISTERED_REDIRECTS,
} from '#edge/identity/oauth/redirect-uris.fixture.ts'
import { outcomeOf } from '#tests/api/operations.ts'
import { waitFor } from '#tests/platform/edge-client.ts'
import { startTestPlatform, type TestPlatform } from '#tests/platform/faulty-platform.ts'
import { apiCaller } from './api-caller.ts'
import {
  type AppRequest,
  askToken,
  authorizeParameters,
  type BrowserOverHttp,
  CONSOLE,
  codeGrant,
  pkcePair,
  refreshGrant,
  signIn,
  Tokens,
} from './browser-over-http.ts'

const MINUTE_MS = 60_000
const [WEB = '', DESKTOP = ''] = REGISTERED_REDIRECTS

let platform: TestPlatform
let browser: BrowserOverHttp
/** Two apps of the workspace, registered for a part of what the person has. */
let app: AppRequest
let otherApp: AppRequest

beforeAll(async () => {
  platform = await startTestPlatform()
  await platform.addWorkspace('other')
  const signedIn = await signIn(platform.edge.url, await platform.addPerson({ role: 'owner' }))
  browser = signedIn.browser
  const api = apiCaller(platform.edge.url, signedIn.accessToken)
  const register = async (name: string, redirectUris: string[]): Promise<AppRequest> => {
    const made = await api('POST', 'apps', {
      name,
      redirectUris,
      permissions: ['me:read', 'stats:read'],
    })
    const { clientId } = z.object({ clientId: z.string() }).parse(await made.json())
    return { clientId, redirectUri: redirectUris[1] ?? redirectUris[0] ?? '' }
  }
  app = await register('App', REGISTERED_REDIRECTS)
  otherApp = await register('Other app', [DESKTOP])
})

afterAll(() => platform.stop())

const OAuthRefusal = z.object({ error: z.string() })

async function errorOf(form: Record<string, string> | [string, string][]): Promise<string> {
  const answer = await askToken(platform.edge.url, form)
  expect(answer.status).toBeGreaterThanOrEqual(400)
  return OAuthRefusal.parse(await answer.json()).error
}

async function newCode(asked = app): Promise<{ code: string; verifier: string }> {
  const { verifier, challenge } = pkcePair()
  const back = await browser.allow(authorizeParameters(asked, challenge), 'demo')
  return { code: back.searchParams.get('code') ?? '', verifier }
}

const me = async (token: string) =>
  outcomeOf(await apiCaller(platform.edge.url, token)('GET', 'me'))

const good = () => authorizeParameters(app, pkcePair().challenge)

/** Where the browser is sent by an authorization request; null where a page of the edge's own answers. */
async function sentTo(parameters: Record<string, string> | [string, string][]) {
  const answer = await browser.get(`/oauth/authorize?${new URLSearchParams(parameters)}`)
  await answer.body?.cancel()
  const location = answer.headers.get('location')
  return { status: answer.status, location: location === null ? null : new URL(location) }
}

describe('a code', () => {
  test('used twice is refused, and ends the session that the first use opened', async () => {
    const { code, verifier } = await newCode()
    const first = Tokens.parse(
      await (await askToken(platform.edge.url, codeGrant(app, code, verifier))).json(),
    )
    expect(await errorOf(codeGrant(app, code, verifier))).toBe('invalid_grant')
    // No isolate remembers the session: at once.
    expect(await me(first.access_token)).toBe('401 signed_out')
    expect(await errorOf(refreshGrant(first.refresh_token, app))).toBe('invalid_grant')
  })

  test('used twice ends a session in use within a minute', async () => {
    const { code, verifier } = await newCode()
    const first = Tokens.parse(
      await (await askToken(platform.edge.url, codeGrant(app, code, verifier))).json(),
    )
    expect(await me(first.access_token)).toBe('200')
    expect(await errorOf(codeGrant(app, code, verifier))).toBe('invalid_grant')
    await waitFor(
      async () => (await me(first.access_token)) === '401 signed_out',
      MINUTE_MS,
      () => 'the access token to be refused',
    )
  })

  test('sent ten times at once gives tokens once at most, and none of them lasts', async () => {
    const { code, verifier } = await newCode()
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => askToken(platform.edge.url, codeGrant(app, code, verifier))),
    )
    const given = answers.filter(({ ok }) => ok)
    expect(given.length).toBeLessThanOrEqual(1)
    for (const answer of given) {
      const { access_token } = Tokens.parse(await answer.json())
      expect(await me(access_token)).toBe('401 signed_out')
    }
  })

  test.each<[string, (grant: Record<string, string>) => Record<string, string>]>([
    ['by another client', (grant) => ({ ...grant, client_id: otherApp.clientId })],
    ['by the console', (grant) => ({ ...grant, client_id: CONSOLE.clientId })],
    ['for another port', (grant) => ({ ...grant, redirect_uri: 'http://127.0.0.1:8080/callback' })],
    ['for another registered address', (grant) => ({ ...grant, redirect_uri: WEB })],
    ['for a foreign address', (grant) => ({ ...grant, redirect_uri: 'https://evil.example/' })],
    ['with another verifier', (grant) => ({ ...grant, code_verifier: pkcePair().verifier })],
    [
      'with the challenge in the verifier’s place',
      (grant) => ({ ...grant, code_verifier: 'A'.repeat(43) }),
    ],
  ])('%s is refused, and is no good to its owner then', async (_how, changed) => {
    const { code, verifier } = await newCode()
    const right = codeGrant(app, code, verifier)
    expect(await errorOf(changed(right))).toBe('invalid_grant')
    expect(await errorOf(right)).toBe('invalid_grant')
  })

  test.each(['code', 'code_verifier', 'redirect_uri', 'grant_type', 'client_id'])(
    'without %s, or with two of them, is refused',
    async (name) => {
      const { code, verifier } = await newCode()
      const right = Object.entries(codeGrant(app, code, verifier))
      const without = right.filter(([key]) => key !== name)
      const twice: [string, string][] = [...right, [name, 'x']]
      for (const form of [without, twice]) {
        expect(['invalid_request', 'invalid_client']).toContain(await errorOf(form))
      }
      expect((await askToken(platform.edge.url, right)).status).toBe(200)
    },
  )

  test.each(['', 'short', 'A'.repeat(129), `${'A'.repeat(42)} `, 'Ä'.repeat(43)])(
    'with the malformed verifier %j is refused',
    async (code_verifier) => {
      const { code } = await newCode()
      const error = await errorOf({ ...codeGrant(app, code, ''), code_verifier })
      expect(['invalid_request', 'invalid_grant']).toContain(error)
    },
  )

  test('that is too old is refused', async () => {
    const { code, verifier } = await newCode()
    await platform.inControl('UPDATE authorization_codes SET expires_at = ?', [Date.now() - 1])
    expect(await errorOf(codeGrant(app, code, verifier))).toBe('invalid_grant')
  })
})

describe('an authorization request', () => {
  test.each<[string, Record<string, string | undefined>]>([
    ['with PKCE plain', { code_challenge_method: 'plain' }],
    ['without a method', { code_challenge_method: undefined }],
    ['with an empty method', { code_challenge_method: '' }],
    ['with the method in small letters', { code_challenge_method: 's256' }],
    ['without a challenge', { code_challenge: undefined }],
    ['without PKCE', { code_challenge: undefined, code_challenge_method: undefined }],
    ['with an empty challenge', { code_challenge: '' }],
    ['with a short challenge', { code_challenge: 'A'.repeat(42) }],
    ['with a padded challenge', { code_challenge: `${'A'.repeat(43)}=` }],
    ['with a state too long', { state: 'x'.repeat(1_001) }],
    ['for a token', { response_type: 'token' }],
    ['for code and token', { response_type: 'code token' }],
    ['for nothing', { response_type: undefined }],
    ['for a permission that does not exist', { scope: 'me:read all' }],
    ['for more than the app is registered for', { scope: 'me:read members:write' }],
  ])('%s gets an error and no code', async (_what, changed) => {
    const parameters = Object.entries({ ...good(), ...changed }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] satisfies [string, string]],
    )
    const { status, location } = await sentTo(parameters)
    expect(status).toBe(303)
    expect(location?.href.startsWith(`${DESKTOP}?`)).toBe(true)
    expect(location?.searchParams.get('error')).toMatch(
      /^(invalid_request|unsupported_response_type|invalid_scope)$/,
    )
    expect(location?.searchParams.get('code')).toBeNull()
    expect(location?.searchParams.get('iss')).toBe(new URL(platform.edge.url).origin)
    // Nor where somebody sends the form by themselves.
    const sent = await browser.post('/oauth/authorize', [
      ...parameters,
      ['workspace', 'demo'],
      ['answer', 'allow'],
    ])
    expect(new URL(sent.headers.get('location') ?? '').searchParams.get('code')).toBeNull()
  })

  test.each(['response_type', 'state', 'code_challenge', 'code_challenge_method', 'scope'])(
    'with two of %s gets an error',
    async (name) => {
      const twice = [...Object.entries({ scope: 'me:read', ...good() }), [name, 'x']] as [
        string,
        string,
      ][]
      const { location } = await sentTo(twice)
      expect(location?.searchParams.get('error')).toBe('invalid_request')
    },
  )

  test.each(['client_id', 'redirect_uri'])('with two of %s is sent nowhere', async (name) => {
    for (const value of ['x', good()[name] ?? '']) {
      const twice = [...Object.entries(good()), [name, value]] as [string, string][]
      expect(await sentTo(twice)).toEqual({ status: 400, location: null })
    }
  })

  test('never leads to an address that only looks like a registered one', async () => {
    const broken: Record<string, string>[] = [
      {},
      { code_challenge: '' },
      { response_type: 'token' },
      { scope: 'all' },
    ]
    const led: string[] = []
    for (const redirect_uri of FOREIGN_REDIRECTS) {
      for (const changed of broken) {
        const parameters = { ...good(), ...changed, redirect_uri }
        const asked = await sentTo(parameters)
        const sent = await browser.post('/oauth/authorize', {
          ...parameters,
          workspace: 'demo',
          answer: 'allow',
        })
        await sent.body?.cancel()
        if (asked.status !== 400 || asked.location || sent.headers.get('location'))
          led.push(redirect_uri)
      }
    }
    expect(led).toEqual([])
  })

  test('of an app that does not exist, was revoked, or under a trick, is sent nowhere', async () => {
    for (const client_id of [
      '',
      'nobody',
      `${app.clientId} `,
      app.clientId.toUpperCase(),
      '%',
      "' OR 1=1",
    ]) {
      expect(await sentTo({ ...good(), client_id })).toEqual({ status: 400, location: null })
    }
  })

  test('of somebody who is not signed in leads to our own page, and back to the request alone', async () => {
    const answer = await fetch(
      `${platform.edge.url}/oauth/authorize?${new URLSearchParams({ ...good(), evil: 'https://evil.example' })}`,
      { redirect: 'manual' },
    )
    const location = answer.headers.get('location') ?? ''
    expect(location.startsWith('/sign-in?return_to=%2Foauth%2Fauthorize%3F')).toBe(true)
    expect(location).not.toContain('evil')
  })
})

describe('the page that asks', () => {
  const form = () => ({ ...good(), workspace: 'demo', answer: 'allow' })

  test.each<[string, string | null]>([
    ['another site', 'https://evil.example'],
    ['a page without an origin', 'null'],
    ['a caller that sends none', null],
    ['a site with a name like ours', 'http://127.0.0.1.evil.example'],
    ['another port', 'http://127.0.0.1:1'],
  ])('takes no form of %s', async (_whose, origin) => {
    const answer = await browser.post('/oauth/authorize', form(), origin)
    expect([answer.status, answer.headers.get('location')]).toEqual([403, null])
  })

  test.each(['other', 'nobody', '', 'demo '])(
    'lets no app into the workspace %j',
    async (workspace) => {
      const answer = await browser.post('/oauth/authorize', { ...form(), workspace })
      expect([answer.status, answer.headers.get('location')]).toEqual([403, null])
    },
  )

  test('lets no app of one workspace into another, also where the person works in both', async () => {
    const { rows } = await platform.control.execute(
      "SELECT user_id FROM memberships WHERE workspace_id = 'demo' LIMIT 1",
    )
    await platform.inControl(
      "INSERT INTO memberships (workspace_id, user_id, role, created_at) VALUES ('other', ?, 'owner', 0)",
      [String(rows[0]?.user_id)],
    )
    const answer = await browser.post('/oauth/authorize', { ...form(), workspace: 'other' })
    expect([answer.status, answer.headers.get('location')]).toEqual([403, null])
    // The console belongs to no workspace.
    expect((await browser.letIn('other')).accessToken).not.toBe('')
  })

  test.each(['deny', '', 'ALLOW', 'allow '])('takes %j for a no', async (answer) => {
    const said = await browser.post('/oauth/authorize', { ...form(), answer })
    const location = new URL(said.headers.get('location') ?? '')
    expect(location.searchParams.get('error')).toBe('access_denied')
    expect(location.searchParams.get('code')).toBeNull()
  })
})

describe('the token endpoint', () => {
  test.each([
    ['password', { username: 'a', password: 'b' }],
    ['client_credentials', {}],
    ['urn:ietf:params:oauth:grant-type:jwt-bearer', { assertion: 'x' }],
    ['implicit', {}],
  ])('knows no grant %s', async (grant_type, more) => {
    expect(await errorOf({ grant_type, client_id: app.clientId, ...more })).toBe(
      'unsupported_grant_type',
    )
  })

  test('takes no parameters from the address, no JSON and no GET', async () => {
    const { code, verifier } = await newCode()
    const grant = codeGrant(app, code, verifier)
    const byQuery = await fetch(`${platform.edge.url}/oauth/token?${new URLSearchParams(grant)}`, {
      method: 'POST',
    })
    expect(byQuery.status).toBe(400)
    const byJson = await fetch(`${platform.edge.url}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(grant),
    })
    expect(byJson.status).toBe(400)
    expect((await browser.get(`/oauth/token?${new URLSearchParams(grant)}`)).status).toBe(404)
  })

  test('tells nothing of tokens to a client without a secret', async () => {
    const { accessToken } = await browser.letIn('demo', app)
    const form = { client_id: app.clientId, token: accessToken }
    expect((await askToken(platform.edge.url, form, 'introspect')).status).toBe(401)
  })

  test('revokes no token of another client', async () => {
    const { accessToken, refreshToken } = await browser.letIn('demo', app)
    for (const token of [accessToken, refreshToken]) {
      const form = { client_id: otherApp.clientId, token }
      expect((await askToken(platform.edge.url, form, 'revoke')).status).toBe(200)
    }
    expect(await me(accessToken)).toBe('200')
    expect(await errorOf(refreshGrant(refreshToken, otherApp))).toBe('invalid_grant')
    expect((await askToken(platform.edge.url, refreshGrant(refreshToken, app))).status).toBe(200)
  })

  test('gives no more than before to a refresh that asks for more', async () => {
    const { refreshToken } = await browser.letIn('demo', { ...app, scope: 'me:read' })
    const form = { ...refreshGrant(refreshToken, app), scope: 'me:read stats:read members:write' }
    const answer = Tokens.safeParse(await (await askToken(platform.edge.url, form)).json())
    const token = answer.data?.access_token ?? ''
    const call = apiCaller(platform.edge.url, token)
    expect(await outcomeOf(await call('GET', 'ingest/stats'))).toBe('403 not_in_role')
    expect(await outcomeOf(await call('GET', 'me'))).toBe('200')
  })
})
