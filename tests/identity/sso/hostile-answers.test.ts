import { exportJWK, exportSPKI, generateKeyPair, importJWK, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTestPlatform, type TestPlatform } from '#tests/platform/faulty-platform.ts'
import { BrowserOverHttp } from '../browser-over-http.ts'
import { addConnection, questionTo, textOf } from './company-stage.ts'
import { ScriptedProvider } from './scripted-provider.ts'

let platform: TestPlatform
let provider: ScriptedProvider
let other: ScriptedProvider
const logged: string[] = []
let people = 0

beforeAll(async () => {
  ;[provider, other] = await Promise.all([ScriptedProvider.start(), ScriptedProvider.start()])
  platform = await startTestPlatform({
    variables: { OUTBOUND_ALLOWED_ORIGINS: `${provider.url} ${other.url}` },
    onLog: (text) => logged.push(text),
  })
  await addConnection(platform, {
    id: 'sso_company',
    issuer: provider.url,
    domains: ['company.example'],
  })
  await addConnection(platform, {
    id: 'sso_other',
    issuer: other.url,
    domains: ['other.example'],
  })
})

afterAll(async () => {
  await platform.stop()
  provider.stop()
  other.stop()
})

beforeEach(() => {
  provider.reset()
  other.reset()
  logged.length = 0
})

interface Visit {
  browser: BrowserOverHttp
  question: URL
  email: string
}

async function begun(domain = 'company.example'): Promise<Visit> {
  const browser = new BrowserOverHttp(platform.edge.url)
  const email = `person${people++}@${domain}`
  return { browser, question: await questionTo(browser, email), email }
}

function callback(question: URL, more: Record<string, string> = {}): string {
  const url = new URL(question.searchParams.get('redirect_uri') ?? '')
  const state = question.searchParams.get('state') ?? ''
  url.search = String(new URLSearchParams({ code: 'c', state, ...more }))
  return url.href
}

/** What a person is told who comes back with this ID token. */
async function comeBackWith(
  token: (visit: Visit) => Promise<string> | string,
): Promise<{ status: number; text: string; visit: Visit }> {
  const visit = await begun()
  provider.answerWith(await token(visit))
  const answer = await visit.browser.get(callback(visit.question))
  return { status: answer.status, text: textOf(await answer.text()), visit }
}

async function accountOf(email: string): Promise<unknown> {
  const { rows } = await platform.control.execute({
    sql: 'SELECT 1 FROM users WHERE email = ?',
    args: [email],
  })
  return rows[0]
}

test('an honest answer signs in: the attacks below differ from it in one point each', async () => {
  const { status, visit } = await comeBackWith(({ question }) => provider.idToken(question))

  expect(status).toBe(303)
  expect((await visit.browser.get('/account')).status).toBe(200)
  expect(await accountOf(visit.email)).toBeDefined()
})

const second = () => Math.floor(Date.now() / 1_000)

