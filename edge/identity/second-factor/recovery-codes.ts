import { sha256Hex } from '../random-secret.ts'

export const RECOVERY_CODES = 10
/** Crockford's base32: digits and letters without I, L, O (read as digits) and U (words). 5 bits each. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const GROUP_CHARS = 5
const CODE_CHARS = 2 * GROUP_CHARS

/** Ten codes of 50 random bits, `xxxxx-xxxxx`, to be shown once. */
export function newRecoveryCodes(): string[] {
  const codes = new Set<string>()
  while (codes.size < RECOVERY_CODES) codes.add(newCode())
  return [...codes]
}

function newCode(): string {
  // 256 is a multiple of 32: every character is as likely as any other.
  const characters = [...crypto.getRandomValues(new Uint8Array(CODE_CHARS))]
    .map((byte) => ALPHABET[byte % ALPHABET.length])
    .join('')
  return `${characters.slice(0, GROUP_CHARS)}-${characters.slice(GROUP_CHARS)}`
}

/**
 * What is stored, and looked up when a code is typed: letter case, spaces, hyphens and look-alikes do not
 * count. The code is random and serves once, and tries are slowed down, so that a slow hash would protect
 * nothing but a stolen table; bound to its person, that takes 2^49 hashes for each single code, and whoever
 * has the table still needs the password.
 */
export async function recoveryCodeHash(userId: string, code: string): Promise<string> {
  return sha256Hex(JSON.stringify(['recovery code', userId, normalized(code)]))
}

/** Whether it may be a code at all; nothing else needs a look-up. */
export function isRecoveryCode(code: string): boolean {
  const typed = normalized(code)
  return (
    typed.length === CODE_CHARS && [...typed].every((character) => ALPHABET.includes(character))
  )
}

function normalized(code: string): string {
  return code
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s\p{Dash}]/gu, '')
    .replaceAll('o', '0')
    .replaceAll(/[il]/g, '1')
}
