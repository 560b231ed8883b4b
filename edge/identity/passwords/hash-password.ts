import { scrypt } from '@noble/hashes/scrypt.js'
import {
  parseScryptString,
  type ScryptCost,
  type ScryptString,
  scryptString,
} from './scrypt-string.ts'

/** Longer ones are refused before they are hashed (Unicode code points). */
export const MAX_PASSWORD_CHARS = 1_024

/** Of OWASP's settings of equal strength the one with 32 MiB; N = 2^17 takes 128, all that an isolate has. */
const COST: ScryptCost = { logN: 15, r: 8, p: 3 }
const SALT_BYTES = 16
const KEY_BYTES = 32

/** What is stored may have been made elsewhere, but must not take an isolate's memory or its time. */
const MAX_MEMORY_BYTES = 64 * 2 ** 20
const MAX_WORK = 4 * workOf(COST)
const MIN_LOG_N = 10
const MIN_SALT_BYTES = 8
/** An empty key would be equal to every password's. */
const MIN_KEY_BYTES = 16
const MAX_KEY_BYTES = 64

/** Equal to no password: what is hashed against when there is nobody, so that the answer takes as long. */
const NOBODY: ScryptString = {
  cost: COST,
  salt: new Uint8Array(SALT_BYTES),
  key: new Uint8Array(KEY_BYTES),
}

/**
 * A PHC string to be stored for a new password.
 *
 * Hashing is synchronous on purpose. So there is never more than one in an isolate, 32 MiB each, and no gate
 * that a cancelled request could leave shut. The asynchronous variant would not let others run in between
 * either: it yields by the clock, which in production stands still until the next I/O. Others of the isolate
 * wait for about half a second, as often as the guards of sign-in let somebody try.
 *
 * @throws if the password is longer than {@link MAX_PASSWORD_CHARS}: ask `passwordProblem` first
 */
export async function hashPassword(password: string): Promise<string> {
  if (isTooLong(password)) {
    throw new RangeError(`A password has at most ${MAX_PASSWORD_CHARS} characters.`)
  }
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES))
  return scryptString({ cost: COST, salt, key: derive(password, COST, salt, KEY_BYTES) })
}

/**
 * Whether it is the password, and whether what is stored should be replaced by a new hash of it.
 *
 * @param stored null if there is no such person or no password: refused after the same work, so that nobody
 * learns who has an account. So is what is damaged or costs more than an isolate can pay.
 */
export async function verifyPassword(
  password: string,
  stored: string | null,
): Promise<{ ok: boolean; needsUpgrade: boolean }> {
  if (isTooLong(password)) return { ok: false, needsUpgrade: false }
  const known = stored === null ? null : payable(parseScryptString(stored))
  const { cost, salt, key } = known ?? NOBODY
  const isEqual = equalBytes(derive(password, cost, salt, key.length), key)
  const ok = isEqual && known !== null
  return { ok, needsUpgrade: ok && isWeaker(known) }
}

/** NIST SP 800-63B, 3.1.1.2: normalised, since keyboards write one character in several ways. */
export function normalizedPassword(password: string): string {
  return password.normalize('NFKC')
}

/** In code points; a string's own length counts some of them twice. */
function isTooLong(password: string): boolean {
  return password.length > 2 * MAX_PASSWORD_CHARS || [...password].length > MAX_PASSWORD_CHARS
}

function derive(password: string, cost: ScryptCost, salt: Uint8Array, bytes: number): Uint8Array {
  const { logN, r, p } = cost
  return scrypt(normalizedPassword(password), salt, { N: 2 ** logN, r, p, dkLen: bytes })
}

function payable(stored: ScryptString | null): ScryptString | null {
  if (!stored) return null
  const { cost, salt, key } = stored
  const isWithin =
    cost.logN >= MIN_LOG_N &&
    cost.r >= 1 &&
    cost.p >= 1 &&
    memoryOf(cost) <= MAX_MEMORY_BYTES &&
    workOf(cost) <= MAX_WORK &&
    salt.length >= MIN_SALT_BYTES &&
    key.length >= MIN_KEY_BYTES &&
    key.length <= MAX_KEY_BYTES
  return isWithin ? stored : null
}

function isWeaker({ cost, salt, key }: ScryptString): boolean {
  return (
    memoryOf(cost) < memoryOf(COST) ||
    workOf(cost) < workOf(COST) ||
    salt.length < SALT_BYTES ||
    key.length < KEY_BYTES
  )
}

function memoryOf({ logN, r }: ScryptCost): number {
  return 128 * r * 2 ** logN
}

function workOf({ logN, r, p }: ScryptCost): number {
  return r * p * 2 ** logN
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  return a.reduce((difference, byte, i) => difference | (byte ^ (b[i] ?? 0)), 0) === 0
}
