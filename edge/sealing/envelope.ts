import { decrypt, encrypt } from './aes-gcm.ts'
import { base64url, fromBase64url } from './base64url.ts'
import { SealError } from './seal-error.ts'
import { isDeclared, type SealContext } from './sealed-columns.ts'
import type { WebCryptoKey } from './webcrypto-key.ts'

export interface DataKey {
  id: string
  key: WebCryptoKey
}

/** What a rotation looks for in the store: a value says its key in front. */
export const SEALED_VERSION = 's1'
/** Secrets, not documents; also what one page of a rotation holds at once, fifty times. */
const MAX_PLAIN_CHARS = 16_384
const SEALED = /^s1\.([0-9a-f]{32})\.([\w-]+)$/
const encoder = new TextEncoder()
/** A byte order mark belongs to what was sealed. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * One text for one place and key, and another for any other: JSON of an array says where each part ends,
 * tells null from text, and escapes what is not well-formed.
 */
export function additionalData(context: SealContext, keyId: string): Uint8Array {
  const { workspaceId, table, column, row } = context
  return encoder.encode(JSON.stringify([SEALED_VERSION, workspaceId, table, column, row, keyId]))
}

/**
 * @returns `s1.<data key id>.<base64url of IV, ciphertext and tag>`
 * @throws SealError `not_sealable`
 */
export async function sealWith(
  { id, key }: DataKey,
  context: SealContext,
  plain: string,
): Promise<string> {
  checkSealable(context, plain)
  const sealed = await encrypt(key, encoder.encode(plain), additionalData(context, id))
  return `${SEALED_VERSION}.${id}.${base64url(sealed)}`
}

/** @throws SealError `not_sealable` */
export function checkSealable(context: SealContext, plain: string): void {
  if (!isDeclared(context)) {
    throw new SealError(
      'not_sealable',
      `The column ${placeOf(context)} is not declared to hold sealed values of this row.`,
    )
  }
  // UTF-8 would put other characters in the place of lone surrogates.
  if (plain.length > MAX_PLAIN_CHARS || !plain.isWellFormed()) {
    throw new SealError('not_sealable', `The text for ${placeOf(context)} cannot be sealed.`)
  }
}

/** @throws SealError `does_not_open`, `not_sealed` */
export async function openWith(
  { id, key }: DataKey,
  context: SealContext,
  sealed: string,
): Promise<string> {
  const { keyId, bytes } = parseSealed(sealed, context)
  const plain = keyId === id ? await decrypt(key, bytes, additionalData(context, id)) : null
  if (plain === null) {
    throw new SealError(
      'does_not_open',
      `The sealed value in ${placeOf(context)} was changed, or sealed for another place.`,
    )
  }
  return decoder.decode(plain)
}

/** @throws SealError `not_sealed` */
export function parseSealed(
  sealed: string,
  context: SealContext,
): { keyId: string; bytes: Uint8Array } {
  const [, keyId, text] = SEALED.exec(sealed) ?? []
  const bytes = text === undefined ? null : fromBase64url(text)
  if (keyId === undefined || bytes === null) {
    throw new SealError('not_sealed', `What stands in ${placeOf(context)} is not a sealed value.`)
  }
  return { keyId, bytes }
}

/** The row's id stays out: it may be a person's. */
const placeOf = ({ table, column }: SealContext) => `${table}.${column}`
