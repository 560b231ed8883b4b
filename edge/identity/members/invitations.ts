import { z } from 'zod'
import { isRole } from '#shared/access/granted.ts'
import { type AuditOrigin, notedChange } from '#shared/audit/entry.ts'
import { auditOutboxStatementWhere } from '../../audit/outbox.ts'
import type { StoreClient } from '../../store/client.ts'
import { sha256Hex } from '../random-secret.ts'

/** Long enough for a holiday weekend; a new one costs nothing. */
export const INVITATION_LIFETIME_MS = 7 * 86_400_000
export const INVITATION_PREFIX = 'inv_'

export interface Invitation {
  id: string
  workspaceId: string
  workspaceName: string
  email: string
  role: string
  /** Null for a role of the table. */
  customRoleName: string | null
}

/** The invitation of a link, as long as it can be accepted. */
export async function openInvitation(
  control: StoreClient,
  token: string,
  now: number,
): Promise<Invitation | null> {
  const { rows } = await control.execute({
    sql: `SELECT i.id, i.workspace_id, w.name, i.email, i.role, r.name AS role_name
      FROM invitations i JOIN workspaces w ON w.id = i.workspace_id
      LEFT JOIN custom_roles r ON r.workspace_id = i.workspace_id AND r.id = i.role AND r.deleted_at IS NULL
      WHERE i.token_hash = ? AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > ?`,
    args: [await sha256Hex(token), now],
  })
  const row = rows[0]
  const role = String(row?.role)
  if (!row || (!isRole(role) && row.role_name === null)) return null
  return {
    id: String(row.id),
    workspaceId: String(row.workspace_id),
    workspaceName: String(row.name),
    email: String(row.email),
    role,
    customRoleName: row.role_name === null ? null : String(row.role_name),
  }
}

/** A new account that an invitation makes; null where the person has one already. */
export const NewAccount = z.object({
  userId: z.string(),
  name: z.string(),
  locale: z.enum(['en', 'de']),
  passwordHash: z.string(),
})
export type NewAccount = z.infer<typeof NewAccount>

/**
 * Makes the invited person a member, once: of two who open one link at the same moment the second finds it
 * used.
 *
 * @param account made where the address has none yet
 * @returns whether it was still open
 */
export async function acceptInvitation(
  control: StoreClient,
  invitation: Invitation,
  userId: string,
  account: NewAccount | null,
  origin: AuditOrigin,
  now: number,
): Promise<boolean> {
  const noted = notedChange(origin, {
    action: 'members.joined',
    subject: { kind: 'user', id: userId },
    at: now,
    after: { role: invitation.role, invitation: invitation.id },
  })
  // The entry's id is this request's alone, which the time of acceptance is not: two may share a millisecond.
  const isOurs = 'EXISTS (SELECT 1 FROM audit_outbox WHERE id = ?)'
  const [taken] = await control.batch(
    [
      {
        sql: `UPDATE invitations SET accepted_at = ? WHERE id = ? AND accepted_at IS NULL
          AND revoked_at IS NULL AND expires_at > ?`,
        args: [now, invitation.id, now],
      },
      // Directly after it: `changes()` is of the statement before.
      auditOutboxStatementWhere(noted, invitation.workspaceId, { sql: 'changes() = 1', args: [] }),
      ...(account
        ? [
            {
              sql: `INSERT INTO users (id, email, name, locale, password_hash, created_at)
                SELECT ?, ?, ?, ?, ?, ? WHERE ${isOurs} ON CONFLICT (email) DO NOTHING`,
              args: [
                account.userId,
                invitation.email,
                account.name,
                account.locale,
                account.passwordHash,
                now,
                noted.entry.id,
              ],
            },
          ]
        : []),
      {
        // Somebody who was a member before comes back with the new role. Who is one keeps the role that
        // they have: else an admin could unmake an owner, and the last one, too.
        sql: `INSERT INTO memberships (workspace_id, user_id, role, created_at)
          SELECT ?, u.id, ?, ? FROM users u WHERE u.email = ? AND ${isOurs}
          ON CONFLICT (workspace_id, user_id) DO UPDATE SET role = excluded.role, deactivated_at = NULL
          WHERE deactivated_at IS NOT NULL`,
        args: [invitation.workspaceId, invitation.role, now, invitation.email, noted.entry.id],
      },
    ],
    'write',
  )
  return taken?.rowsAffected === 1
}
