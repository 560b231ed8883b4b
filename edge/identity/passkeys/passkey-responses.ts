import { z } from 'zod'
import { strictlyDecoded } from '../tokens/strict-base64url.ts'

/** A passkey's public key and signature have some hundred bytes; post-quantum ones would have 5,000. */
const Base64url = z
  .string()
  .max(8_192)
  .refine((text) => text !== '' && strictlyDecoded(text) !== null)
/** WebAuthn, 4: a credential id has at most 1,023 bytes. */
const CredentialId = Base64url.max(1_364)

const common = {
  id: CredentialId,
  rawId: CredentialId,
  type: z.literal('public-key'),
  /** Nothing of it is used, and nothing of it is asked for. */
  clientExtensionResults: z.unknown().transform(() => ({})),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).optional().catch(undefined),
}

/** What `navigator.credentials.create` gave, as the browser's script sends it: JSON in a form's field. */
export const RegistrationResponse = z.object({
  ...common,
  response: z.object({
    clientDataJSON: Base64url,
    attestationObject: Base64url,
    transports: z.array(z.string().max(40)).max(10).optional(),
  }),
})

/** What `navigator.credentials.get` gave. */
export const AuthenticationResponse = z.object({
  ...common,
  response: z.object({
    clientDataJSON: Base64url,
    authenticatorData: Base64url,
    signature: Base64url,
    userHandle: Base64url.max(88).optional(),
  }),
})

/** The row to look up for an answer that somebody signs in with; null if it is no such answer. */
export function credentialIdOf(response: unknown): string | null {
  const parsed = AuthenticationResponse.safeParse(response)
  return parsed.success ? parsed.data.id : null
}
