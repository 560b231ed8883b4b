import type { StoreClient } from '../../store/client.ts'
import { insertIfNone, newWrappedKey, STORE_NOW, unwrap } from '../data-keys.ts'
import { SEALED_VERSION } from '../envelope.ts'
import { CURRENT_TRUST_MS } from '../key-memory.ts'
import type { KeyRing } from '../key-ring.ts'
import { type Owner, SEALED_COLUMNS } from '../sealed-columns.ts'

/**
 * How long a retired key stays although nothing names it. Isolates go on sealing with it for
 * {@link CURRENT_TRUST_MS}, and what they sealed is written a little later.
 */
export const RETIRED_STAYS_MS = 20 * CURRENT_TRUST_MS

/**
 * Makes the next data key current, where the current one was made before a time. Any number may do so at
 * once: one key is current afterwards, and none is when the owner never had one.
 *
 * @param madeBefore of the store's clock, in ms
 * @returns whether this call put another in its place
 * @throws SealError when the current key does not open; what the control database throws
 */
export async function renewDataKey(
  control: StoreClient,
  ring: KeyRing,
  owner: Owner,
  madeBefore: number,
): Promise<boolean> {
  const { rows } = await control.execute({
    sql: `SELECT id, wrapped_key FROM data_keys
          WHERE workspace_id = ? AND retired_at IS NULL AND created_at < ?`,
    args: [owner, madeBefore],
  })
  const [old] = rows
  if (!old) return false
  const id = String(old.id)
  // Who holds another key under the same id must not put a data key in place that nobody else can open.
  await unwrap(ring, owner, { id, wrapped: String(old.wrapped_key) })
  const [, inserted] = await control.batch(
    [
      {
        sql: `UPDATE data_keys SET retired_at = ${STORE_NOW} WHERE id = ? AND retired_at IS NULL`,
        args: [id],
      },
      insertIfNone(owner, await newWrappedKey(ring, owner)),
    ],
    'write',
  )
  return inserted?.rowsAffected === 1
}

/**
 * Deletes the owner's retired keys that nothing names any more, and tells how many stay. Looking and
 * deleting are one statement: nothing comes between.
 *
 * @throws what the control database throws
 */
export async function deleteUnusedKeys(control: StoreClient, owner: Owner): Promise<number> {
  // Not the owner's rows alone: a value that was moved still says what it was sealed with.
  const unnamed = SEALED_COLUMNS.map(
    ({ table, column }) =>
      `NOT EXISTS (SELECT 1 FROM ${table} WHERE ${column} GLOB '${SEALED_VERSION}.' || data_keys.id || '.*')`,
  )
  const [, kept] = await control.batch(
    [
      {
        sql: `DELETE FROM data_keys WHERE workspace_id = ? AND retired_at <= ${STORE_NOW} - ?
              AND ${unnamed.join(' AND ')}`,
        args: [owner, RETIRED_STAYS_MS],
      },
      {
        sql: 'SELECT count(*) AS kept FROM data_keys WHERE workspace_id = ? AND retired_at IS NOT NULL',
        args: [owner],
      },
    ],
    'write',
  )
  return Number(kept?.rows[0]?.kept)
}
