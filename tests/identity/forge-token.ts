import { createClient } from '@libsql/client'
import { decodeJwt } from 'jose'
import { readSigningKeys } from '#edge/identity/signing-keys/key-store.ts'
import type { SigningPurpose } from '#edge/identity/signing-keys/signing-key.ts'
import { AccessClaims, signAccessToken } from '#edge/identity/tokens/access-token.ts'
import { isolateOver } from '#edge/sealing/sealing.fixture.ts'
import { SEALING_KEYS, type TestPlatform } from '#tests/platform/faulty-platform.ts'

/** A signing key of the running edge, as whoever holds its sealing keys can open it. */
export async function edgeSigningKey(platform: TestPlatform, purpose: SigningPurpose) {
  const control = createClient({ url: `file:${platform.storeDir}/control.db`, intMode: 'number' })
  try {
    const sealer = isolateOver(() => control, SEALING_KEYS)
    const [key] = await readSigningKeys(control, sealer, purpose, () => undefined)
    if (!key) throw new Error(`There is no key of the purpose ${purpose}.`)
    return key
  } finally {
    control.close()
  }
}

/** What a token says, with some of it changed, signed by the edge's own key. */
export async function signedByEdge(
  platform: TestPlatform,
  token: string,
  changed: Partial<AccessClaims>,
  nowMs = Date.now(),
): Promise<string> {
  const claims = AccessClaims.parse({ ...decodeJwt(token), ...changed })
  const { iss, aud, sub, sid, client_id, workspace } = claims
  const key = await edgeSigningKey(platform, 'access_token')
  return signAccessToken({ iss, aud, sub, sid, client_id, workspace }, key, nowMs)
}
