import type { ExportStretch } from '#shared/audit/export-lines.ts'
import type { AuditStore } from './append.ts'
import type { TimeRange } from './time-range.ts'

/** A part of the chain without a gap, up to an entry inclusive. */
export type Stretch = Pick<ExportStretch, 'after'> & { upTo: number }

/**
 * The shortest stretch that holds every entry of a time; null where there is none. Only without a gap can it
 * be verified that nothing is missing, so an entry that came late from another database is in it too.
 *
 * @throws what the store throws
 */
export async function stretchOfTime(
  store: AuditStore,
  { from = 0, to = Number.MAX_SAFE_INTEGER }: TimeRange,
): Promise<Stretch | null> {
  const ends = await store.execute({
    sql: 'SELECT min(seq) AS first, max(seq) AS last FROM audit_entries WHERE at >= ? AND at < ?',
    args: [from, to],
  })
  const [found] = ends.rows
  if (!found || found.first === null) return null
  const { rows } = await store.execute({
    sql: 'SELECT seq, hash, prev_hash FROM audit_entries WHERE seq < ? ORDER BY seq DESC LIMIT 1',
    args: [Number(found.first)],
  })
  const after = rows.map((row) => ({
    seq: Number(row.seq),
    hash: String(row.hash),
    prevHash: String(row.prev_hash),
  }))
  return { after: after[0] ?? null, upTo: Number(found.last) }
}
