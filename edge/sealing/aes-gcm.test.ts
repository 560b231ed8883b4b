import { describe, expect, test } from 'vitest'
import { decrypt, encrypt, importKey } from './aes-gcm.ts'
import { GCM_VECTORS, type GcmVector, hex, OTHER_IV_VECTORS } from './gcm-vectors.fixture.ts'

const sealedOf = ({ iv, cipher, tag }: GcmVector) => hex(iv + cipher + tag)
const open = async (
  vector: GcmVector,
  sealed: Uint8Array,
  additionalData = vector.additionalData,
) => decrypt(await importKey(hex(vector.key)), sealed, hex(additionalData))

describe.each(GCM_VECTORS)('the published test case $name', (vector) => {
  test('opens', async () => {
    expect(await open(vector, sealedOf(vector))).toEqual(hex(vector.plain))
  })

  test('does not open with any bit of it flipped', async () => {
    const sealed = sealedOf(vector)
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const flipped = sealed.slice()
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(await open(vector, flipped), `bit ${bit}`).toBeNull()
    }
  })

  test('does not open cut to any length, also to a shorter tag', async () => {
    const sealed = sealedOf(vector)
    for (let length = 0; length < sealed.length; length++) {
      expect(await open(vector, sealed.slice(0, length)), `${length} bytes`).toBeNull()
    }
  })

  test('does not open with other additional data or another key', async () => {
    const sealed = sealedOf(vector)
    expect(await open(vector, sealed, `${vector.additionalData}00`)).toBeNull()
    expect(await open({ ...vector, key: 'a'.repeat(64) }, sealed)).toBeNull()
  })
})

test.each(OTHER_IV_VECTORS)('the published test case $name is not taken', async (vector) => {
  expect(await open(vector, sealedOf(vector))).toBeNull()
})

test('a key cannot be read back', async () => {
  const key = await importKey(hex('a'.repeat(64)))
  await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow(/extractable/i)
})

test('no IV comes twice, and equal values look different', async () => {
  const key = await importKey(hex('a'.repeat(64)))
  const [plain, nothing] = [new Uint8Array(16), new Uint8Array()]
  const sealed = await Promise.all(
    Array.from({ length: 20_000 }, () => encrypt(key, plain, nothing)),
  )
  const ivs = new Set(sealed.map((bytes) => bytes.subarray(0, 12).join()))
  expect(ivs.size).toBe(sealed.length)
  expect(new Set(sealed.map((bytes) => bytes.subarray(12).join())).size).toBe(sealed.length)
})
