import { createHash } from 'node:crypto'
import type { PGlite, Transaction } from '@electric-sql/pglite'
import type { FactsCursor } from '#shared/sync/protocol.ts'

/** How far the replica has come. */
export type ReplicaCursor = { epoch: string | null; edit: number; facts: FactsCursor }

type StateRow = {
  fingerprint: string
  epoch: string | null
  edit: number
  ingest_seq: number
  verdict_seq: number
  version: number
  last_synced_at: number | null
}

/** Tells one source of data, and one person's view of it, from another without keeping a key. */
export const sourceFingerprint = (edgeUrl: string, owner: string): string =>
  createHash('sha256')
    .update(`${new URL(edgeUrl).origin}\n${owner}`)
    .digest('hex')

/** Empties every pulled table and forgets the cursor: the next pull begins from zero. */
export const emptyReplica = async (
  tx: Transaction,
  fingerprint: string,
  epoch: string | null,
): Promise<void> => {
  await tx.exec('truncate stream, received_minutes, visitors, persons, leads, slots, replica_state')
  await tx.query('insert into replica_state (fingerprint, epoch) values ($1, $2)', [
    fingerprint,
    epoch,
  ])
}

/** Makes the replica belong to this source; one that was pulled from another source is emptied. */
export const adoptFingerprint = async (db: PGlite, fingerprint: string): Promise<void> => {
  await db.transaction(async (tx) => {
    const { rows } = await tx.query<StateRow>('select * from replica_state')
    if (rows[0]?.fingerprint !== fingerprint) await emptyReplica(tx, fingerprint, null)
  })
}

/** Drops everything pulled because the edge said that the cursor is not of its store any more. */
export const resetReplica = async (db: PGlite, epoch: string): Promise<void> => {
  await db.transaction(async (tx) => {
    const { rows } = await tx.query<StateRow>('select * from replica_state')
    await emptyReplica(tx, rows[0]?.fingerprint ?? '', epoch)
  })
}

export const readCursor = async (db: PGlite): Promise<ReplicaCursor> => {
  const { rows } = await db.query<StateRow>('select * from replica_state')
  const row = rows[0]
  if (row === undefined) throw new Error('The replica has no state row.')
  return {
    epoch: row.epoch,
    edit: row.edit,
    facts: { ingestSeq: row.ingest_seq, verdictSeq: row.verdict_seq, version: row.version },
  }
}

/** Unix milliseconds when the replica was last known to hold everything; null before the first time. */
export const readLastSyncedAt = async (db: PGlite): Promise<number | null> => {
  const { rows } = await db.query<StateRow>('select * from replica_state')
  return rows[0]?.last_synced_at ?? null
}

export const noteSynced = async (db: PGlite, at: number): Promise<void> => {
  await db.query('update replica_state set last_synced_at = $1', [at])
}
