import type { Client } from '@libsql/client'
import { auditOutboxStatement } from '#edge/audit/outbox.ts'
import { notedChange } from '#shared/audit/entry.ts'
import { type SiteCommand, UsageError } from './command-line.ts'
import { checkWorkspace } from './invite-person.ts'
import { OPERATOR } from './operator-origin.ts'

/**
 * Serves a host's pages through the edge, from another origin than before, or no longer.
 *
 * @returns what is so now, in a sentence
 * @throws UsageError for a host of another workspace, or one that is not served
 */
export async function serveSite(
  control: Client,
  { id, host, origin }: SiteCommand,
  now: number,
): Promise<string> {
  await checkWorkspace(control, id)
  const { rows } = await control.execute({
    sql: 'SELECT workspace_id, origin FROM sites WHERE host = ?',
    args: [host],
  })
  const before = rows[0]
  if (before && before.workspace_id !== id) {
    throw new UsageError(`${host} is served for the workspace ${before.workspace_id}.`)
  }
  if (!before && origin === undefined) throw new UsageError(`${host} is not served.`)
  const noted = notedChange(OPERATOR, {
    action: 'sites.changed',
    subject: { kind: 'site', id: host },
    at: now,
    before: before ? { origin: String(before.origin) } : null,
    after: origin === undefined ? null : { origin },
  })
  const change =
    origin === undefined
      ? { sql: 'DELETE FROM sites WHERE host = ? AND workspace_id = ?', args: [host, id] }
      : {
          sql: `INSERT INTO sites (host, workspace_id, origin) VALUES (?, ?, ?)
            ON CONFLICT (host) DO UPDATE SET origin = excluded.origin
            WHERE workspace_id = excluded.workspace_id`,
          args: [host, id, origin],
        }
  await control.batch([change, auditOutboxStatement(noted, id)], 'write')
  return origin === undefined
    ? `${host} is no longer served; edges forget it within a minute.`
    : `${host} is served from ${origin} within a minute.`
}
