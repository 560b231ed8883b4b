import { base64url } from 'jose'

/**
 * The bytes of base64url text, or null if they would be encoded in another way. Decoders take padding, spaces
 * and stray bits behind the last character, so that many texts would stand for the same bytes.
 */
export function strictlyDecoded(text: string): Uint8Array | null {
  try {
    const bytes = base64url.decode(text)
    return base64url.encode(bytes) === text ? bytes : null
  } catch {
    return null
  }
}
