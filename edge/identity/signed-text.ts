import { base64url } from 'jose'
import { constantTimeEqual } from './random-secret.ts'
import { strictlyDecoded } from './tokens/strict-base64url.ts'

/**
 * A value that only this edge can have written, for a cookie: it is readable, but cannot be changed.
 *
 * @param purpose keeps texts of one use from serving for another
 * @param value anything that JSON can say
 */
export async function signedText(secret: string, purpose: string, value: unknown): Promise<string> {
  const body = base64url.encode(JSON.stringify(value))
  return `${body}.${await signatureOf(secret, purpose, body)}`
}

/** The value of {@link signedText}; null for whatever was not signed here for this purpose. */
export async function readSignedText(
  secret: string,
  purpose: string,
  text: string | null,
): Promise<unknown> {
  const [body, signature, ...more] = text?.split('.') ?? []
  if (!body || !signature || more.length > 0) return null
  if (!constantTimeEqual(signature, await signatureOf(secret, purpose, body))) return null
  const bytes = strictlyDecoded(body)
  return bytes === null ? null : JSON.parse(new TextDecoder().decode(bytes))
}

async function signatureOf(secret: string, purpose: string, body: string): Promise<string> {
  const key = await crypto.subtle.importKey(
    'raw',
    new TextEncoder().encode(`${purpose}\n${secret}`),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  )
  const mac = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(body))
  return base64url.encode(new Uint8Array(mac))
}
