import type { StoreClient } from '../../store/client.ts'

export interface ListedSession {
  id: string
  kind: 'browser' | 'app'
  /** What its owner calls it, or else the device's. */
  name: string
  /** As browser and app called themselves when they were let in. */
  device: string
  country: string | null
  workspaceId: string | null
  createdAt: number
  lastUsedAt: number
}

/** Where somebody is signed in: browsers, and apps in any workspace; the latest used first. */
export async function liveSessions(
  control: StoreClient,
  userId: string,
  now: number,
): Promise<ListedSession[]> {
  const { rows } = await control.execute({
    sql: `SELECT id, kind, name, given_name, country, workspace_id, created_at, last_used_at FROM sessions
      WHERE user_id = ? AND ended_at IS NULL AND expires_at > ? ORDER BY last_used_at DESC`,
    args: [userId, now],
  })
  return rows.map((row) => ({
    id: String(row.id),
    kind: row.kind === 'app' ? 'app' : 'browser',
    name: String(row.given_name ?? row.name),
    device: String(row.name),
    country: row.country === null ? null : String(row.country),
    workspaceId: row.workspace_id === null ? null : String(row.workspace_id),
    createdAt: Number(row.created_at),
    lastUsedAt: Number(row.last_used_at),
  }))
}

/**
 * Ends sessions of one person, never of another.
 *
 * @param which one session, or all but one, or all
 * @returns the workspaces whose hubs must hear of it
 */
export async function endSessions(
  control: StoreClient,
  userId: string,
  which: { kind: 'one'; id: string } | { kind: 'all_but'; id: string } | { kind: 'all' },
  because: 'signed_out' | 'password_changed',
  now: number,
): Promise<{ ended: { id: string; workspaceId: string | null }[] }> {
  const condition = { one: 'AND id = ?', all_but: 'AND id <> ?', all: '' }[which.kind]
  const { rows } = await control.execute({
    sql: `UPDATE sessions SET ended_at = ?, ended_because = ?
      WHERE user_id = ? AND ended_at IS NULL ${condition} RETURNING id, workspace_id`,
    args: [now, because, userId, ...(which.kind === 'all' ? [] : [which.id])],
  })
  const ended = rows.map((row) => ({
    id: String(row.id),
    workspaceId: row.workspace_id === null ? null : String(row.workspace_id),
  }))
  return { ended }
}

export function workspacesOf(ended: readonly { workspaceId: string | null }[]): string[] {
  return [...new Set(ended.flatMap(({ workspaceId }) => workspaceId ?? []))]
}
