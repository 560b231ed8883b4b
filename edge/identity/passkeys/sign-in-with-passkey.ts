import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server'
import { base64url } from 'jose'
import { AuthenticationResponse } from './passkey-responses.ts'
import { expectedChallenge, PASSKEY_TIMEOUT_MS, relyingPartyOf, webauthn } from './relying-party.ts'

export type AuthenticationCheck =
  /** Both are to be stored. */
  | { kind: 'right'; counter: number; backedUp: boolean }
  /** `reason` is for logs: it names what did not fit, not what to do. */
  | { kind: 'wrong'; reason: string }

/**
 * What the browser is asked to sign in with. No passkeys are named: the device offers those it has for this
 * host, and nobody learns from here who has one.
 *
 * @param asked.challenge unguessable text that the caller remembers and takes once
 */
export async function authenticationOptions(asked: {
  issuer: string
  challenge: string
}): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const { generateAuthenticationOptions } = await webauthn()
  return generateAuthenticationOptions({
    rpID: relyingPartyOf(asked.issuer).rpId,
    challenge: asked.challenge,
    timeout: PASSKEY_TIMEOUT_MS,
    userVerification: 'required',
  })
}

/**
 * Checks what the browser answered against the passkey that the answer names (`credentialIdOf`). A counter
 * that does not go up means that the passkey was copied; passkeys of providers do not count and stay at 0.
 * Hostile input never throws.
 *
 * @param asked.response the parsed JSON of the form's field
 * @param asked.passkey the row of the table
 */
export async function verifyAuthentication(asked: {
  issuer: string
  challenge: string
  response: unknown
  passkey: { credentialId: string; userId: string; publicKey: string; counter: number }
}): Promise<AuthenticationCheck> {
  const { passkey } = asked
  const response = AuthenticationResponse.safeParse(asked.response)
  if (!response.success) return wrong('The answer has another form.')
  if (response.data.id !== passkey.credentialId) return wrong('It is of another passkey.')
  const { userHandle } = response.data.response
  if (userHandle !== undefined && userHandle !== base64url.encode(passkey.userId)) {
    return wrong('The passkey was made for somebody else.')
  }
  const { rpId, origin } = relyingPartyOf(asked.issuer)
  const { verifyAuthenticationResponse } = await webauthn()
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: response.data,
      expectedChallenge: expectedChallenge(asked.challenge),
      expectedOrigin: origin,
      expectedRPID: rpId,
      requireUserVerification: true,
      credential: {
        id: passkey.credentialId,
        publicKey: Uint8Array.from(base64url.decode(passkey.publicKey)),
        counter: passkey.counter,
      },
    })
    if (!verified) return wrong('The signature does not verify.')
    const { newCounter, credentialBackedUp } = authenticationInfo
    return { kind: 'right', counter: newCounter, backedUp: credentialBackedUp }
  } catch (error) {
    // The library says no by throwing; it asks nobody, so that nothing else can fail.
    return wrong(error instanceof Error ? error.message : String(error))
  }
}

function wrong(reason: string): AuthenticationCheck {
  return { kind: 'wrong', reason }
}
