import type { InValue } from '@libsql/client/web'
import { sentenceOf } from '#shared/audit/actions.ts'
import type { AuditRow } from '#shared/audit/entry.ts'
import type { AuditStore } from './append.ts'
import { auditRowOf, SELECT_ENTRIES } from './chain-rows.ts'
import type { AuditEntryRead } from './contract.ts'
import type { TimeRange } from './time-range.ts'

export interface EntryFilter extends TimeRange {
  action?: string | undefined
  /** A user's id, a key's prefix or a job's name. */
  actor?: string | undefined
  /** The subject's id. */
  subject?: string | undefined
}

/** Where a page begins: entries before this one, by time and then by place. */
export type EntryPosition = readonly [at: number, seq: number]

/** Entries, the newest first. Each filter has an index in this order. @throws what the store throws */
export async function listEntries(
  store: AuditStore,
  { action, actor, subject, from, to }: EntryFilter,
  before: EntryPosition | null,
  limit: number,
): Promise<AuditEntryRead[]> {
  const where: string[] = []
  const args: InValue[] = []
  const only = (sql: string, ...values: InValue[]) => {
    where.push(sql)
    args.push(...values)
  }
  if (subject !== undefined) only('e.subject_id = ?', subject)
  if (actor !== undefined) only('e.actor_id = ?', actor)
  if (action !== undefined) only('e.action = ?', action)
  if (from !== undefined) only('e.at >= ?', from)
  if (to !== undefined) only('e.at < ?', to)
  if (before !== null) only('(e.at, e.seq) < (?, ?)', ...before)
  const { rows } = await store.execute({
    sql: `${SELECT_ENTRIES} ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''}
      ORDER BY e.at DESC, e.seq DESC LIMIT ?`,
    args: [...args, limit],
  })
  return rows.map((row) => readOf(auditRowOf(row)))
}

export const positionOf = ({ at, seq }: AuditEntryRead): EntryPosition => [at, seq]

function readOf({ prevHash: _, valuesHash, values, ...row }: AuditRow): AuditEntryRead {
  return {
    ...row,
    sentence: sentenceOf(row.action),
    values: values && { reason: values.reason, before: values.before, after: values.after },
    erased: values === null && valuesHash !== null,
  }
}
