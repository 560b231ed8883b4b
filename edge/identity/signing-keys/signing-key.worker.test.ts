import { expect, test } from 'vitest'
import { generateSigningKey, importPrivate, publicJwk } from './signing-key.ts'

test('workerd makes, imports and uses Ed25519 keys as they are stored', async () => {
  const stored = JSON.parse(JSON.stringify(await generateSigningKey('access_token')))
  const message = new TextEncoder().encode('signed')
  const signature = await crypto.subtle.sign('Ed25519', await importPrivate(stored), message)
  const { kty, crv, x } = await publicJwk(stored.x)
  const key = await crypto.subtle.importKey('jwk', { kty, crv, x }, 'Ed25519', false, ['verify'])
  expect(await crypto.subtle.verify('Ed25519', key, signature, message)).toBe(true)
  message[0] = 0
  expect(await crypto.subtle.verify('Ed25519', key, signature, message)).toBe(false)
})
