import { z } from 'zod'
import { Slot, SlotSnapshot } from '#shared/targeting/slot.ts'
import type { AuditTrail } from '../audit/append.ts'
import type { StoreClient } from '../store/client.ts'

/** Saves a slot under the next number of edits. @throws what the store throws; then nothing is saved */
export async function saveSlot(
  store: StoreClient,
  slot: Slot,
  trail: AuditTrail,
  now: number,
): Promise<{ editVersion: number }> {
  const record = await trail({
    action: 'slots.saved',
    subject: { kind: 'slot', id: slot.key },
    at: now,
    before: await savedSlot(store, slot.key),
    after: z.json().parse(slot),
  })
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
      ...record,
    ],
    'write',
  )
  return { editVersion: Number(version?.rows[0]?.edit_version) }
}

async function savedSlot(store: StoreClient, key: string) {
  const { rows } = await store.execute({
    sql: 'SELECT definition FROM slots WHERE key = ? AND deleted = 0',
    args: [key],
  })
  return rows[0] ? z.json().parse(JSON.parse(String(rows[0].definition))) : null
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
  trail: AuditTrail,
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
  const record = await trail({
    action: 'slots.published',
    subject: { kind: 'slots', id: String(version) },
    at: now,
    after: { version, slots: slots.map(({ key }) => key) },
  })
  await store.batch(
    [
      {
        sql: 'INSERT INTO snapshots (version, body, published_at) VALUES (?, ?, ?)',
        args: [version, body, now],
      },
      ...record,
    ],
    'write',
  )
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
