import { z } from 'zod'
import { importKey, KEY_BYTES } from './aes-gcm.ts'
import { fromBase64url } from './base64url.ts'
import { SealError } from './seal-error.ts'
import type { WebCryptoKey } from './webcrypto-key.ts'

/** The key-encryption keys of SEALING_KEYS. What is new is wrapped with the current one. */
export interface KeyRing {
  currentId: string
  keys: ReadonlyMap<string, WebCryptoKey>
}

/** No dot and no colon, which separate. */
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/

/** Messages name the position alone: what stands in the wrong place may be the key. */
const Entry = z
  .string()
  .refine((entry) => entry.split(':').length === 2, 'is not of the form id:key')
  .transform((entry) => {
    const [id = '', key = ''] = entry.split(':')
    return { id, key: fromBase64url(key) }
  })
  .refine(({ id }) => KEY_ID.test(id), 'has an id that is not 1 to 32 letters, digits, - or _')
  .refine(({ key }) => key !== null, 'has a key that is not base64url without padding')
  .transform(({ id, key }) => ({ id, key: key ?? new Uint8Array() }))
  .refine(({ key }) => key.length === KEY_BYTES, `has a key that is not of ${KEY_BYTES} bytes`)

/**
 * Reads SEALING_KEYS: `id:base64url` of 32 bytes, several separated by spaces, the first is the current.
 *
 * @throws SealError `not_configured`, which says which of them is wrong and how, and never its text
 */
export async function keyRing(text: string | undefined): Promise<KeyRing> {
  const entries = (text ?? '').split(/\s+/).filter((entry) => entry !== '')
  const read = entries.map((entry, index) => {
    const parsed = Entry.safeParse(entry)
    if (parsed.success) return parsed.data
    throw wrong(`Key ${index + 1} of SEALING_KEYS ${parsed.error.issues[0]?.message}.`)
  })
  const [current] = read
  if (!current) throw wrong('The secret SEALING_KEYS is not set.')
  const twice = (values: string[]) => values.findIndex((value, at) => values.indexOf(value) < at)
  const sameId = twice(read.map(({ id }) => id))
  if (sameId >= 0) throw wrong(`Key ${sameId + 1} of SEALING_KEYS has the id of an earlier one.`)
  const sameKey = twice(read.map(({ key }) => key.join()))
  if (sameKey >= 0) {
    throw wrong(`Key ${sameKey + 1} of SEALING_KEYS is an earlier one under another id.`)
  }
  const keys = new Map<string, WebCryptoKey>()
  for (const { id, key } of read) keys.set(id, await importKey(key))
  return { currentId: current.id, keys }
}

const wrong = (reason: string) => new SealError('not_configured', reason)
