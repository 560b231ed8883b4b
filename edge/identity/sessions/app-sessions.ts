import type { InStatement } from '@libsql/client'
import type { Permission } from '#shared/access/matrix.ts'
import type { SignInMethod } from './methods.ts'

/** An app that is not used for so long signs in again; a console may be offline for weeks. */
export const APP_SESSION_IDLE_MS = 60 * 86_400_000

export interface NewAppSession {
  id: string
  userId: string
  workspaceId: string
  clientId: string
  /** Null for all that the person may do. */
  permissions: readonly Permission[] | null
  name: string
  country: string | null
  methods: readonly SignInMethod[]
  confirmedAt: number
}

/** Lets an app into one workspace in a person's name. */
export function insertAppSession(session: NewAppSession, now: number): InStatement {
  return {
    sql: `INSERT INTO sessions (id, kind, user_id, workspace_id, client_id, permissions, name, country, methods,
        confirmed_at, created_at, last_used_at, expires_at)
      VALUES (?, 'app', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    args: [
      session.id,
      session.userId,
      session.workspaceId,
      session.clientId,
      session.permissions && JSON.stringify(session.permissions),
      session.name,
      session.country,
      JSON.stringify(session.methods),
      session.confirmedAt,
      now,
      now,
      now + APP_SESSION_IDLE_MS,
    ],
  }
}

export type EndReason = 'signed_out' | 'code_replayed' | 'refresh_reused' | 'password_changed'

/** Ends one session for good, also when it was ended before. */
export function endSession(sessionId: string, because: EndReason, now: number): InStatement {
  return {
    sql: 'UPDATE sessions SET ended_at = ?, ended_because = ? WHERE id = ? AND ended_at IS NULL',
    args: [now, because, sessionId],
  }
}
