import { decodeProtectedHeader, type JWK } from 'jose'
import type { AnchoredHead } from '#shared/audit/anchor.ts'
import { anchorPublicKeys, signAnchor, verifiedAnchor } from '#shared/audit/anchor-signature.ts'
import type { Env } from '../env.ts'
import { publicKeysOf, signingKeyOf } from '../identity/signing-keys/signing-keys-of.ts'

/** What signs anchors and tells whether one is signed. */
export interface AnchorKeys {
  /** @returns a compact JWS. @throws SealError, or what the control database throws */
  sign(head: AnchoredHead): Promise<string>
  /** What an anchor says; null where it is not signed by us. @throws as `sign` */
  verify(jws: string): Promise<AnchoredHead | null>
  /** All that ever signed. @throws as `sign` */
  publicKeys(): Promise<JWK[]>
}

const PURPOSE = 'audit_anchor'

/** The edge's own keys, which sign nothing else. */
export function anchorKeys(env: Env): AnchorKeys {
  return {
    async sign(head) {
      const { kid, privateKey } = await signingKeyOf(env, PURPOSE)
      return signAnchor(head, kid, privateKey)
    },
    async verify(jws) {
      const keys = await publicKeysOf(env, PURPOSE, keyIdOf(jws))
      return verifiedAnchor(jws, await anchorPublicKeys(keys))
    },
    publicKeys: () => publicKeysOf(env, PURPOSE),
  }
}

/** Unverified: it only says which key to look for. */
function keyIdOf(jws: string): string | undefined {
  try {
    return decodeProtectedHeader(jws).kid
  } catch {
    return undefined
  }
}
