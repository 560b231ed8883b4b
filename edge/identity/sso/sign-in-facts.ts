import { grantedToMember, isRole, mayGiveRole } from '#shared/access/granted.ts'
import type { Permission } from '#shared/access/matrix.ts'
import type { StoreClient } from '../../store/client.ts'
import type { Giver } from '../members/decide-member-change.ts'
import type { KnownPerson, Place } from './decide-sign-in.ts'

/**
 * Who gives roles in a connection's name: whoever wrote its rules last, with what their role may now. A
 * custom role that was deleted gives nothing any more.
 */
export function giverOf(
  connection: { id: string; givenByRole: string },
  customRoles: ReadonlyMap<string, readonly Permission[]>,
): Giver {
  const { id, givenByRole: role } = connection
  return {
    userId: id,
    role,
    permissions: grantedToMember(role, customRoles.get(role) ?? null, null),
  }
}

/** Whether there is such a role, and somebody may give it. */
export function canGive(
  giver: Pick<Giver, 'role' | 'permissions'>,
  customRoles: ReadonlyMap<string, readonly Permission[]>,
  role: string,
): boolean {
  const exists = isRole(role) || customRoles.has(role)
  return exists && mayGiveRole(giver, role, customRoles.get(role) ?? null)
}

const PERSON = `SELECT u.id, u.deactivated_at AS gone_at, m.role, m.deactivated_at AS member_gone_at
  FROM users u LEFT JOIN memberships m ON m.user_id = u.id AND m.workspace_id = ?`

/** Whose identity a subject is, at the connection that it is of. */
export async function personOfSubject(
  control: StoreClient,
  connection: { id: string; workspaceId: string },
  subject: string,
): Promise<KnownPerson | null> {
  const { rows } = await control.execute({
    sql: `${PERSON} JOIN sso_identities i ON i.user_id = u.id WHERE i.connection_id = ? AND i.subject = ?`,
    args: [connection.workspaceId, connection.id, subject],
  })
  return personOf(rows[0])
}

export async function personOfAddress(
  control: StoreClient,
  workspaceId: string,
  email: string,
): Promise<KnownPerson | null> {
  const { rows } = await control.execute({
    sql: `${PERSON} WHERE u.email = ?`,
    args: [workspaceId, email],
  })
  return personOf(rows[0])
}

function personOf(row: Record<string, unknown> | undefined): KnownPerson | null {
  if (!row) return null
  return { userId: String(row.id), isDeactivated: row.gone_at !== null, place: placeOf(row) }
}

function placeOf(row: Record<string, unknown>): Place {
  if (row.role === null) return { kind: 'none' }
  if (row.member_gone_at !== null) return { kind: 'deactivated' }
  return { kind: 'active', role: String(row.role) }
}
