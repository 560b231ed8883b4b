import { base64url } from 'jose'
import { constantTimeEqual } from '../random-secret.ts'

/** RFC 7636, 4.1: 43 to 128 unreserved characters. */
const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/
/** The base64url of 32 bytes. */
const CHALLENGE = /^[\w-]{43}$/

export function isVerifier(text: string): boolean {
  return VERIFIER.test(text)
}

/** What a request's `code_challenge` must look like for the method S256, the only one that is taken. */
export function isChallenge(text: string): boolean {
  return CHALLENGE.test(text)
}

/** The S256 challenge of a verifier (RFC 7636, 4.2). */
export async function challengeOf(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  return base64url.encode(new Uint8Array(digest))
}

/** Whether who brings the verifier is who sent the challenge. A verifier of the wrong form never is. */
export async function matchesChallenge(verifier: string, challenge: string): Promise<boolean> {
  if (!isVerifier(verifier) || !isChallenge(challenge)) return false
  return constantTimeEqual(await challengeOf(verifier), challenge)
}
