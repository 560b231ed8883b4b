import type { Env } from '../../env.ts'
import type { SigningPurpose } from './signing-key.ts'
import { publicKeysOf } from './signing-keys-of.ts'

/** By the key's `x`: an imported key is the same wherever it was read. */
const imported = new Map<string, CryptoKey>()
const MAX_IMPORTED = 100

/**
 * The key that a token's `kid` names, as long as its signatures are good; null for all others.
 *
 * @throws what the control database throws, when the isolate remembers no keys
 */
export async function verifyingKeyOf(
  env: Env,
  purpose: SigningPurpose,
  kid: string,
): Promise<CryptoKey | null> {
  const jwk = (await publicKeysOf(env, purpose, kid)).find((key) => key.kid === kid)
  if (!jwk) return null
  const known = imported.get(jwk.x)
  if (known) return known
  const { kty, crv, x } = jwk
  const key = await crypto.subtle.importKey('jwk', { kty, crv, x }, { name: 'Ed25519' }, false, [
    'verify',
  ])
  if (imported.size >= MAX_IMPORTED) imported.clear()
  imported.set(x, key)
  return key
}
