import { grantedToMember, isRole, parsePermissions } from '#shared/access/granted.ts'
import type { Permission } from '#shared/access/matrix.ts'
import { isSecondFactor, parseMethods, parseRoles } from '../identity/sessions/methods.ts'
import type { StoreClient } from '../store/client.ts'

/** What a session may do in a workspace, now. */
export type MemberAccess =
  | {
      kind: 'member'
      userId: string
      email: string
      name: string
      role: string
      permissions: Permission[]
      confirmedAt: number
    }
  | { kind: 'none'; reason: NoAccess }

export type NoAccess =
  | 'signed_out'
  | 'deactivated'
  | 'not_a_member'
  | 'role_removed'
  | 'second_factor_missing'

const QUERY = `SELECT s.user_id, s.permissions AS app_permissions, s.methods, s.confirmed_at,
    s.ended_at, s.expires_at, u.email, u.name, u.deactivated_at AS user_gone_at,
    m.role, m.deactivated_at AS member_gone_at, r.permissions AS custom_permissions, r.deleted_at AS role_gone_at,
    c.revoked_at AS client_gone_at, p.second_factor_roles
  FROM sessions s
  JOIN users u ON u.id = s.user_id
  LEFT JOIN oauth_clients c ON c.id = s.client_id
  LEFT JOIN memberships m ON m.workspace_id = s.workspace_id AND m.user_id = s.user_id
  LEFT JOIN custom_roles r ON r.workspace_id = s.workspace_id AND r.id = m.role
  LEFT JOIN workspace_policies p ON p.workspace_id = s.workspace_id
  WHERE s.id = ? AND s.workspace_id = ? AND s.kind = 'app'`

/**
 * Reads what a session may do in a workspace from the control database.
 *
 * @throws what the control database throws
 */
export async function readMemberAccess(
  control: StoreClient,
  workspaceId: string,
  sessionId: string,
  now: number,
): Promise<MemberAccess> {
  const { rows } = await control.execute({ sql: QUERY, args: [sessionId, workspaceId] })
  const row = rows[0]
  const none = (reason: NoAccess): MemberAccess => ({ kind: 'none', reason })
  if (!row || row.ended_at !== null || Number(row.expires_at) <= now) return none('signed_out')
  if (row.client_gone_at !== null) return none('signed_out')
  if (row.user_gone_at !== null) return none('deactivated')
  if (row.role === null || row.member_gone_at !== null) return none('not_a_member')
  const role = String(row.role)
  const custom = textOrNull(row.custom_permissions)
  if (!isRole(role) && (custom === null || row.role_gone_at !== null)) return none('role_removed')
  const methods = parseMethods(String(row.methods))
  const demanded = parseRoles(textOrNull(row.second_factor_roles))
  const isDemanded = demanded.includes('*') || demanded.includes(role)
  if (isDemanded && !methods.some(isSecondFactor)) return none('second_factor_missing')
  return {
    kind: 'member',
    userId: String(row.user_id),
    email: String(row.email),
    name: String(row.name),
    role,
    permissions: grantedToMember(
      role,
      isRole(role) ? null : parsePermissions(custom),
      parsePermissions(textOrNull(row.app_permissions)),
    ),
    confirmedAt: Number(row.confirmed_at),
  }
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null)
