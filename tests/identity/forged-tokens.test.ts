import { createPublicKey } from 'node:crypto'
import {
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  type JWTHeaderParameters,
  SignJWT,
} from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { outcomeOf } from '#tests/api/operations.ts'
import {
  SEALING_KEYS,
  SECRET_KEY,
  startTestPlatform,
  type TestPlatform,
  WRITE_KEY,
} from '#tests/platform/faulty-platform.ts'
import { apiCaller } from './api-caller.ts'
import {
  askToken,
  authorizeParameters,
  type BrowserOverHttp,
  CONSOLE,
  codeGrant,
  pkcePair,
  refreshGrant,
  type SignedIn,
  signIn,
  Tokens,
} from './browser-over-http.ts'
import { edgeSigningKey, signedByEdge } from './forge-token.ts'
import { rotateKeys } from './rotate-keys-process.ts'

let platform: TestPlatform
let own: SignedIn & { browser: BrowserOverHttp }
let others: SignedIn
let kid: string

beforeAll(async () => {
  platform = await startTestPlatform()
  await platform.addWorkspace('other')
  const [owner, other] = [
    await platform.addPerson({ role: 'owner' }),
    await platform.addPerson({ role: 'owner', workspaceId: 'other' }),
  ]
  own = await signIn(platform.edge.url, owner)
  others = await signIn(platform.edge.url, other)
  kid = String(decodeProtectedHeader(own.accessToken).kid)
})

afterAll(() => platform.stop())

const me = async (credential: string) =>
  outcomeOf(await apiCaller(platform.edge.url, credential)('GET', 'me'))
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const claims = () => decodeJwt(own.accessToken)
const signatureOf = (token: string) => token.slice(token.lastIndexOf('.') + 1)
const header = (changed: object = {}) => ({ alg: 'EdDSA', typ: 'at+jwt', kid, ...changed })

test('the real one is taken, and the same one signed anew by the edge’s own key', async () => {
  expect(await me(own.accessToken)).toBe('200')
  expect(await me(await signedByEdge(platform, own.accessToken, {}))).toBe('200')
})

describe('a token with the edge’s own signature is refused', () => {
  const ids = () => ({ mine: decodeJwt(own.accessToken), theirs: decodeJwt(others.accessToken) })
  test.each<[string, () => Record<string, unknown>, string]>([
    ['with another workspace than its session', () => ({ workspace: 'other' }), '401 signed_out'],
    ['with a workspace that does not exist', () => ({ workspace: 'nobody' }), '401 token_refused'],
    ['with the session of somebody else', () => ({ sid: ids().theirs.sid }), '401 signed_out'],
    [
      'with session and workspace of somebody else',
      () => ({ sid: ids().theirs.sid, workspace: 'other' }),
      '401 token_refused',
    ],
    ['with another person', () => ({ sub: ids().theirs.sub }), '401 token_refused'],
    ['with a session that does not exist', () => ({ sid: 'ses_nobody' }), '401 signed_out'],
    ['of another issuer', () => ({ iss: 'https://edge.evil.example' }), '401 token_refused'],
    ['for another audience', () => ({ aud: 'https://elsewhere.example/api' }), '401 token_refused'],
    ['for the issuer itself', () => ({ aud: ids().mine.iss }), '401 token_refused'],
  ])('%s', async (_what, changed, said) => {
    expect(await me(await signedByEdge(platform, own.accessToken, changed()))).toBe(said)
  })

  test('of a browser’s session, which is for pages alone', async () => {
    const { rows } = await platform.control.execute(
      "SELECT id, user_id FROM sessions WHERE kind = 'browser' AND user_id IN (SELECT user_id FROM memberships WHERE workspace_id = 'demo')",
    )
    const sid = String(rows[0]?.id)
    expect(await me(await signedByEdge(platform, own.accessToken, { sid }))).toBe('401 signed_out')
  })

  test('before its time', async () => {
    const soon = Date.now() + 600_000
    expect(await me(await signedByEdge(platform, own.accessToken, {}, soon))).toBe(
      '401 token_refused',
    )
  })

  test('by the key that signs audit anchors, under its id and under ours', async () => {
    const anchor = await edgeSigningKey(platform, 'audit_anchor')
    for (const named of [anchor.kid, kid]) {
      const token = await new SignJWT(claims())
        .setProtectedHeader(header({ kid: named }))
        .sign(anchor.privateKey)
      expect(await me(token)).toBe('401 token_refused')
    }
  })
})

