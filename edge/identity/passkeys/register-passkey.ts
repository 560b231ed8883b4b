import type { PublicKeyCredentialCreationOptionsJSON } from '@simplewebauthn/server'
import { base64url } from 'jose'
import { RegistrationResponse } from './passkey-responses.ts'
import {
  expectedChallenge,
  PASSKEY_ALGORITHMS,
  PASSKEY_TIMEOUT_MS,
  relyingPartyOf,
  webauthn,
} from './relying-party.ts'

/** What the table `passkeys` keeps, besides whose it is and when. */
export interface NewPasskey {
  /** base64url. */
  credentialId: string
  /** COSE key, base64url. */
  publicKey: string
  counter: number
  transports: string[]
  /** Kept by a provider, so that it is on several devices and survives the loss of one. */
  backedUp: boolean
}

export type RegistrationCheck =
  /** @param aaguid what the authenticator says it is, unproven */
  | { kind: 'right'; passkey: NewPasskey; aaguid: string }
  /** `reason` is for logs: it names what did not fit, not what to do. */
  | { kind: 'wrong'; reason: string }

/**
 * What the browser is asked to make a passkey with: one that is found without a name (discoverable), and that
 * wants finger, face or PIN.
 *
 * @param asked.challenge unguessable text that the caller remembers and takes once
 * @param asked.user.id at most 64 bytes (WebAuthn, 5.4.3); comes back when the person signs in
 * @param asked.known passkeys that the person has: the same device makes no second one
 */
export async function registrationOptions(asked: {
  issuer: string
  challenge: string
  user: { id: string; email: string; name: string }
  known: readonly { credentialId: string; transports: readonly string[] }[]
}): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { generateRegistrationOptions } = await webauthn()
  return generateRegistrationOptions({
    rpName: 'Edgewise',
    rpID: relyingPartyOf(asked.issuer).rpId,
    userID: Uint8Array.from(new TextEncoder().encode(asked.user.id)),
    userName: asked.user.email,
    userDisplayName: asked.user.name,
    challenge: asked.challenge,
    timeout: PASSKEY_TIMEOUT_MS,
    // Who made the device is nobody's business here.
    attestationType: 'none',
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: PASSKEY_ALGORITHMS,
    excludeCredentials: asked.known.map(({ credentialId, transports }) => ({
      id: credentialId,
      transports: [...transports],
    })),
  })
}

/**
 * Checks what the browser answered. Hostile input never throws.
 *
 * @param asked.response the parsed JSON of the form's field
 */
export async function verifyRegistration(asked: {
  issuer: string
  challenge: string
  response: unknown
}): Promise<RegistrationCheck> {
  const response = RegistrationResponse.safeParse(asked.response)
  if (!response.success) return { kind: 'wrong', reason: 'The answer has another form.' }
  const { rpId, origin } = relyingPartyOf(asked.issuer)
  const { verifyRegistrationResponse } = await webauthn()
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: response.data,
      expectedChallenge: expectedChallenge(asked.challenge),
      expectedOrigin: origin,
      expectedRPID: rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: PASSKEY_ALGORITHMS,
    })
    if (!verified) return { kind: 'wrong', reason: 'The attestation does not verify.' }
    const { credential, credentialBackedUp, aaguid } = registrationInfo
    return {
      kind: 'right',
      aaguid,
      passkey: {
        credentialId: credential.id,
        publicKey: base64url.encode(credential.publicKey),
        counter: credential.counter,
        transports: response.data.response.transports ?? [],
        backedUp: credentialBackedUp,
      },
    }
  } catch (error) {
    // The library says no by throwing; it asks nobody, so that nothing else can fail.
    return { kind: 'wrong', reason: error instanceof Error ? error.message : String(error) }
  }
}
