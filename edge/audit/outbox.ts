import type { InStatement } from '@libsql/client/web'
import { NotedChange } from '#shared/audit/entry.ts'
import { type AuditStore, appendAudit } from './append.ts'
import { unreadable } from './pending.ts'

const PAGE_ENTRIES = 50

/**
 * Puts a change of the control database on record: it goes into the batch of the change, and the hub takes
 * it into the workspace's chain. Call the hub's `takeAudit` afterwards; if nobody does, the sweep does.
 */
export function auditOutboxStatement(change: NotedChange, workspaceId: string): InStatement {
  return auditOutboxStatementWhere(change, workspaceId, { sql: 'TRUE', args: [] })
}

/** As {@link auditOutboxStatement}, where the batch cannot know before whether it will change anything. */
export function auditOutboxStatementWhere(
  change: NotedChange,
  workspaceId: string,
  condition: { sql: string; args: (string | number)[] },
): InStatement {
  const { id, at } = change.entry
  return {
    sql: `INSERT INTO audit_outbox (id, workspace_id, entry, created_at)
      SELECT ?, ?, ?, ? WHERE ${condition.sql}`,
    args: [id, workspaceId, JSON.stringify(change), at, ...condition.args],
  }
}

/**
 * Takes what waits in the control database into the chain, each entry once: the two databases are not
 * written together, so an entry leaves the outbox after it is in the chain, and one that is in the chain is
 * not appended again. For the hub alone.
 *
 * @returns how many were appended
 * @throws what the databases throw; asking again goes on where it ended
 */
export async function drainAuditOutbox(
  control: AuditStore,
  store: AuditStore,
  workspaceId: string,
): Promise<number> {
  for (let appended = 0; ; ) {
    const { rows } = await control.execute({
      sql: `SELECT id, entry FROM audit_outbox WHERE workspace_id = ?
            ORDER BY created_at, id LIMIT ${PAGE_ENTRIES}`,
      args: [workspaceId],
    })
    if (rows.length === 0) return appended
    const ids = JSON.stringify(rows.map(({ id }) => String(id)))
    const known = await knownIds(store, ids)
    const changes = rows
      .filter(({ id }) => !known.has(String(id)))
      .map(({ id, entry }) => changeOf(String(id), String(entry)))
    if (changes.length > 0) {
      await store.batch(await appendAudit(store, workspaceId, changes), 'write')
    }
    await control.execute({
      sql: 'DELETE FROM audit_outbox WHERE id IN (SELECT value FROM json_each(?))',
      args: [ids],
    })
    appended += changes.length
  }
}

async function knownIds(store: AuditStore, ids: string): Promise<Set<string>> {
  const { rows } = await store.execute({
    sql: 'SELECT id FROM audit_entries WHERE id IN (SELECT value FROM json_each(?))',
    args: [ids],
  })
  return new Set(rows.map(({ id }) => String(id)))
}

/** The row's id counts: by it the row is found in the chain. */
function changeOf(id: string, text: string): NotedChange {
  let change: NotedChange
  try {
    change = NotedChange.parse(JSON.parse(text))
  } catch {
    change = unreadable('audit_outbox', text)
  }
  return { ...change, entry: { ...change.entry, id } }
}
