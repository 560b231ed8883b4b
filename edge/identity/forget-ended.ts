import type { InStatement } from '@libsql/client'
import type { StoreClient } from '../store/client.ts'

const DAY_MS = 86_400_000
/** People look up where they were signed in last month; after a quarter nobody does. */
const ENDED_SESSION_KEPT_MS = 90 * DAY_MS
/** A stolen token that comes back within this still ends its session; a later one is only refused. */
const USED_TOKEN_KEPT_MS = 30 * DAY_MS
const SPENT_LINK_KEPT_MS = DAY_MS

/**
 * Forgets sessions that ended long ago, tokens that were used long ago, and codes and links past their
 * time. What happened stays in the audit log.
 *
 * @throws what the control database throws; asking again goes on where it ended
 */
export async function forgetEnded(control: StoreClient, now: number): Promise<void> {
  const old = 'SELECT id FROM sessions WHERE ended_at < ?1 OR expires_at < ?1'
  const sessionsBefore = now - ENDED_SESSION_KEPT_MS
  const statements: InStatement[] = [
    {
      sql: `DELETE FROM refresh_tokens WHERE used_at < ?2 OR session_id IN (${old})`,
      args: [sessionsBefore, now - USED_TOKEN_KEPT_MS],
    },
    {
      sql: `DELETE FROM authorization_codes WHERE expires_at < ?2 OR session_id IN (${old})`,
      args: [sessionsBefore, now - SPENT_LINK_KEPT_MS],
    },
    { sql: `DELETE FROM sessions WHERE id IN (${old})`, args: [sessionsBefore] },
    {
      sql: 'DELETE FROM password_resets WHERE expires_at < ?',
      args: [now - SPENT_LINK_KEPT_MS],
    },
    {
      sql: 'DELETE FROM invitations WHERE expires_at < ?',
      args: [sessionsBefore],
    },
  ]
  await control.batch(statements, 'write')
}