describe('nobody comes in with an ID token', () => {
  const cases: [string, (visit: Visit) => Promise<string> | string][] = [
    ['of another issuer', ({ question }) => provider.idToken(question, { iss: other.url })],
    ['that another provider signed', ({ question }) => other.idToken(question)],
    [
      'that another provider signed in this one’s name',
      ({ question }) => other.idToken(question, { iss: provider.url }),
    ],
    ['without a nonce', ({ question }) => provider.idToken(question, { nonce: undefined })],
    [
      'with the nonce of another sign-in',
      async ({ question }) => {
        const stranger = await begun()
        const nonce = stranger.question.searchParams.get('nonce')
        return provider.idToken(question, { nonce })
      },
    ],
    ['for another client', ({ question }) => provider.idToken(question, { aud: 'another' })],
    [
      'for this client and others',
      ({ question }) =>
        provider.idToken(question, { aud: ['edgewise', 'another'], azp: 'edgewise' }),
    ],
    ['for nobody', ({ question }) => provider.idToken(question, { aud: [] })],
    [
      'that was given to another client',
      ({ question }) => provider.idToken(question, { azp: 'another' }),
    ],
    ['that has expired', ({ question }) => provider.idToken(question, { exp: second() - 120 })],
    ['without an end', ({ question }) => provider.idToken(question, { exp: undefined })],
    ['of yesterday', ({ question }) => provider.idToken(question, { iat: second() - 86_400 })],
    ['of tomorrow', ({ question }) => provider.idToken(question, { iat: second() + 86_400 })],
    ['without a subject', ({ question }) => provider.idToken(question, { sub: undefined })],
    ['with an empty subject', ({ question }) => provider.idToken(question, { sub: '' })],
    [
      'that is an access token',
      ({ question }) => provider.idToken(question, {}, { typ: 'at+jwt' }),
    ],
    [
      'with a header that has to be understood',
      async ({ question }) => {
        const token = await provider.idToken(question, {}, { b64: true, crit: ['b64'] })
        return token
      },
    ],
    ['that is not signed', ({ question }) => new UnsecuredJWT(provider.claims(question)).encode()],
    [
      'whose signature is cut off',
      async ({ question }) => (await provider.idToken(question)).replace(/[^.]+$/, ''),
    ],
    [
      'whose claims were changed',
      async ({ question }) => {
        const [head, , signature] = (await provider.idToken(question)).split('.')
        const claims = provider.claims(question, { sub: 'somebody-else' })
        return `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`
      },
    ],
    [
      'with stray characters at its end',
      async ({ question }) => `${await provider.idToken(question)}=`,
    ],
    [
      'signed by HMAC with the public key as its secret',
      async ({ question }) => {
        const key = await importJWK({ ...provider.publicJwk, alg: 'RS256' }, 'RS256', {
          extractable: true,
        })
        if (key instanceof Uint8Array) throw new Error('It is no public key.')
        const secret = new TextEncoder().encode(await exportSPKI(key))
        return new SignJWT(provider.claims(question))
          .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
          .sign(secret)
      },
    ],
    [
      'with a key that it brings along',
      async ({ question }) => {
        const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
        return new SignJWT(provider.claims(question))
          .setProtectedHeader({ alg: 'RS256', jwk: await exportJWK(publicKey) })
          .sign(privateKey)
      },
    ],
    ['that is none', () => 'a.b.c'],
    ['that is missing', () => ''],
  ]

  test.each(cases)('%s', async (_what, token) => {
    const { status, text, visit } = await comeBackWith(token)
    expect(status).toBe(403)
    expect(text).toContain('does not fit what was asked')
    expect((await visit.browser.get('/account')).status).toBe(303)
    expect(await accountOf(visit.email)).toBeUndefined()
  })
})

test('algorithms with a shared secret or none are refused, whatever the provider offers', async () => {
  provider.metadata = { id_token_signing_alg_values_supported: ['none', 'HS256', 'RS256'] }
  const { status } = await comeBackWith(({ question }) =>
    new UnsecuredJWT(provider.claims(question)).encode(),
  )
  expect(status).toBe(403)
})

describe('nobody comes in with an answer', () => {
  test('to a question of another browser', async () => {
    const { question, email } = await begun()
    provider.answerWith(await provider.idToken(question))
    const answer = await new BrowserOverHttp(platform.edge.url).get(callback(question))
    expect(answer.status).toBe(400)
    expect(textOf(await answer.text())).toContain('begun in another browser')
    expect(provider.redeemed).toEqual([])
    expect(await accountOf(email)).toBeUndefined()
  })

  test('with another state, and the question is over then', async () => {
    const { browser, question } = await begun()
    provider.answerWith(await provider.idToken(question))
    expect((await browser.get(callback(question, { state: 'guessed' }))).status).toBe(403)
    expect((await browser.get(callback(question))).status).toBe(400)
    expect(provider.redeemed).toEqual([])
  })

  test('without a state, or with two', async () => {
    for (const search of ['?code=c', '?code=c&state=a&state=b']) {
      const { browser, question } = await begun()
      const url = new URL(callback(question))
      expect((await browser.get(`${url.pathname}${search}`)).status).toBe(403)
    }
    expect(provider.redeemed).toEqual([])
  })

  test('that came before, not even from a browser that keeps its cookies', async () => {
    const { browser, question } = await begun()
    const cookies = browser.cookieHeader()
    provider.answerWith(await provider.idToken(question))
    expect((await browser.get(callback(question))).status).toBe(303)
    const again = await browser.get(callback(question))
    expect(again.status).toBe(400)
    const kept = await fetch(callback(question), {
      headers: { cookie: cookies },
      redirect: 'manual',
    })
    expect(kept.status).toBe(400)
    expect(kept.headers.getSetCookie().join()).not.toContain('edgewise_session=ebs_')
  })

  test('from another provider than was asked: its address is another one', async () => {
    const { browser, question } = await begun()
    const theirs = await begun('other.example')
    const url = new URL(theirs.question.searchParams.get('redirect_uri') ?? '')
    url.search = new URL(callback(question)).search
    expect((await browser.get(url.href)).status).toBe(400)
    expect([...provider.redeemed, ...other.redeemed]).toEqual([])
  })

  test('that names another issuer, or none where the provider promises to', async () => {
    const named = await begun()
    expect((await named.browser.get(callback(named.question, { iss: other.url }))).status).toBe(403)
    provider.metadata = { authorization_response_iss_parameter_supported: true }
    const unnamed = await begun()
    provider.answerWith(await provider.idToken(unnamed.question))
    expect((await unnamed.browser.get(callback(unnamed.question))).status).toBe(403)
    expect(provider.redeemed).toEqual([])
  })

  test('that brings a token itself', async () => {
    const { browser, question } = await begun()
    const token = await provider.idToken(question)
    expect((await browser.get(callback(question, { id_token: token }))).status).toBe(403)
    expect(provider.redeemed).toEqual([])
  })

  test('while the connection is switched off', async () => {
    const { browser, question } = await begun()
    provider.answerWith(await provider.idToken(question))
    const off = 'UPDATE sso_connections SET disabled_at = ? WHERE id = ?'
    await platform.inControl(off, [1, 'sso_company'])
    expect((await browser.get(callback(question))).status).toBe(400)
    await platform.inControl(off, [null, 'sso_company'])
    expect(provider.redeemed).toEqual([])
  })
})

