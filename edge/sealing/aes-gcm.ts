import type { WebCryptoKey } from './webcrypto-key.ts'
/** The only size taken: others are hashed into one (SP 800-38D, 7.1), and not every engine knows them. */
export const IV_BYTES = 12
export const TAG_BYTES = 16
/** AES-256. */
export const KEY_BYTES = 32

/** A key that the engine keeps to itself: it encrypts and decrypts, and cannot be read back. */
export function importKey(raw: Uint8Array): Promise<WebCryptoKey> {
  return crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt'])
}

/**
 * AES-256-GCM under a random IV, which is safe for 2^32 values a key (SP 800-38D, 8.3).
 *
 * @returns IV, ciphertext and tag in one
 */
export async function encrypt(
  key: WebCryptoKey,
  plain: Uint8Array,
  additionalData: Uint8Array,
): Promise<Uint8Array> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
  const algorithm = { name: 'AES-GCM', iv, additionalData, tagLength: TAG_BYTES * 8 }
  const cipher = await crypto.subtle.encrypt(algorithm, key, plain)
  const sealed = new Uint8Array(IV_BYTES + cipher.byteLength)
  sealed.set(iv)
  sealed.set(new Uint8Array(cipher), IV_BYTES)
  return sealed
}

/**
 * @param sealed as {@link encrypt} gives it
 * @returns null where anything is not as it was: the key, the additional data, any bit
 */
export async function decrypt(
  key: WebCryptoKey,
  sealed: Uint8Array,
  additionalData: Uint8Array,
): Promise<Uint8Array | null> {
  if (sealed.length < IV_BYTES + TAG_BYTES) return null
  const iv = sealed.subarray(0, IV_BYTES)
  const algorithm = { name: 'AES-GCM', iv, additionalData, tagLength: TAG_BYTES * 8 }
  try {
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, sealed.subarray(IV_BYTES)))
  } catch (error) {
    if (error instanceof Error && error.name === 'OperationError') return null
    throw error
  }
}
