import {
  base64url,
  CompactSign,
  type CryptoKey,
  calculateJwkThumbprint,
  compactVerify,
  importJWK,
  type JWK,
} from 'jose'
import { AnchoredHead } from './anchor.ts'

/** Nothing else that is signed may pass for an anchor: RFC 8725, 3.11. */
const TYPE = 'edgewise-audit-anchor+jws'
/** Pinned: what a signature says of its algorithm is not asked (RFC 8725, 3.1). */
const ALGORITHM = 'EdDSA'
/** Ours have some 400. */
const MAX_JWS_CHARS = 2_000

/** Public keys by their id, which is the key's thumbprint (RFC 7638): no other key can take its place. */
export type AnchorPublicKeys = ReadonlyMap<string, JWK>

/** @returns those that are Ed25519, without any private part */
export async function anchorPublicKeys(jwks: readonly JWK[]): Promise<AnchorPublicKeys> {
  const keys = new Map<string, JWK>()
  for (const { kty, crv, x } of jwks) {
    if (kty !== 'OKP' || crv !== 'Ed25519' || typeof x !== 'string') continue
    keys.set(await calculateJwkThumbprint({ kty, crv, x }), { kty, crv, x })
  }
  return keys
}

/** @returns a compact JWS (RFC 7515) */
export function signAnchor(
  head: AnchoredHead,
  kid: string,
  privateKey: CryptoKey,
): Promise<string> {
  return new CompactSign(new TextEncoder().encode(JSON.stringify(head)))
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid })
    .sign(privateKey)
}

/** What an anchor says, null where none of the keys signed it. */
export async function verifiedAnchor(
  jws: string,
  keys: AnchorPublicKeys,
): Promise<AnchoredHead | null> {
  if (jws.length > MAX_JWS_CHARS || !jws.split('.').every(isCanonicalPart)) return null
  try {
    const { payload, protectedHeader } = await compactVerify(
      jws,
      async ({ kid }) => {
        const key = keys.get(kid ?? '')
        if (!key) throw new Error('No such key.')
        return importJWK(key, ALGORITHM)
      },
      { algorithms: [ALGORITHM] },
    )
    if (protectedHeader.typ !== TYPE) return null
    return AnchoredHead.parse(JSON.parse(new TextDecoder().decode(payload)))
  } catch {
    return null
  }
}

/** Decoders forgive spaces and stray bits, so that one signature would have many texts. */
function isCanonicalPart(part: string): boolean {
  if (!/^[\w-]+$/.test(part)) return false
  try {
    return base64url.encode(base64url.decode(part)) === part
  } catch {
    return false
  }
}
