import fc from 'fast-check'
import { base64url, exportJWK, SignJWT } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { ACCESS_TOKEN_LIFETIME_S, signAccessToken, verifyAccessToken } from './access-token.ts'

const NOW_MS = Date.UTC(2026, 10, 22, 12)
const NOW_S = NOW_MS / 1000
const ISSUER = 'https://edge.example.com'
const AUDIENCE = 'https://edge.example.com/api'
const CLAIMS = {
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'usr_ada',
  client_id: 'console',
  sid: 'ses_1',
  workspace: 'demo',
}
const ALL = { ...CLAIMS, jti: 'j'.repeat(20), iat: NOW_S, exp: NOW_S + ACCESS_TOKEN_LIFETIME_S }
const HEADER = { alg: 'EdDSA', typ: 'at+jwt', kid: 'k1' }

const newKeys = () => crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])
let ours: CryptoKeyPair
let theirs: CryptoKeyPair
let token: string

beforeAll(async () => {
  ours = (await newKeys()) as CryptoKeyPair
  theirs = (await newKeys()) as CryptoKeyPair
  token = await signAccessToken(CLAIMS, { kid: 'k1', privateKey: ours.privateKey }, NOW_MS)
})

function check(text: string, changes: Partial<Parameters<typeof verifyAccessToken>[1]> = {}) {
  return verifyAccessToken(text, {
    issuer: ISSUER,
    audience: AUDIENCE,
    keyOf: async (kid) => (kid === 'k1' ? ours.publicKey : null),
    nowMs: NOW_MS,
    ...changes,
  })
}

/** Any header and claims with a right signature over them: only what they say is wrong. */
async function signed(header: object, claims: object, key = ours.privateKey): Promise<string> {
  const text = [header, claims].map((part) => base64url.encode(JSON.stringify(part))).join('.')
  const bytes = await crypto.subtle.sign('Ed25519', key, new TextEncoder().encode(text))
  return `${text}.${base64url.encode(new Uint8Array(bytes))}`
}

describe('an access token', () => {
  test('says who, through which app and in which workspace, for 15 minutes', async () => {
    const { jti: _, ...rest } = ALL
    const answer = await check(token)
    expect(answer).toEqual({ kind: 'valid', claims: { ...rest, jti: expect.any(String) } })
    expect(await check(await signed(HEADER, ALL))).toEqual({ kind: 'valid', claims: ALL })
  })

  test('is another one each time', async () => {
    const key = { kid: 'k1', privateKey: ours.privateKey }
    expect(await signAccessToken(CLAIMS, key, NOW_MS)).not.toBe(token)
  })

  test('is expired from 30 s after its time on', async () => {
    const end = NOW_MS + ACCESS_TOKEN_LIFETIME_S * 1000
    expect((await check(token, { nowMs: end + 29_000 })).kind).toBe('valid')
    expect(await check(token, { nowMs: end + 31_000 })).toEqual({ kind: 'expired' })
  })

  test('of a clock that is 30 s ahead is taken, of a later one not', async () => {
    expect((await check(token, { nowMs: NOW_MS - 29_000 })).kind).toBe('valid')
    expect((await check(token, { nowMs: NOW_MS - 31_000 })).kind).toBe('refused')
  })

  test('is not signed with claims that no token of ours has', async () => {
    const key = { kid: 'k1', privateKey: ours.privateKey }
    await expect(signAccessToken({ ...CLAIMS, sub: 'ada' }, key, NOW_MS)).rejects.toThrow()
  })

  test('is not called wrong when keys cannot be read', async () => {
    const keyOf = async () => Promise.reject(new Error('The store is away.'))
    await expect(check(token, { keyOf })).rejects.toThrow('The store is away.')
  })

  test('that is no token of ours costs no question for a key', async () => {
    const keyOf = async () => Promise.reject(new Error('asked'))
    expect((await check(`${token}=`, { keyOf })).kind).toBe('refused')
    expect((await check(await signed({ ...HEADER, alg: 'none' }, ALL), { keyOf })).kind).toBe(
      'refused',
    )
  })
})

