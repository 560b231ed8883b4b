import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { visitorTokens } from './visitor-token.ts'

const tokens = visitorTokens('a secret')

describe('a visitor token', () => {
  test('names a new visitor every time, and its workspace knows it again', async () => {
    const [one, two] = await Promise.all([tokens.mint('demo'), tokens.mint('demo')])
    expect(one.visitorId).not.toBe(two.visitorId)
    expect(await tokens.verify('demo', one.token)).toBe(one.visitorId)
    expect(await visitorTokens('a secret').verify('demo', one.token)).toBe(one.visitorId)
  })

  test('is worth nothing in another workspace or under another secret', async () => {
    const { token } = await tokens.mint('demo')
    expect(await tokens.verify('other', token)).toBeNull()
    expect(await visitorTokens('another secret').verify('demo', token)).toBeNull()
  })

  test('does not survive any change of a character', async () => {
    const { token } = await tokens.mint('demo')
    await fc.assert(
      fc.asyncProperty(
        fc.nat(token.length - 1),
        fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.'),
        async (at, character) => {
          const changed = token.slice(0, at) + character + token.slice(at + 1)
          fc.pre(changed !== token)
          expect(await tokens.verify('demo', changed)).toBeNull()
        },
      ),
      { numRuns: 300 },
    )
  })

  test('has one spelling: stray bits in the last character of the signature are refused', async () => {
    const { token } = await tokens.mint('demo')
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const last = alphabet.indexOf(token.at(-1) ?? '')
    const sameBits = [1, 2, 3].map((stray) => token.slice(0, -1) + alphabet[last ^ stray])
    for (const spelling of sameBits) expect(await tokens.verify('demo', spelling)).toBeNull()
  })

  test('that is any other text is refused, and nothing throws', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), async (text) => {
        expect(await tokens.verify('demo', text)).toBeNull()
      }),
    )
    for (const text of ['', '.', 'a.', '.a', `a.${'A'.repeat(43)}`]) {
      expect(await tokens.verify('demo', text)).toBeNull()
    }
  })
})
