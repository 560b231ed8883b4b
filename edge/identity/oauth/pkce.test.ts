import fc from 'fast-check'
import { expect, test } from 'vitest'
import { challengeOf, isChallenge, isVerifier, matchesChallenge } from './pkce.ts'

/** RFC 7636, appendix B. */
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

const unreserved = fc.string({
  unit: fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~'),
  minLength: 43,
  maxLength: 128,
})

test("the challenge is that of the RFC's example", async () => {
  expect(await challengeOf(VERIFIER)).toBe(CHALLENGE)
  expect(await matchesChallenge(VERIFIER, CHALLENGE)).toBe(true)
})

test('every verifier matches its own challenge and no other one', async () => {
  await fc.assert(
    fc.asyncProperty(unreserved, unreserved, async (verifier, other) => {
      fc.pre(verifier !== other)
      const challenge = await challengeOf(verifier)
      expect(isChallenge(challenge)).toBe(true)
      expect(await matchesChallenge(verifier, challenge)).toBe(true)
      expect(await matchesChallenge(other, challenge)).toBe(false)
    }),
  )
})

test('a challenge is no verifier of itself: the method plain does not exist', async () => {
  expect(await matchesChallenge(CHALLENGE, CHALLENGE)).toBe(false)
})

for (const [why, text] of [
  ['too short', 'a'.repeat(42)],
  ['too long', 'a'.repeat(129)],
  ['empty', ''],
  ['with a space', `${'a'.repeat(43)} `],
  ['with a line break at its end', `${'a'.repeat(43)}\n`],
  ['with a reserved character', `${'a'.repeat(43)}+`],
  ['with a letter that is not ASCII', `${'a'.repeat(43)}ä`],
] as const) {
  test(`a verifier ${why} is refused, also with its own challenge`, async () => {
    expect(isVerifier(text)).toBe(false)
    expect(await matchesChallenge(text, await challengeOf(text))).toBe(false)
  })
}
