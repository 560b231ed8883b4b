import { base64url } from 'jose'

/** Who asks for a passkey, in the terms of WebAuthn. */
export interface RelyingParty {
  /** A passkey serves for this host alone. */
  rpId: string
  origin: string
}

/** @param issuer the edge's own address, such as `https://edge.example.com`; IP addresses cannot have passkeys */
export function relyingPartyOf(issuer: string): RelyingParty {
  const { hostname, origin } = new URL(issuer)
  return { rpId: hostname, origin }
}

/** EdDSA, ES256, RS256 (COSE): said here, since the library offers what its runtime has, and runtimes differ. */
export const PASSKEY_ALGORITHMS = [-8, -7, -257]

/** Time for finding the phone. */
export const PASSKEY_TIMEOUT_MS = 120_000

/** How a challenge comes back in the browser's answer. */
export function expectedChallenge(challenge: string): string {
  return base64url.encode(challenge)
}

/**
 * The library is 300 KB of certificate formats: evaluated when the first passkey comes, not whenever an
 * isolate starts for a visitor.
 */
export function webauthn(): Promise<typeof import('@simplewebauthn/server')> {
  return import('@simplewebauthn/server')
}
