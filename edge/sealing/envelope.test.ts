import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { importKey } from './aes-gcm.ts'
import { base64url, fromBase64url } from './base64url.ts'
import { additionalData, type DataKey, openWith, sealWith } from './envelope.ts'
import { SealError } from './seal-error.ts'
import type { SealContext } from './sealed-columns.ts'
import { clientSecretOf, totpOf } from './sealing.fixture.ts'

const CANARY = 'JBSWY3DPEHPK3PXP-canary'
const bytes = (fill: number) => new Uint8Array(32).fill(fill)
const keyOf = async (id: string, fill: number): Promise<DataKey> => ({
  id: id.repeat(32),
  key: await importKey(bytes(fill)),
})

const failureOf = (opening: Promise<unknown>) =>
  opening.then(
    (opened) => expect.unreachable(`It opened: ${String(opened)}`),
    (error: unknown) => {
      if (error instanceof SealError) return error
      throw error
    },
  )

describe('a sealed value', () => {
  test('gives back any well-formed text', async () => {
    const key = await keyOf('a', 1)
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constant('\uFEFFmark'), fc.constant(''))
    await fc.assert(
      fc.asyncProperty(text, async (plain) => {
        const sealed = await sealWith(key, totpOf('u1'), plain)
        expect(await openWith(key, totpOf('u1'), sealed)).toBe(plain)
      }),
    )
  })

  test('refuses text that would not come back as it was', async () => {
    const key = await keyOf('a', 1)
    for (const plain of ['\uD800', 'x'.repeat(16_385)]) {
      const error = await failureOf(sealWith(key, totpOf('u1'), plain))
      expect(error.kind).toBe('not_sealable')
      expect(error.reason).not.toContain(plain)
    }
  })

  const places: [string, SealContext][] = [
    ['row', clientSecretOf('demo', 'c2')],
    ['workspace', clientSecretOf('other', 'c1')],
    ['table', { ...clientSecretOf('demo', 'c1'), table: 'totp_factors' }],
    ['column', { ...clientSecretOf('demo', 'c1'), column: 'sealed_secret' }],
    ['workspace that is none', { ...clientSecretOf('demo', 'c1'), workspaceId: null }],
  ]
  test.each(places)('does not open in another %s', async (_, place) => {
    const key = await keyOf('a', 1)
    const sealed = await sealWith(key, clientSecretOf('demo', 'c1'), CANARY)
    expect((await failureOf(openWith(key, place, sealed))).kind).toBe('does_not_open')
    expect(await openWith(key, clientSecretOf('demo', 'c1'), sealed)).toBe(CANARY)
  })

  test('does not open with another key, of the same id or under the name of another', async () => {
    const sealed = await sealWith(await keyOf('a', 1), totpOf('u1'), CANARY)
    const renamed = sealed.replace('a'.repeat(32), 'b'.repeat(32))
    for (const [key, text] of [
      [await keyOf('a', 2), sealed],
      [await keyOf('b', 1), sealed],
      [await keyOf('b', 1), renamed],
    ] as const) {
      expect((await failureOf(openWith(key, totpOf('u1'), text))).kind).toBe('does_not_open')
    }
  })

  test('does not open with one bit flipped, or a character changed, inserted or gone, anywhere', async () => {
    const key = await keyOf('a', 1)
    const sealed = await sealWith(key, totpOf('u1'), CANARY)
    const at = fc.nat({ max: sealed.length - 1 })
    const changed = fc.oneof(
      fc.tuple(at, fc.nat({ max: 6 })).map(([i, bit]) => {
        const code = sealed.charCodeAt(i) ^ (1 << bit)
        return sealed.slice(0, i) + String.fromCharCode(code) + sealed.slice(i + 1)
      }),
      fc.tuple(at, fc.string({ minLength: 1, maxLength: 3 })).map(([i, more]) => {
        return sealed.slice(0, i) + more + sealed.slice(i)
      }),
      at.map((i) => sealed.slice(0, i)),
      at.map((i) => sealed.slice(0, i) + sealed.slice(i + 1)),
    )
    await fc.assert(
      fc.asyncProperty(changed, async (text) => {
        const { kind, message } = await failureOf(openWith(key, totpOf('u1'), text))
        expect(['not_sealed', 'does_not_open']).toContain(kind)
        expect(message).not.toContain(sealed.slice(40, 60))
        expect(message).not.toContain(CANARY)
      }),
      { numRuns: 1_000 },
    )
  })

  test('is bound to its place by a text that no other place has', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom('"', '",', '","', '\\', '\uD800', 'null', ''),
    )
    const parts = fc.tuple(fc.option(word), word, word, word, word)
    const textOf = ([workspaceId, table, column, row, keyId]: (string | null)[]) => {
      const context = { workspaceId, table, column, row } as SealContext
      return base64url(additionalData(context, String(keyId)))
    }
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        const same = one.every((part, index) => part === other[index])
        expect(textOf(one) === textOf(other)).toBe(same)
      }),
      {
        numRuns: 2_000,
        examples: [
          [
            [null, '', '', '', ''],
            ['null', '', '', '', ''],
          ],
        ],
      },
    )
  })
})

test('one text stands for one value: base64url with stray bits is not read', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (value) => {
      expect(fromBase64url(base64url(value))).toEqual(value)
    }),
  )
  for (const text of ['AB', 'AAB', 'A', 'AA==', 'A+/A', 'AA AA']) {
    expect(fromBase64url(text), text).toBeNull()
  }
})
