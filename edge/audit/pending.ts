import type { InStatement } from '@libsql/client/web'
import {
  AuditEntry,
  type AuditRow,
  AuditValues,
  type NotedChange,
  notedChange,
} from '#shared/audit/entry.ts'
import { type AuditStore, chained, entryStatement } from './append.ts'
import { jobOrigin } from './job-origin.ts'

/** Each entry is three statements. */
const PAGE_ENTRIES = 50

/**
 * Puts a change on record that somebody else than the hub makes in the workspace's own database: it goes
 * into the batch of the change, and {@link takePending} moves it into the chain.
 */
export function pendingAuditStatement({ entry, values }: NotedChange): InStatement {
  return {
    sql: 'INSERT INTO audit_pending (entry, "values") VALUES (?, ?)',
    args: [JSON.stringify(entry), values && JSON.stringify(values)],
  }
}

/**
 * Moves what waits into the chain, each page in one write: an entry is in one of the two places, whatever
 * fails. For the hub alone.
 *
 * @returns how many were moved
 * @throws what the store throws
 */
export async function takePending(store: AuditStore, workspaceId: string): Promise<number> {
  for (let taken = 0; ; ) {
    const { rows } = await store.execute(
      `SELECT pending_seq, entry, "values" FROM audit_pending ORDER BY pending_seq LIMIT ${PAGE_ENTRIES}`,
    )
    if (rows.length === 0) return taken
    const changes = rows.map((row) => changeOf(row.entry, row.values))
    const places = rows.map((row) => Number(row.pending_seq))
    const chain = await chained(store, workspaceId, changes)
    await store.batch(
      [
        ...chain.flatMap((row, index) => [
          entryStatement(row),
          ...valuesOfPending(row, places[index] ?? 0),
        ]),
        {
          sql: 'DELETE FROM audit_pending WHERE pending_seq IN (SELECT value FROM json_each(?))',
          args: [JSON.stringify(places)],
        },
      ],
      'write',
    )
    taken += rows.length
  }
}

/** Only where they still stand there: an erasure may have come since they were read. */
function valuesOfPending({ seq, values }: AuditRow, pendingSeq: number): InStatement[] {
  if (values === null) return []
  const { salt, reason, before, after } = values
  return [
    {
      sql: `INSERT INTO audit_values (seq, salt, reason, before, after)
            SELECT ?, ?, ?, ?, ? FROM audit_pending WHERE pending_seq = ? AND "values" IS NOT NULL`,
      args: [seq, salt, reason, JSON.stringify(before), JSON.stringify(after), pendingSeq],
    },
  ]
}

function changeOf(entry: unknown, values: unknown): NotedChange {
  try {
    return {
      entry: AuditEntry.parse(JSON.parse(String(entry))),
      values: values === null ? null : AuditValues.parse(JSON.parse(String(values))),
    }
  } catch {
    return unreadable('audit_pending', String(entry))
  }
}

/** What cannot be read is on record too, and holds nothing else up. */
export function unreadable(table: string, text: string): NotedChange {
  return notedChange(jobOrigin('audit'), {
    action: 'audit.unreadable',
    subject: { kind: 'table', id: table },
    at: Date.now(),
    after: text,
  })
}