test('who says no at the provider is told so, and nothing of what the provider wrote', async () => {
  const { browser, question } = await begun()
  const said = { error: 'access_denied', error_description: '<b>call this number</b>' }
  const answer = await browser.get(callback(question, said))
  const text = await answer.text()
  expect(answer.status).toBe(403)
  expect(textOf(text)).toContain('was not completed')
  expect(text).not.toContain('call this number')
})

test('the code is redeemed with the verifier of this browser, which the provider has not seen', async () => {
  const { visit } = await comeBackWith(({ question }) => provider.idToken(question))
  const verifier = provider.redeemed[0]?.get('code_verifier') ?? ''
  expect(verifier.length).toBeGreaterThanOrEqual(43)
  expect(visit.question.href).not.toContain(verifier)
  expect(visit.question.searchParams.get('code_challenge_method')).toBe('S256')
})

test('state and nonce have 256 bits and are new each time', async () => {
  const questions = await Promise.all([begun(), begun(), begun()])
  for (const name of ['state', 'nonce', 'code_challenge']) {
    const values = questions.map(({ question }) => question.searchParams.get(name) ?? '')
    expect(new Set(values).size).toBe(3)
    for (const value of values) expect(Buffer.from(value, 'base64url')).toHaveLength(32)
  }
})

describe('a provider’s metadata', () => {
  const private_ = 'http://127.0.0.1:1/token'
  test.each([
    ['token_endpoint', private_],
    ['token_endpoint', 'http://169.254.169.254/latest/meta-data'],
    ['jwks_uri', 'https://localhost/jwks'],
    ['jwks_uri', 'file:///etc/passwd'],
  ])('that says %s is %s is not followed', async (field, address) => {
    provider.metadata = { [field]: address }
    const { status, text } = await comeBackWith(({ question }) => provider.idToken(question))
    expect([403, 502]).toContain(status)
    expect(text).not.toContain(address)
    expect(logged.join()).toContain('sso_failed')
  })

  test('may name a private userinfo endpoint: it is not asked', async () => {
    provider.metadata = { userinfo_endpoint: 'http://10.0.0.1/me' }
    const { status } = await comeBackWith(({ question }) =>
      provider.idToken(question, { email: undefined }),
    )
    expect(status).toBe(502)
  })

  test.each([
    ['authorization_endpoint', 'javascript:alert(1)'],
    ['authorization_endpoint', 'http://example.com/auth'],
    ['authorization_endpoint', undefined],
    ['issuer', 'https://somebody.example'],
  ])('whose %s is %s leads nobody there', async (field, value) => {
    provider.metadata = { [field]: value }
    const browser = new BrowserOverHttp(platform.edge.url)
    const answer = await browser.post('/sso', { email: 'a@company.example' })
    expect(answer.status).toBe(502)
    expect(answer.headers.get('refresh')).toBeNull()
  })

  test('with another spelling of the issuer is another issuer', async () => {
    provider.metadata = { issuer: `${provider.url}/` }
    const browser = new BrowserOverHttp(platform.edge.url)
    expect((await browser.post('/sso', { email: 'a@company.example' })).status).toBe(502)
  })
})

test('userinfo of somebody else is not believed', async () => {
  provider.userinfo = { sub: 'subject-2', email: 'boss@company.example', email_verified: true }
  const { status } = await comeBackWith(({ question }) =>
    provider.idToken(question, { email: undefined }),
  )
  expect(status).toBe(403)
  expect(await accountOf('boss@company.example')).toBeUndefined()
})

test('nothing of a token is in the log', async () => {
  await comeBackWith(({ question }) =>
    provider.idToken(question, { nonce: 'canary-nonce', sub: 'canary-subject' }),
  )
  expect(logged.join()).toContain('sso_failed')
  expect(logged.join()).not.toContain('canary')
})
