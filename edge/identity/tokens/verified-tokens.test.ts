import fc from 'fast-check'
import { generateKeyPair } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import type { WebCryptoKey } from '../../sealing/webcrypto-key.ts'
import {
  ACCESS_TOKEN_LIFETIME_S,
  type ExpectedToken,
  signAccessToken,
  verifyAccessToken,
} from './access-token.ts'
import { VerifiedTokens } from './verified-tokens.ts'

const NOW = 1_800_000_000_000
const ISSUER = 'https://edge.example.com'
const CLAIMS = {
  iss: ISSUER,
  aud: `${ISSUER}/api`,
  sub: 'usr_a',
  client_id: 'edgewise-console',
  sid: 'ses_a',
  workspace: 'demo',
}

let pair: { privateKey: WebCryptoKey; publicKey: WebCryptoKey }
let another: { publicKey: WebCryptoKey }
let token: string

beforeAll(async () => {
  pair = await generateKeyPair('EdDSA')
  another = await generateKeyPair('EdDSA')
  token = await signed()
})

const signed = (nowMs = NOW) =>
  signAccessToken(CLAIMS, { kid: 'k1', privateKey: pair.privateKey }, nowMs)
const expected = (changed: Partial<ExpectedToken> = {}): ExpectedToken => ({
  issuer: ISSUER,
  audience: `${ISSUER}/api`,
  keyOf: async (kid) => (kid === 'k1' ? pair.publicKey : null),
  nowMs: NOW,
  ...changed,
})

/** A memory that has seen the token and found it good. */
async function warm(): Promise<VerifiedTokens> {
  const memory = new VerifiedTokens()
  expect(await memory.verify(token, expected())).toMatchObject({ kind: 'valid' })
  return memory
}

describe('a token that was verified before', () => {
  test('is answered as if it were verified now, whatever changed meanwhile', async () => {
    const memory = await warm()
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          issuer: fc.constantFrom(ISSUER, 'https://evil.example'),
          audience: fc.constantFrom(`${ISSUER}/api`, ISSUER),
          nowMs: fc
            .integer({ min: -120_000, max: (ACCESS_TOKEN_LIFETIME_S + 120) * 1_000 })
            .map((ms) => NOW + ms),
          keyOf: fc.constantFrom<ExpectedToken['keyOf']>(
            async () => pair.publicKey,
            async () => another.publicKey,
            async () => null,
          ),
        }),
        async (asked) => {
          expect((await memory.verify(token, asked)).kind).toBe(
            (await verifyAccessToken(token, asked)).kind,
          )
        },
      ),
      { numRuns: 500 },
    )
  })

  test('expires to the second as any other', async () => {
    const memory = await warm()
    const end = NOW + (ACCESS_TOKEN_LIFETIME_S + 30) * 1_000
    for (const nowMs of [end - 1_000, end - 1, end, end + 1_000]) {
      const asked = expected({ nowMs })
      expect(await memory.verify(token, asked)).toEqual(await verifyAccessToken(token, asked))
    }
    expect(await memory.verify(token, expected({ nowMs: end }))).toEqual({ kind: 'expired' })
  })

  test('is refused once its key signs no more, and once another key has its id', async () => {
    for (const key of [null, another.publicKey]) {
      const memory = await warm()
      const asked = expected({ keyOf: async () => key })
      expect(await memory.verify(token, asked)).toMatchObject({ kind: 'refused' })
    }
  })

  test('says nothing of one that differs in a letter', async () => {
    const memory = await warm()
    await fc.assert(
      fc.asyncProperty(
        fc.nat(token.length - 1),
        fc.constantFrom('A', 'b', '-', '.'),
        async (at, letter) => {
          const changed = token.slice(0, at) + letter + token.slice(at + 1)
          fc.pre(changed !== token)
          expect(await memory.verify(changed, expected())).toMatchObject({ kind: 'refused' })
        },
      ),
    )
  })

  test('tells of keys that cannot be asked for', async () => {
    const memory = await warm()
    const keyOf = () => Promise.reject(new Error('The store is away.'))
    await expect(memory.verify(token, expected({ keyOf }))).rejects.toThrow('The store is away.')
  })
})

test('what was refused is not remembered, and the memory stays bounded', async () => {
  const memory = new VerifiedTokens(2)
  const early = expected({ keyOf: async () => null })
  expect(await memory.verify(token, early)).toMatchObject({ kind: 'refused' })
  expect(await memory.verify(token, expected())).toMatchObject({ kind: 'valid' })
  const more = await Promise.all([1, 2, 3].map((n) => signed(NOW - n * 1_000)))
  for (const one of [...more, token, ...more]) {
    expect(await memory.verify(one, expected())).toMatchObject({ kind: 'valid' })
  }
})
