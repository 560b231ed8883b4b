import { expect, test } from 'vitest'
import { decrypt, importKey } from './aes-gcm.ts'
import { newWrappedKey, unwrap } from './data-keys.ts'
import { openWith, sealWith } from './envelope.ts'
import { GCM_VECTORS, type GcmVector, hex, OTHER_IV_VECTORS } from './gcm-vectors.fixture.ts'
import { keyRing } from './key-ring.ts'
import { clientSecretOf, sealingKey, totpOf } from './sealing.fixture.ts'

const open = async ({ key, iv, cipher, tag, additionalData }: GcmVector) =>
  decrypt(await importKey(hex(key)), hex(iv + cipher + tag), hex(additionalData))

test.each(GCM_VECTORS)(
  'workerd opens the published test case $name, and no changed one',
  async (vector) => {
    expect(await open(vector)).toEqual(hex(vector.plain))
    expect(await open({ ...vector, tag: vector.tag.slice(2) })).toBeNull()
    expect(await open({ ...vector, tag: `00${vector.tag.slice(2)}` })).toBeNull()
    expect(await open({ ...vector, additionalData: `${vector.additionalData}00` })).toBeNull()
  },
)

test.each(OTHER_IV_VECTORS)(
  'workerd is not asked for the published test case $name',
  async (vector) => {
    expect(await open(vector)).toBeNull()
  },
)

test('workerd seals, opens, and refuses a value in another place or under another key', async () => {
  const ring = await keyRing(sealingKey('k1'))
  const wrapped = await newWrappedKey(ring, 'demo')
  const key = await unwrap(ring, 'demo', wrapped)
  const sealed = await sealWith(key, clientSecretOf('demo', 'c1'), 'a secret 🔑')
  expect(await openWith(key, clientSecretOf('demo', 'c1'), sealed)).toBe('a secret 🔑')
  await expect(openWith(key, clientSecretOf('demo', 'c2'), sealed)).rejects.toThrow('another place')
  await expect(openWith(key, totpOf('c1'), sealed)).rejects.toThrow('another place')
  await expect(unwrap(ring, 'other', wrapped)).rejects.toThrow('does not open')
  const other = await keyRing(sealingKey('k1', 'another'))
  await expect(unwrap(other, 'demo', wrapped)).rejects.toThrow('does not open')
  await expect(crypto.subtle.exportKey('raw', key.key)).rejects.toThrow()
})
