import { base64url } from 'jose'
import { describe, expect, test } from 'vitest'
import { checkIdTokenClaims, idTokenAlgorithm } from './id-token.ts'

const NOW = 1_700_000_000_000
const NOW_S = NOW / 1_000
const EXPECTED = {
  issuer: 'https://login.company.example',
  clientId: 'edgewise',
  nonce: 'n-1',
  now: NOW,
}
const CLAIMS = {
  iss: EXPECTED.issuer,
  sub: 's-1',
  aud: 'edgewise',
  nonce: 'n-1',
  iat: NOW_S,
  exp: NOW_S + 300,
}

const check = (more: Record<string, unknown> = {}) =>
  checkIdTokenClaims({ ...CLAIMS, ...more }, EXPECTED)

describe('claims are right', () => {
  test.each([
    ['as they are', {}],
    ['with this client in a list of one', { aud: ['edgewise'] }],
    ['given to this client', { azp: 'edgewise' }],
    ['of a clock that is half a minute ahead', { iat: NOW_S + 30 }],
    ['that ended half a minute ago', { exp: NOW_S - 30 }],
    ['with more in them', { groups: ['it'] }],
  ])('%s', (_what, more) => {
    expect(check(more).kind).toBe('right')
  })
})

describe('claims are wrong', () => {
  test.each([
    ['of another issuer', { iss: `${EXPECTED.issuer}/` }],
    ['for another client', { aud: 'other' }],
    ['for this client and another', { aud: ['edgewise', 'other'] }],
    ['for nobody', { aud: [] }],
    ['given to another client', { azp: 'other' }],
    ['for another question', { nonce: 'n-2' }],
    ['for no question', { nonce: undefined }],
    ['without a subject', { sub: '' }],
    ['with a subject that is a number', { sub: 1 }],
    ['with a subject that is too long', { sub: 'x'.repeat(256) }],
    ['that ended', { exp: NOW_S - 61 }],
    ['with an end that is a text', { exp: String(NOW_S + 300) }],
    ['of the future', { iat: NOW_S + 61 }],
    ['that are old', { iat: NOW_S - 601 }],
    ['without a beginning', { iat: undefined }],
  ])('%s', (_what, more) => {
    expect(check(more)).toEqual({ kind: 'wrong', reason: expect.stringMatching(/\.$/) })
  })

  test.each([undefined, null, 'text', [], 1])('when they are %j', (claims) => {
    expect(checkIdTokenClaims(claims, EXPECTED).kind).toBe('wrong')
  })
})

describe('an algorithm', () => {
  const token = (header: unknown) =>
    `${base64url.encode(JSON.stringify(header))}.${base64url.encode('{}')}.${base64url.encode('s')}`

  test.each(['RS256', 'ES256', 'EdDSA', 'Ed25519'])('%s is taken where it is offered', (alg) => {
    expect(idTokenAlgorithm(token({ alg }), [alg])).toBe(alg)
    expect(idTokenAlgorithm(token({ alg, typ: 'JWT' }), [alg])).toBe(alg)
    expect(idTokenAlgorithm(token({ alg }), ['another'])).toBeNull()
  })

  test.each(['none', 'None', 'HS256', 'HS512', 'RS1', 'rs256', ''])(
    '%j is not, although it is offered',
    (alg) => {
      expect(idTokenAlgorithm(token({ alg }), [alg])).toBeNull()
    },
  )

  test.each([{ typ: 'at+jwt' }, { typ: 'logout+jwt' }, { crit: [] }, { crit: ['b64'], b64: true }])(
    'beside %j is not taken',
    (more) => {
      expect(idTokenAlgorithm(token({ alg: 'RS256', ...more }), ['RS256'])).toBeNull()
    },
  )

  test('of a token that is spelled in another way than a signer spells it is not taken', () => {
    const right = token({ alg: 'RS256' })
    for (const wrong of [`${right}=`, ` ${right}`, `${right}.`, right.replace('.', '..'), '']) {
      expect(idTokenAlgorithm(wrong, ['RS256'])).toBeNull()
    }
  })
})
