import fc from 'fast-check'
import { base64url, compactVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { headerOfCompactJws } from './compact-jws.ts'

/** RFC 7515, A.1. */
const A1_KEY =
  'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow'
const A1 =
  'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9' +
  '.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ' +
  '.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'

/** RFC 7520, 4.4 (HMAC-SHA2); 4.5 is the same without its payload. */
const COOKBOOK_KEY = 'hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg'
const COOKBOOK_KID = '018c0ae5-4d9b-471b-bfd6-eef314bc7037'
const COOKBOOK_PAYLOAD =
  'It\u2019s a dangerous business, Frodo, going out your door. You step onto the road, and if you ' +
  "don't keep your feet, there\u2019s no knowing where you might be swept off to."
const COOKBOOK_HEADER =
  'eyJhbGciOiJIUzI1NiIsImtpZCI6IjAxOGMwYWU1LTRkOWItNDcxYi1iZmQ2LWVlZjMxNGJjNzAzNyJ9'
const COOKBOOK_SIGNATURE = 's0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0'
const COOKBOOK = `${COOKBOOK_HEADER}.${base64url.encode(COOKBOOK_PAYLOAD)}.${COOKBOOK_SIGNATURE}`

/** RFC 8037, A.1 (public key) and A.4. */
const ED_KEY = {
  kty: 'OKP',
  crv: 'Ed25519',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
}
const ED =
  'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc' +
  '.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg'

const [header = '', payload = '', signature = ''] = A1.split('.')
const read = (token: string) => headerOfCompactJws(token, 1_000)

test("the RFCs' examples have the right form and verify", async () => {
  expect(read(COOKBOOK)).toEqual({ alg: 'HS256', kid: COOKBOOK_KID })
  const cookbook = await compactVerify(COOKBOOK, base64url.decode(COOKBOOK_KEY))
  expect(new TextDecoder().decode(cookbook.payload)).toBe(COOKBOOK_PAYLOAD)
  expect(read(A1)).toEqual({ typ: 'JWT', alg: 'HS256' })
  const hmac = await compactVerify(A1, base64url.decode(A1_KEY))
  expect(new TextDecoder().decode(hmac.payload)).toContain('"iss":"joe"')
  expect(read(ED)).toEqual({ alg: 'EdDSA' })
  const key = await crypto.subtle.importKey('jwk', ED_KEY, 'Ed25519', false, ['verify'])
  const eddsa = await compactVerify(ED, key, { algorithms: ['EdDSA'] })
  expect(new TextDecoder().decode(eddsa.payload)).toBe('Example of Ed25519 signing')
})

test('jose alone takes what is refused here: the check is needed', async () => {
  const spaced = `${header}.${payload}.${signature.slice(0, 9)} ${signature.slice(9)}`
  await expect(compactVerify(spaced, base64url.decode(A1_KEY))).resolves.toBeDefined()
  expect(read(spaced)).toBeNull()
})

describe('refused is a token', () => {
  for (const [why, token] of [
    ['with padding', `${A1}=`],
    [
      'with a space in its header',
      `${header.slice(0, 4)} ${header.slice(4)}.${payload}.${signature}`,
    ],
    [
      'with a space in its payload',
      `${header}.${payload.slice(0, 4)} ${payload.slice(4)}.${signature}`,
    ],
    ['with a line break at its end', `${A1}\n`],
    ['with stray bits behind its signature', `${A1.slice(0, -1)}l`],
    ['with stray bits behind its payload', `${header}.${payload.slice(0, -1)}R.${signature}`],
    ['of a length that no bytes encode to', `${A1}AA`],
    ['in the other base64 alphabet', A1.replaceAll('-', '+').replaceAll('_', '/')],
    ['with four parts', `${A1}.${signature}`],
    [
      'with five parts, as an encrypted one',
      `${header}.${header}.${payload}.${payload}.${signature}`,
    ],
    ['with two parts', `${header}.${payload}`],
    ['with a dot at its end', `${A1}.`],
    ['without a signature', `${header}.${payload}.`],
    ['without a payload (detached, RFC 7515 F)', `${header}..${signature}`],
    ['without a header', `.${payload}.${signature}`],
    ['without a payload, as RFC 7520, 4.5 has it', `${COOKBOOK_HEADER}..${COOKBOOK_SIGNATURE}`],
    ['of nothing', ''],
    ['of dots', '..'],
    ['whose header is no JSON', `${base64url.encode('{"alg"')}.${payload}.${signature}`],
    ['whose header is a list', `${base64url.encode('["alg"]')}.${payload}.${signature}`],
    ['whose header is null', `${base64url.encode('null')}.${payload}.${signature}`],
    [
      'whose header is no UTF-8',
      `${base64url.encode(new Uint8Array([123, 34, 255, 34, 58, 49, 125]))}.${payload}.${signature}`,
    ],
    ['in JSON form', JSON.stringify({ protected: header, payload, signature })],
  ] as const) {
    test(why, () => {
      expect(read(token)).toBeNull()
    })
  }

  test('longer than the cap', () => {
    expect(headerOfCompactJws(A1, A1.length)).not.toBeNull()
    expect(headerOfCompactJws(A1, A1.length - 1)).toBeNull()
  })
})

test('a token has one spelling: two texts never stand for the same bytes', () => {
  const part = fc.string({
    unit: fc.constantFrom(...'AQgwBCDEabc019-_'),
    minLength: 1,
    maxLength: 9,
  })
  fc.assert(
    fc.property(part, part, (a, b) => {
      fc.pre(a !== b)
      if (!read(`${header}.${a}.${a}`) || !read(`${header}.${b}.${b}`)) return
      expect(base64url.decode(a)).not.toEqual(base64url.decode(b))
    }),
    { numRuns: 2_000 },
  )
})
