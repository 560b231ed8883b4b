import type { Tombstones } from '#shared/erasure/tombstones.ts'
import type { StoreClient } from '../store/client.ts'

/** 256 bits, as HMAC-SHA-256 takes them. */
const KEY_BYTES = 32

/** What the control database keeps of a workspace's erasures, apart from the workspace's own database. */
export interface ControlTombstones {
  /** Hexadecimal key of the workspace's subject hashes; null while nobody was ever erased. */
  key: string | null
  tombstones: Tombstones
}

/** @throws what the control database throws */
export async function readControlTombstones(
  control: StoreClient,
  workspaceId: string,
): Promise<ControlTombstones> {
  const [keys, cells] = await control.batch(
    [
      { sql: 'SELECT key FROM tombstone_keys WHERE workspace_id = ?', args: [workspaceId] },
      {
        sql: `SELECT json_group_array(json_array(subject_hash, erased_at)) AS tombstones
              FROM tombstones WHERE workspace_id = ?`,
        args: [workspaceId],
      },
    ],
    'read',
  )
  const key = keys?.rows[0]?.key
  return {
    key: key == null ? null : String(key),
    tombstones: new Map(JSON.parse(String(cells?.rows[0]?.tombstones ?? '[]'))),
  }
}

/**
 * The workspace's key for subject hashes, made when it is first needed.
 *
 * @throws what the control database throws
 */
export async function tombstoneKey(control: StoreClient, workspaceId: string): Promise<string> {
  const made = [...crypto.getRandomValues(new Uint8Array(KEY_BYTES))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
  const [, found] = await control.batch(
    [
      {
        sql: 'INSERT INTO tombstone_keys (workspace_id, key) VALUES (?, ?) ON CONFLICT DO NOTHING',
        args: [workspaceId, made],
      },
      { sql: 'SELECT key FROM tombstone_keys WHERE workspace_id = ?', args: [workspaceId] },
    ],
    'write',
  )
  return String(found?.rows[0]?.key)
}

/**
 * Written before anything is deleted: whatever fails afterwards, the erasure is known.
 *
 * @throws what the control database throws
 */
export async function addControlTombstones(
  control: StoreClient,
  workspaceId: string,
  tombstones: Tombstones,
): Promise<void> {
  await control.execute({
    sql: `INSERT INTO tombstones (workspace_id, subject_hash, erased_at)
          SELECT ?1, value ->> 0, value ->> 1 FROM json_each(?2) WHERE true
          ON CONFLICT (workspace_id, subject_hash)
          DO UPDATE SET erased_at = max(erased_at, excluded.erased_at)`,
    args: [workspaceId, JSON.stringify([...tombstones])],
  })
}
