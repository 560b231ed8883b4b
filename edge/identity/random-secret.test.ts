import fc from 'fast-check'
import { expect, test } from 'vitest'
import { constantTimeEqual, randomSecret, sha256Hex } from './random-secret.ts'

test('a secret carries its prefix and at least the bits that were asked for', () => {
  expect(randomSecret('ses_', 160)).toMatch(/^ses_[A-Za-z0-9]{27}$/)
  expect(randomSecret('', 256)).toMatch(/^[A-Za-z0-9]{43}$/)
  expect(27 * Math.log2(62)).toBeGreaterThanOrEqual(160)
  expect(new Set(Array.from({ length: 1_000 }, () => randomSecret('', 64))).size).toBe(1_000)
})

test('no character is likelier than another', () => {
  const counts = new Map<string, number>()
  const drawn = Array.from({ length: 62 }, () => randomSecret('', 2_000 * Math.log2(62))).join('')
  for (const character of drawn) {
    counts.set(character, (counts.get(character) ?? 0) + 1)
  }
  expect(counts.size).toBe(62)
  // Bytes modulo 62 without the rejection would give eight characters 2,422 and the others 1,937.
  for (const count of counts.values()) expect(Math.abs(count - 2_000)).toBeLessThan(300)
})

test('the hash is SHA-256 of the text as UTF-8 (FIPS 180-2, B.1)', async () => {
  expect(await sha256Hex('abc')).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  )
})

test('two texts are equal as === says', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      expect(constantTimeEqual(a, b)).toBe(a === b)
      expect(constantTimeEqual(a, `${a}`)).toBe(true)
      expect(constantTimeEqual(`${a}x`, `${a}y`)).toBe(false)
    }),
  )
})
