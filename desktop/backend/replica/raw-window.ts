import type { PGlite } from '@electric-sql/pglite'

/** How much of the raw stream is kept on this computer; of each kind, events and verdicts. */
export type RawWindow = { rows: number; ageMs: number }

const DAY_MS = 86_400_000

export const RAW_WINDOW: RawWindow = { rows: 200_000, ageMs: 30 * DAY_MS }

/** The kinds of rows in the stream table. */
export const EVENT_KIND = 0
export const VERDICT_KIND = 1

/** Deletes what has left the window; returns how many rows went. */
export const pruneRawWindow = async (
  db: PGlite,
  window: RawWindow,
  now: number,
): Promise<number> => {
  const oldest = now - window.ageMs
  let pruned = 0
  for (const kind of [EVENT_KIND, VERDICT_KIND]) {
    const result = await db.query(
      `delete from stream
        where kind = $1
          and (received_at < $2
            or seq <= (select seq from stream where kind = $1 order by seq desc offset $3 limit 1))`,
      [kind, oldest, window.rows],
    )
    pruned += result.affectedRows ?? 0
  }
  await db.query('delete from received_minutes where minute < $1', [oldest])
  return pruned
}

export type MaintenanceLoad = {
  /** Rows written or deleted since the last vacuum. */
  rowsSinceVacuum: number
  rowsSincePrune: number
  lastPruneAt: number
  /** Something was erased since. */
  mustVacuum: boolean
}

const PRUNE_EVERY_MS = 10 * 60_000
const PRUNE_EVERY_ROWS = 50_000
const VACUUM_EVERY_ROWS = 50_000

/** PGlite runs no autovacuum, so deleted and updated rows pile up until somebody vacuums. */
export const maintenanceDue = (
  load: MaintenanceLoad,
  now: number,
): { prune: boolean; vacuum: boolean } => ({
  prune: load.rowsSincePrune >= PRUNE_EVERY_ROWS || now - load.lastPruneAt >= PRUNE_EVERY_MS,
  vacuum: load.mustVacuum || load.rowsSinceVacuum >= VACUUM_EVERY_ROWS,
})

/** Gives the room of dead rows back to the tables and refreshes the planner's statistics. */
export const vacuumReplica = async (db: PGlite): Promise<void> => {
  await db.exec('vacuum analyze')
}