describe('with a right signature, refused is', () => {
  const headers: Record<string, object> = {
    'typ JWT': { ...HEADER, typ: 'JWT' },
    'typ in capitals': { ...HEADER, typ: 'AT+JWT' },
    'typ as a media type': { ...HEADER, typ: 'application/at+jwt' },
    'no typ': { alg: 'EdDSA', kid: 'k1' },
    'no kid': { alg: 'EdDSA', typ: 'at+jwt' },
    'a kid that is no text': { ...HEADER, kid: 1 },
    'a kid of another purpose': { ...HEADER, kid: 'audit1' },
    'alg none': { ...HEADER, alg: 'none' },
    'alg NONE': { ...HEADER, alg: 'NONE' },
    'alg Ed25519': { ...HEADER, alg: 'Ed25519' },
    'alg eddsa': { ...HEADER, alg: 'eddsa' },
    crit: { ...HEADER, crit: ['exp'], exp: 1 },
    'an empty crit': { ...HEADER, crit: [] },
    'b64 false': { ...HEADER, b64: false, crit: ['b64'] },
    jku: { ...HEADER, jku: 'https://evil.example/keys' },
    x5u: { ...HEADER, x5u: 'https://evil.example/cert' },
    zip: { ...HEADER, zip: 'DEF' },
  }
  for (const [why, header] of Object.entries(headers)) {
    test(why, async () => {
      expect((await check(await signed(header, ALL))).kind).toBe('refused')
    })
  }

  const claims: Record<string, object> = {
    'another issuer': { ...ALL, iss: 'https://evil.example' },
    'an issuer with a slash more': { ...ALL, iss: `${ISSUER}/` },
    'another audience': { ...ALL, aud: 'https://other.example' },
    'a list of audiences': { ...ALL, aud: [AUDIENCE, 'https://other.example'] },
    'a list of the one audience': { ...ALL, aud: [AUDIENCE] },
    'not yet valid': { ...ALL, nbf: NOW_S + 31 },
    'made in the future': { ...ALL, iat: NOW_S + 31 },
    'living for too long': { ...ALL, exp: ALL.exp + 1 },
    'never expiring': { ...ALL, exp: undefined },
    'an end that is text': { ...ALL, exp: String(ALL.exp) },
    'an end that is no whole number': { ...ALL, exp: ALL.exp - 0.5 },
    'without its time': { ...ALL, iat: undefined },
    'without a session': { ...ALL, sid: undefined },
    'of a person of another form': { ...ALL, sub: 'ses_1' },
    'of a workspace of another form': { ...ALL, workspace: '../other' },
    'without a workspace': { ...ALL, workspace: undefined },
    'without an id': { ...ALL, jti: undefined },
  }
  for (const [why, body] of Object.entries(claims)) {
    test(why, async () => {
      expect((await check(await signed(HEADER, body))).kind).toBe('refused')
    })
  }
})

test('the key that a token brings along is not what it is verified with', async () => {
  const jwk = await exportJWK(theirs.publicKey)
  const brought = await signed({ ...HEADER, jwk }, ALL, theirs.privateKey)
  expect((await check(brought)).kind).toBe('refused')
  expect((await check(await signed(HEADER, ALL, theirs.privateKey))).kind).toBe('refused')
})

test('a token signed with the public key as if it were a shared secret is refused', async () => {
  const publicJwk = await exportJWK(ours.publicKey)
  const raw = base64url.decode(publicJwk.x ?? '')
  const text = new TextEncoder().encode(JSON.stringify(publicJwk))
  for (const secret of [raw, text]) {
    for (const alg of ['HS256', 'EdDSA']) {
      const made = await new SignJWT(ALL)
        .setProtectedHeader({ ...HEADER, alg: 'HS256' })
        .sign(secret)
      const [, payload, signature] = made.split('.')
      const header = base64url.encode(JSON.stringify({ ...HEADER, alg }))
      expect((await check(`${header}.${payload}.${signature}`)).kind).toBe('refused')
    }
  }
})

test('the example of RFC 7515, A.1 is no access token', async () => {
  const a1 =
    'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
  expect((await check(a1)).kind).toBe('refused')
})

test('a token of more than 4 KB is refused', async () => {
  const long = await signed(HEADER, { ...ALL, more: 'x'.repeat(3_000) })
  expect(long.length).toBeGreaterThan(4_096)
  expect(await check(long)).toMatchObject({ kind: 'refused' })
})

test('a token with any character changed, added or left out is refused', async () => {
  const characters = [
    ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n\u0000é',
  ]
  await fc.assert(
    fc.asyncProperty(
      fc.nat(token.length - 1),
      fc.constantFrom(...characters, ''),
      fc.nat(1),
      async (at, character, replaced) => {
        const changed = token.slice(0, at) + character + token.slice(at + replaced)
        fc.pre(changed !== token)
        expect((await check(changed)).kind).toBe('refused')
      },
    ),
    { numRuns: 1_000 },
  )
})

test('hostile text never throws', async () => {
  const part = fc.oneof(
    fc.string(),
    fc.json().map((json) => base64url.encode(json)),
    fc.constant(base64url.encode(JSON.stringify(HEADER))),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 4 }), async (parts) => {
      expect((await check(parts.join('.'))).kind).toBe('refused')
    }),
    { numRuns: 1_000 },
  )
})
