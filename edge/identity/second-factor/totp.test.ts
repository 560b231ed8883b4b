import fc from 'fast-check'
import { Secret, TOTP } from 'otpauth'
import { describe, expect, test } from 'vitest'
import { newTotpSecret, TOTP_STEP_S, totpUri, verifyTotp } from './totp.ts'

/** RFC 6238, appendix B, with the secrets of its reference code: the digits repeated to the hash's length. */
const SECRETS = {
  SHA1: '12345678901234567890',
  SHA256: '12345678901234567890123456789012',
  SHA512: '1234567890123456789012345678901234567890123456789012345678901234',
}
const VECTORS: [seconds: number, sha1: string, sha256: string, sha512: string][] = [
  [59, '94287082', '46119246', '90693936'],
  [1_111_111_109, '07081804', '68084774', '25091201'],
  [1_111_111_111, '14050471', '67062674', '99943326'],
  [1_234_567_890, '89005924', '91819424', '93441116'],
  [2_000_000_000, '69279037', '90698825', '38618901'],
  [20_000_000_000, '65353130', '77737706', '47863826'],
]
const SECRET = Secret.fromLatin1(SECRETS.SHA1).base32
const NOW_MS = 1_234_567_890_000
const NOW_STEP = Math.floor(NOW_MS / 30_000)

const codeOf = (step: number, secret = SECRET) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: step * 30_000 })
const check = (code: string, lastStep = 0, nowMs = NOW_MS) =>
  verifyTotp({ secret: SECRET, code, nowMs, lastStep })

describe('RFC 6238, appendix B', () => {
  for (const [seconds, ...codes] of VECTORS) {
    test(`at ${seconds} s`, () => {
      const made = (['SHA1', 'SHA256', 'SHA512'] as const).map((algorithm) =>
        new TOTP({ secret: Secret.fromLatin1(SECRETS[algorithm]), algorithm, digits: 8 }).generate({
          timestamp: seconds * 1000,
        }),
      )
      expect(made).toEqual(codes)
      // A code of six digits is the end of that of eight.
      const step = Math.floor(seconds / TOTP_STEP_S)
      expect(check(codes[0].slice(2), 0, seconds * 1000)).toEqual({ kind: 'right', step })
    })
  }
})

describe('a code', () => {
  test('is right within a step of its time and wrong outside of it', () => {
    for (const drift of [-1, 0, 1]) {
      expect(check(codeOf(NOW_STEP + drift))).toEqual({ kind: 'right', step: NOW_STEP + drift })
    }
    for (const drift of [-3, -2, 2, 3]) {
      expect(check(codeOf(NOW_STEP + drift))).toEqual({ kind: 'wrong' })
    }
  })

  test('is right once, and so is no earlier one after it', () => {
    expect(check(codeOf(NOW_STEP), NOW_STEP)).toEqual({ kind: 'used' })
    expect(check(codeOf(NOW_STEP - 1), NOW_STEP)).toEqual({ kind: 'used' })
    expect(check(codeOf(NOW_STEP + 1), NOW_STEP)).toEqual({ kind: 'right', step: NOW_STEP + 1 })
  })

  test('may be typed in groups', () => {
    const code = codeOf(NOW_STEP)
    expect(check(` ${code.slice(0, 3)} ${code.slice(3)}\n`).kind).toBe('right')
    expect(check(`${code.slice(0, 3)}\u00a0${code.slice(3)}`).kind).toBe('right')
  })

  for (const text of [
    '',
    '12345',
    '1234567',
    '12345a',
    '-12345',
    '1234.5',
    '١٢٣٤٥٦',
    '１２３４５６',
  ]) {
    test(`is six digits, which ${JSON.stringify(text)} is not`, () => {
      expect(check(text)).toEqual({ kind: 'wrong' })
    })
  }

  test('of another secret is wrong', () => {
    const other = newTotpSecret()
    const steps = [-1, 0, 1].map((drift) => codeOf(NOW_STEP + drift))
    const foreign = codeOf(NOW_STEP, other)
    // One in 300,000 secrets gives the same code.
    if (!steps.includes(foreign)) expect(check(foreign)).toEqual({ kind: 'wrong' })
  })
})

test('however codes come, each step is right at most once and steps only go up', () => {
  const typed = fc.record({ at: fc.nat(20), drift: fc.integer({ min: -2, max: 2 }) })
  fc.assert(
    fc.property(fc.array(typed, { maxLength: 30 }), (entries) => {
      let lastStep = 0
      const taken: number[] = []
      for (const { at, drift } of entries) {
        const step = NOW_STEP + at
        const answer = check(codeOf(step + drift), lastStep, step * 30_000 + 29_999)
        if (answer.kind !== 'right') continue
        taken.push(answer.step)
        lastStep = answer.step
      }
      expect(taken).toEqual([...new Set(taken)].sort((a, b) => a - b))
    }),
  )
})

test('a secret has 160 random bits', () => {
  expect(newTotpSecret()).toMatch(/^[A-Z2-7]{32}$/)
  expect(newTotpSecret()).not.toBe(newTotpSecret())
})

test('the URI names issuer and account, and an app reads the same secret from it', () => {
  const uri = new URL(totpUri(SECRET, 'ada+x@engines.example', 'Edge: wise & Söhne'))
  expect(uri.protocol + uri.host).toBe('otpauth:totp')
  expect(decodeURIComponent(uri.pathname)).toBe('/Edge  wise & Söhne:ada+x@engines.example')
  expect(Object.fromEntries(uri.searchParams)).toEqual({
    issuer: 'Edge  wise & Söhne',
    secret: SECRET,
    algorithm: 'SHA1',
    digits: '6',
    period: '30',
  })
})
