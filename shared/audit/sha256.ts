import { sha256 as sha256Bytes } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

/** Text to its digest; a parameter of everything that chains, so that no effect hides there. */
export type Digest = (text: string) => Promise<string>

/**
 * SHA-256 of the text's UTF-8, 64 hexadecimal digits. Not by WebCrypto: a call of it costs more than
 * hashing an entry does, and a verification makes two an entry.
 */
export const sha256: Digest = async (text) => bytesToHex(sha256Bytes(utf8ToBytes(text)))
