import { z } from 'zod'
import { base64url } from '../../sealing/base64url.ts'
import type { WebCryptoKey } from '../../sealing/webcrypto-key.ts'

/** One key has one purpose (RFC 8725, 3.10): what signs tokens never signs an anchor. */
export const SIGNING_PURPOSES = ['access_token', 'audit_anchor'] as const
export type SigningPurpose = (typeof SIGNING_PURPOSES)[number]

/** 32 bytes as base64url. */
const Coordinate = z.string().regex(/^[\w-]{43}$/)

/** RFC 8037, with its id. */
export const PublicJwk = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: Coordinate,
  kid: z.string(),
  use: z.literal('sig'),
  alg: z.literal('EdDSA'),
})
export type PublicJwk = z.infer<typeof PublicJwk>

/**
 * What is sealed. It carries the public part and the purpose as well, and those are believed: who may only
 * write the store cannot bring in a key of their own, or use one for another purpose.
 */
export const SealedSigningKey = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: Coordinate,
  d: Coordinate,
  purpose: z.enum(SIGNING_PURPOSES),
})
export type SealedSigningKey = z.infer<typeof SealedSigningKey>

/** The thumbprint of RFC 7638, so that the id is of this key and no other. */
export async function keyId(x: string): Promise<string> {
  const canonical = new TextEncoder().encode(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }))
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', canonical)))
}

export async function publicJwk(x: string): Promise<PublicJwk> {
  return { kty: 'OKP', crv: 'Ed25519', x, kid: await keyId(x), use: 'sig', alg: 'EdDSA' }
}

const GeneratedJwk = z.object({ x: Coordinate, d: Coordinate })

export async function generateSigningKey(purpose: SigningPurpose): Promise<SealedSigningKey> {
  const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])
  if ('algorithm' in pair) throw new TypeError('Ed25519 gave one key instead of a pair.')
  const { x, d } = GeneratedJwk.parse(await crypto.subtle.exportKey('jwk', pair.privateKey))
  return { kty: 'OKP', crv: 'Ed25519', x, d, purpose }
}

/** It signs, and cannot be read back. */
export function importPrivate({ kty, crv, x, d }: SealedSigningKey): Promise<WebCryptoKey> {
  return crypto.subtle.importKey('jwk', { kty, crv, x, d }, { name: 'Ed25519' }, false, ['sign'])
}
