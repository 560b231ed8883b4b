import type { Env } from '../../env.ts'
import { sealerOf } from '../../sealing/sealer-of.ts'
import { controlStore } from '../../tenancy/directory-of.ts'
import { readSigningKeys } from './key-store.ts'
import type { PublicJwk, SigningPurpose } from './signing-key.ts'
import { SigningKeys } from './signing-keys.ts'

const isolates = new WeakMap<Env, SigningKeys>()

function keysOf(env: Env): SigningKeys {
  const known = isolates.get(env)
  if (known) return known
  const made = new SigningKeys({
    read: (purpose) =>
      readSigningKeys(controlStore(env), sealerOf(env), purpose, (what) =>
        console.error(JSON.stringify(what)),
      ),
    now: Date.now,
  })
  isolates.set(env, made)
  return made
}

/**
 * The key to sign with, made when it is first needed.
 *
 * @throws SealError, or what the control database throws, when the isolate remembers none
 */
export function signingKeyOf(
  env: Env,
  purpose: SigningPurpose,
): Promise<{ kid: string; privateKey: CryptoKey }> {
  return keysOf(env).signing(purpose)
}

/**
 * The keys whose signatures are good, retired ones that may still have signed something included.
 *
 * @param kid the id that a signature names: the store is asked for it at once where it is not remembered
 * @throws as {@link signingKeyOf}
 */
export function publicKeysOf(
  env: Env,
  purpose: SigningPurpose,
  kid?: string,
): Promise<PublicJwk[]> {
  return keysOf(env).verifying(purpose, kid)
}
