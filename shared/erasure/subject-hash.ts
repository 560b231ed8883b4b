import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'

/** 128 bits: no collision to be expected, and half the space. */
const HASH_BYTES = 16

/** Names a subject without telling who it is: 32 hexadecimal digits. */
export type SubjectHash = (subject: string) => string

/**
 * Keyed hashes of erased subjects (HMAC-SHA-256, RFC 2104). Who has not the workspace's key cannot find
 * out, not even by trying every address, who was erased.
 *
 * Subjects are nodes of the identity graph (`d:`, `u:`, `e:`), and where a replica has to recognise its
 * own rows, `visitor:<id>` and `person:<id>`.
 *
 * @param key of the workspace, in hexadecimal
 */
export function subjectHash(key: string): SubjectHash {
  const keyed = hmac.create(sha256, hexToBytes(key))
  return (subject) =>
    bytesToHex(keyed.clone().update(utf8ToBytes(subject)).digest().subarray(0, HASH_BYTES))
}

export const visitorSubject = (visitorId: string): string => `visitor:${visitorId}`
export const personSubject = (personId: string): string => `person:${personId}`
