const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
/** The largest multiple of 62 that a byte reaches: bytes above would make some characters likelier. */
const FAIR_BYTES = 248

/**
 * A new secret or unguessable id: the prefix as it is, then letters and digits.
 *
 * @param prefix what it is for, such as `ses_`
 * @param bits the least entropy of the random part
 */
export function randomSecret(prefix: string, bits: number): string {
  const length = Math.ceil(bits / Math.log2(ALPHABET.length))
  let secret = ''
  while (secret.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      if (byte < FAIR_BYTES && secret.length < length) secret += ALPHABET[byte % ALPHABET.length]
    }
  }
  return prefix + secret
}

/** 64 lower-case hexadecimal digits. For secrets of 128 random bits and more, a slow hash adds nothing. */
export async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Takes as long wherever two texts of the same length differ. That lengths differ may show. */
export function constantTimeEqual(a: string, b: string): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)
  return difference === 0
}
