import type { InStatement } from '@libsql/client/web'
import { type ChainHead, chainEntry, emptyChain, newSalt } from '#shared/audit/chain.ts'
import {
  type AuditOrigin,
  type AuditRow,
  type NotedChange,
  notedChange,
} from '#shared/audit/entry.ts'
import { sha256 } from '#shared/audit/sha256.ts'
import type { StoreClient } from '../store/client.ts'

export type AuditStore = Pick<StoreClient, 'batch' | 'execute'>

export type AuditedChange = Parameters<typeof notedChange>[1]

/**
 * Gives the statements that put a change on record; they go into the change's own batch, so that neither
 * is there without the other. Once a batch: two would claim the same place.
 *
 * @throws what the store throws; nothing is written then
 */
export type AuditTrail = (change: AuditedChange) => Promise<InStatement[]>

/** The trail of the hub, which alone writes the chain and does one thing after another. */
export function auditTrail(
  store: AuditStore,
  workspaceId: string,
  origin: AuditOrigin,
): AuditTrail {
  return async (change) => appendAudit(store, workspaceId, [notedChange(origin, change)])
}

/**
 * The statements that append changes behind the stored head, in their order. Should somebody else append
 * first, the place is taken and the whole batch fails, to be tried again.
 */
export async function appendAudit(
  store: AuditStore,
  workspaceId: string,
  changes: readonly NotedChange[],
): Promise<InStatement[]> {
  const rows = await chained(store, workspaceId, changes)
  return rows.flatMap((row) => [entryStatement(row), ...valuesStatement(row)])
}

/** The changes in the places that they would take now. */
export async function chained(
  store: AuditStore,
  workspaceId: string,
  changes: readonly NotedChange[],
): Promise<AuditRow[]> {
  const rows: AuditRow[] = []
  let head = await storedHead(store, workspaceId)
  for (const change of changes) {
    const row = await chainEntry(head, change, newSalt(), sha256)
    rows.push(row)
    head = row
  }
  return rows
}

/** Read each time: what is remembered would not know of a restored store or a lost answer. */
export async function storedHead(store: AuditStore, workspaceId: string): Promise<ChainHead> {
  const found = await store.execute(
    'SELECT seq, hash FROM audit_entries WHERE seq = (SELECT max(seq) FROM audit_entries)',
  )
  const row = found.rows[0]
  return row ? { seq: Number(row.seq), hash: String(row.hash) } : emptyChain(workspaceId, sha256)
}

export function entryStatement(row: AuditRow): InStatement {
  const { actor, subject, from } = row
  const [actorId, sessionId] =
    actor.kind === 'person'
      ? [actor.userId, actor.sessionId]
      : [actor.kind === 'key' ? actor.prefix : actor.name, null]
  return {
    sql: `INSERT INTO audit_entries (seq, id, at, action, actor_kind, actor_id, session_id,
            subject_kind, subject_id, country, client, values_hash, prev_hash, hash)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    args: [
      row.seq,
      row.id,
      row.at,
      row.action,
      actor.kind,
      actorId,
      sessionId,
      subject.kind,
      subject.id,
      from.country,
      from.client,
      row.valuesHash,
      row.prevHash,
      row.hash,
    ],
  }
}

function valuesStatement({ seq, values }: AuditRow): InStatement[] {
  if (values === null) return []
  const { salt, reason, before, after } = values
  return [
    {
      sql: 'INSERT INTO audit_values (seq, salt, reason, before, after) VALUES (?, ?, ?, ?, ?)',
      args: [seq, salt, reason, JSON.stringify(before), JSON.stringify(after)],
    },
  ]
}