describe('a token is refused that was signed', () => {
  test('by another deployment with the same names in it, under any key id', async () => {
    const { privateKey } = await generateKeyPair('EdDSA')
    for (const named of [kid, 'another', '../../etc/passwd', `${kid}' OR '1'='1`, '']) {
      const token = await new SignJWT(claims())
        .setProtectedHeader(header({ kid: named }))
        .sign(privateKey)
      expect(await me(token)).toBe('401 token_refused')
    }
  })

  test('by a key that it brings along or names', async () => {
    const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
    const jwk = await exportJWK(publicKey)
    for (const brought of [
      { jwk },
      { jku: 'https://evil.example/jwks.json' },
      { x5u: 'https://evil.example/cert' },
      { x5c: ['MIIB'] },
      { jwk, kid: undefined },
    ]) {
      const token = await new SignJWT(claims())
        .setProtectedHeader(header(brought) as JWTHeaderParameters)
        .sign(privateKey)
      expect(await me(token)).toBe('401 token_refused')
    }
  })

  test('by nobody', async () => {
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '']) {
      for (const signature of ['', signatureOf(own.accessToken)]) {
        const said = await me(`${part(header({ alg }))}.${part(claims())}.${signature}`)
        expect(said).toBe('401 token_refused')
      }
    }
  })

  test('by HMAC with the public key as its secret', async () => {
    const { publicJwk } = await edgeSigningKey(platform, 'access_token')
    const pem = createPublicKey({ key: { ...publicJwk }, format: 'jwk' }).export({
      type: 'spki',
      format: 'pem',
    })
    for (const secret of [
      Buffer.from(publicJwk.x, 'base64url'),
      Buffer.from(publicJwk.x),
      Buffer.from(JSON.stringify(publicJwk)),
      Buffer.from(pem),
    ]) {
      for (const alg of ['HS256', 'HS512']) {
        const padded = Buffer.concat([secret, Buffer.alloc(alg === 'HS512' ? 64 : 0)])
        for (const key of alg === 'HS512' ? [padded] : [secret]) {
          const token = await new SignJWT(claims()).setProtectedHeader(header({ alg })).sign(key)
          expect(await me(token)).toBe('401 token_refused')
        }
      }
    }
  })

  test.each(['RS256', 'PS256', 'ES256', 'Ed25519', 'ES512'])(
    'under the header of %s',
    async (alg) => {
      const token = `${part(header({ alg }))}.${part(claims())}.${signatureOf(own.accessToken)}`
      expect(await me(token)).toBe('401 token_refused')
    },
  )

  test.each([
    { typ: 'JWT' },
    { typ: undefined },
    { typ: 'application/at+jwt' },
    { typ: 'AT+JWT' },
    { crit: ['exp'] },
    { crit: [] },
    { b64: false },
    { kid: undefined },
    { zip: 'DEF' },
  ])('by the edge’s own key with %j in its header', async (changed) => {
    const { privateKey } = await edgeSigningKey(platform, 'access_token')
    const made = header(changed) as JWTHeaderParameters
    const signed = `${part(made)}.${part(claims())}`
    const bytes = await crypto.subtle.sign('Ed25519', privateKey, new TextEncoder().encode(signed))
    expect(await me(`${signed}.${Buffer.from(bytes).toString('base64url')}`)).toBe(
      '401 token_refused',
    )
  })
})

