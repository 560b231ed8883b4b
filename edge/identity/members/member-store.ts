import type { InStatement } from '@libsql/client'
import { parsePermissions } from '#shared/access/granted.ts'
import type { Permission } from '#shared/access/matrix.ts'
import type { AuditOrigin } from '#shared/audit/entry.ts'
import { notedChange } from '#shared/audit/entry.ts'
import { auditOutboxStatement } from '../../audit/outbox.ts'
import type { StoreClient } from '../../store/client.ts'
import {
  decideMemberChange,
  type Giver,
  type MemberChange,
  type MemberDecision,
  type MemberState,
} from './decide-member-change.ts'

export async function customRolesOf(
  control: StoreClient,
  workspaceId: string,
): Promise<Map<string, Permission[]>> {
  const { rows } = await control.execute({
    sql: 'SELECT id, permissions FROM custom_roles WHERE workspace_id = ? AND deleted_at IS NULL',
    args: [workspaceId],
  })
  return new Map(
    rows.map((row) => [String(row.id), parsePermissions(String(row.permissions)) ?? []]),
  )
}

async function membersOf(control: StoreClient, workspaceId: string): Promise<MemberState[]> {
  const { rows } = await control.execute({
    sql: 'SELECT user_id, role, deactivated_at FROM memberships WHERE workspace_id = ?',
    args: [workspaceId],
  })
  return rows.map((row) => ({
    userId: String(row.user_id),
    role: String(row.role),
    isActive: row.deactivated_at === null,
  }))
}

/**
 * Changes a member, with its audit entry in the same batch. Only the workspace's hub calls this, one change
 * after another: two owners who unmake each other at the same moment must not both succeed.
 *
 * @throws what the control database throws
 */
export async function changeMember(
  control: StoreClient,
  workspaceId: string,
  giver: Giver,
  change: MemberChange,
  origin: AuditOrigin,
  now: number,
): Promise<MemberDecision> {
  const [members, customRoles] = await Promise.all([
    membersOf(control, workspaceId),
    customRolesOf(control, workspaceId),
  ])
  const decision = decideMemberChange(members, customRoles, giver, change)
  if (decision.kind !== 'change') return decision
  const { before, after } = decision
  const noted = notedChange(origin, {
    action: after.isActive ? 'members.changed' : 'members.deactivated',
    subject: { kind: 'user', id: before.userId },
    at: now,
    before: { role: before.role, active: before.isActive },
    after: { role: after.role, active: after.isActive },
  })
  const statements: InStatement[] = [
    {
      sql: 'UPDATE memberships SET role = ?, deactivated_at = ? WHERE workspace_id = ? AND user_id = ?',
      args: [after.role, after.isActive ? null : now, workspaceId, before.userId],
    },
    auditOutboxStatement(noted, workspaceId),
  ]
  await control.batch(statements, 'write')
  return decision
}
