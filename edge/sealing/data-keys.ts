import type { StoreClient } from '../store/client.ts'
import { decrypt, encrypt, importKey, KEY_BYTES } from './aes-gcm.ts'
import { base64url, fromBase64url } from './base64url.ts'
import type { DataKey } from './envelope.ts'
import type { KeyRing } from './key-ring.ts'
import { SealError } from './seal-error.ts'
import type { Owner } from './sealed-columns.ts'
import type { WebCryptoKey } from './webcrypto-key.ts'

const WRAPPED = /^k1\.([A-Za-z0-9_-]{1,32})\.([\w-]+)$/
const ID_BYTES = 16
/** The store's clock, in ms: those of who seals and of who rotates may differ. */
export const STORE_NOW = `CAST(unixepoch('subsec') * 1000 AS INTEGER)`

/** A data key as the store holds it. */
export interface WrappedKey {
  id: string
  wrapped: string
}

/** The owner and both ids are bound in, so that no key opens in the place of another. */
const boundTo = (owner: Owner, id: string, keyEncryptionKeyId: string) =>
  new TextEncoder().encode(JSON.stringify(['k1', owner, id, keyEncryptionKeyId]))

async function wrap(ring: KeyRing, owner: Owner, id: string, raw: Uint8Array): Promise<string> {
  const sealed = await encrypt(keyOf(ring, ring.currentId), raw, boundTo(owner, id, ring.currentId))
  return `k1.${ring.currentId}.${base64url(sealed)}`
}

async function unwrapRaw(
  ring: KeyRing,
  owner: Owner,
  { id, wrapped }: WrappedKey,
): Promise<Uint8Array> {
  const [, wrappedWith = '', text = ''] = WRAPPED.exec(wrapped) ?? []
  const bytes = fromBase64url(text)
  const raw =
    wrappedWith && bytes
      ? await decrypt(keyOf(ring, wrappedWith), bytes, boundTo(owner, id, wrappedWith))
      : null
  if (raw?.length !== KEY_BYTES) {
    throw new SealError('data_key_does_not_open', `The data key ${id} does not open.`)
  }
  return raw
}

/** @throws SealError `key_encryption_key_missing`, `data_key_does_not_open` */
export async function unwrap(ring: KeyRing, owner: Owner, wrapped: WrappedKey): Promise<DataKey> {
  const raw = await unwrapRaw(ring, owner, wrapped)
  const key = await importKey(raw)
  raw.fill(0)
  return { id: wrapped.id, key }
}

/** The same data key, wrapped with the current key. @throws as {@link unwrap} */
export async function rewrap(ring: KeyRing, owner: Owner, wrapped: WrappedKey): Promise<string> {
  const raw = await unwrapRaw(ring, owner, wrapped)
  const again = await wrap(ring, owner, wrapped.id, raw)
  raw.fill(0)
  return again
}

function keyOf(ring: KeyRing, id: string): WebCryptoKey {
  const key = ring.keys.get(id)
  if (key) return key
  throw new SealError(
    'key_encryption_key_missing',
    `SEALING_KEYS does not hold the key ${id}, which a data key is wrapped with.`,
  )
}

/** A new random one, not yet in the store. */
export async function newWrappedKey(ring: KeyRing, owner: Owner): Promise<WrappedKey> {
  const id = Array.from(crypto.getRandomValues(new Uint8Array(ID_BYTES)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
  const raw = crypto.getRandomValues(new Uint8Array(KEY_BYTES))
  const wrapped = await wrap(ring, owner, id, raw)
  raw.fill(0)
  return { id, wrapped }
}

/** Only where the owner has no current one: of any number who do this at once, one key remains. */
export function insertIfNone(owner: Owner, { id, wrapped }: WrappedKey) {
  return {
    sql: `INSERT INTO data_keys (id, workspace_id, wrapped_key, created_at)
          SELECT ?1, ?2, ?3, ${STORE_NOW} WHERE NOT EXISTS
            (SELECT 1 FROM data_keys WHERE workspace_id = ?2 AND retired_at IS NULL)`,
    args: [id, owner, wrapped],
  }
}

const selectCurrent = (owner: Owner) => ({
  sql: 'SELECT id, wrapped_key, created_at FROM data_keys WHERE workspace_id = ? AND retired_at IS NULL',
  args: [owner],
})

/**
 * The owner's current data key, made when it is first needed.
 *
 * @throws SealError as {@link unwrap}; what the control database throws
 */
export async function currentDataKey(
  control: StoreClient,
  ring: KeyRing,
  owner: Owner,
): Promise<DataKey> {
  const [found] = (await control.execute(selectCurrent(owner))).rows
  if (found) return unwrap(ring, owner, wrappedOf(found))
  const made = await newWrappedKey(ring, owner)
  const [, kept] = await control.batch([insertIfNone(owner, made), selectCurrent(owner)], 'write')
  const [row] = kept?.rows ?? []
  if (!row) throw new SealError('data_key_missing', 'The data key that was just made is not there.')
  return unwrap(ring, owner, wrappedOf(row))
}

/**
 * A data key by its id, current or not.
 *
 * @throws SealError `data_key_missing`, and as {@link unwrap}; what the control database throws
 */
export async function dataKey(
  control: StoreClient,
  ring: KeyRing,
  owner: Owner,
  id: string,
): Promise<DataKey> {
  const [row] = (
    await control.execute({
      sql: 'SELECT id, wrapped_key FROM data_keys WHERE id = ? AND workspace_id = ?',
      args: [id, owner],
    })
  ).rows
  if (!row) {
    throw new SealError('data_key_missing', `The store does not hold the data key ${id} any more.`)
  }
  return unwrap(ring, owner, wrappedOf(row))
}

const wrappedOf = (row: Record<string, unknown>): WrappedKey => ({
  id: String(row.id),
  wrapped: String(row.wrapped_key),
})