describe('nothing stands in for an access token:', () => {
  test('no refresh token, code, cookie, id or key of another kind', async () => {
    const { verifier, challenge } = pkcePair()
    const back = await own.browser.allow(authorizeParameters(CONSOLE, challenge), 'demo')
    const code = back.searchParams.get('code') ?? ''
    for (const credential of [
      own.refreshToken,
      code,
      verifier,
      String(claims().sid),
      String(claims().sub),
    ]) {
      expect(await me(credential)).toBe('401 key_refused')
    }
    for (const key of [WRITE_KEY, SECRET_KEY]) expect(await me(key)).toBe('403 forbidden')
    // A browser that is signed in gets nothing of the API by its cookie.
    expect(await outcomeOf(await own.browser.get('/api/v1/me'))).toBe('401 key_missing')
  })

  test('no text with dots', async () => {
    const [head = '', body = '', signature = ''] = own.accessToken.split('.')
    for (const credential of [
      '..',
      '.',
      'a.b.c',
      `${head}.${body}.`,
      `${head}.${body}`,
      `${head}..${signature}`,
      `.${body}.${signature}`,
      `${own.accessToken}.`,
      `${own.accessToken}.${signature}`,
      `${head}.${body}.${signature}=`,
      `${part(header())}.${'A'.repeat(5_000)}.${signature}`,
    ]) {
      expect(await me(credential), credential.slice(0, 60)).toBe('401 token_refused')
    }
  })
})

describe('nothing stands in for a refresh token:', () => {
  const errorOf = async (form: Record<string, string>) => {
    const answer = await askToken(platform.edge.url, form)
    return [answer.status, ((await answer.json()) as { error?: string }).error]
  }

  test('no access token, code, key or cookie', async () => {
    const { verifier, challenge } = pkcePair()
    const back = await own.browser.allow(authorizeParameters(CONSOLE, challenge), 'demo')
    const code = back.searchParams.get('code') ?? ''
    for (const token of [own.accessToken, code, SECRET_KEY, String(claims().sid)]) {
      expect(await errorOf(refreshGrant(token))).toEqual([400, 'invalid_grant'])
    }
    // And the code was not spent by it.
    expect((await askToken(platform.edge.url, codeGrant(CONSOLE, code, verifier))).status).toBe(200)
  })

  test('and no token for a code', async () => {
    for (const token of [own.accessToken, own.refreshToken]) {
      const grant = codeGrant(CONSOLE, token, pkcePair().verifier)
      expect(await errorOf(grant)).toEqual([400, 'invalid_grant'])
    }
    expect(await me(own.accessToken)).toBe('200')
  })
})

test('ids of another workspace are nobody’s under a token of this one', async () => {
  const api = apiCaller(platform.edge.url, own.accessToken)
  const { sub, sid } = decodeJwt(others.accessToken)
  expect(await outcomeOf(await api('PATCH', `members/${sub}`, { role: 'agent' }))).toBe(
    '404 not_found',
  )
  expect(await outcomeOf(await api('DELETE', `me/sessions/${sid}`))).toBe('404 not_found')
  expect(await me(others.accessToken)).toBe('200')
})

test('after the keys of tokens were revoked, what they signed is refused everywhere, and apps renew theirs', async () => {
  const leaked = await edgeSigningKey(platform, 'access_token')
  const env = { ...platform.operator, SEALING_KEYS }
  expect((await rotateKeys(env, ['revoke-token-keys'])).code).toBe(0)
  // Isolates that have just begun remember no keys.
  await platform.restartEdge()
  expect(await me(own.accessToken)).toBe('401 token_refused')
  expect((await edgeSigningKey(platform, 'access_token')).kid).not.toBe(leaked.kid)
  const renewed = Tokens.parse(
    await (await askToken(platform.edge.url, refreshGrant(own.refreshToken))).json(),
  )
  expect(await me(renewed.access_token)).toBe('200')
})
