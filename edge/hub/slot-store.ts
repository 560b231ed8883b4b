import { Slot, SlotSnapshot } from '#shared/targeting/slot.ts'
import type { StoreClient } from '../store/client.ts'

/** Saves a slot under the next number of edits. @throws what the store throws; then nothing is saved */
export async function saveSlot(store: StoreClient, slot: Slot): Promise<{ editVersion: number }> {
  const [, , version] = await store.batch(
    [
      'UPDATE store_meta SET edit_version = edit_version + 1',
      {
        sql: `INSERT INTO slots (key, name, status, definition, edit_version)
              VALUES (?, ?, ?, ?, (SELECT edit_version FROM store_meta))
              ON CONFLICT (key) DO UPDATE SET name = excluded.name, status = excluded.status,
                definition = excluded.definition, edit_version = excluded.edit_version, deleted = 0`,
        args: [slot.key, slot.name, slot.status, JSON.stringify(slot)],
      },
      'SELECT edit_version FROM store_meta',
    ],
    'write',
  )
  return { editVersion: Number(version?.rows[0]?.edit_version) }
}

export type Published =
  | { kind: 'published'; version: number; body: string }
  | { kind: 'refused'; reason: string }

/**
 * Stores all slots as one immutable body, under a number above all that were ever given: a restored
 * store has forgotten some, and KV and edges may still hold their bodies.
 *
 * @param lastVersion the last version that the hub named
 * @throws what the store throws
 */
export async function storeSnapshot(
  store: StoreClient,
  lastVersion: number,
  now: number,
): Promise<Published> {
  const [found, stored] = await store.batch(
    [
      'SELECT definition FROM slots WHERE deleted = 0 ORDER BY key',
      'SELECT coalesce(max(version), 0) AS version FROM snapshots',
    ],
    'read',
  )
  const version = Math.max(lastVersion, Number(stored?.rows[0]?.version ?? 0)) + 1
  const slots = (found?.rows ?? []).map((row) => Slot.parse(JSON.parse(String(row.definition))))
  // Edges parse it with this schema: what they would refuse must not become current.
  const snapshot = SlotSnapshot.safeParse({ version, slots })
  if (!snapshot.success) {
    return {
      kind: 'refused',
      reason: snapshot.error.issues[0]?.message ?? 'The slots are not valid.',
    }
  }
  const body = JSON.stringify(snapshot.data)
  await store.execute({
    sql: 'INSERT INTO snapshots (version, body, published_at) VALUES (?, ?, ?)',
    args: [version, body, now],
  })
  return { kind: 'published', version, body }
}

/** The newest version that the store knows; 0 before the first. @throws what the store throws */
export async function storedVersion(store: StoreClient): Promise<number> {
  const found = await store.execute('SELECT coalesce(max(version), 0) AS version FROM snapshots')
  return Number(found.rows[0]?.version ?? 0)
}

/** @throws what the store throws */
export async function publishedBody(store: StoreClient, version: number): Promise<string | null> {
  const found = await store.execute({
    sql: 'SELECT body FROM snapshots WHERE version = ?',
    args: [version],
  })
  const body = found.rows[0]?.body
  return body === undefined ? null : String(body)
}
