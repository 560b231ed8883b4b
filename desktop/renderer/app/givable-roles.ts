import type { RoleView } from '#rpc/people.ts'
import { EVERYBODYS_OWN, isRole, mayGiveRole, StoredPermissions } from '#shared/access/granted.ts'

/** Who is signed in, as far as it decides what they may give. */
export type Me = { email: string; role: string; permissions: readonly string[] }

/** What a role carries for others than oneself: over one's own account everybody has the same. */
export const permissionsOf = ({ permissions }: RoleView): string[] =>
  permissions.map(({ permission }) => permission).filter((each) => !isOwn(each))

const isOwn = (permission: string): boolean => EVERYBODYS_OWN.some((own) => own === permission)

/** Whether somebody may give this role or take it away; the edge decides it by the same rule. */
export const mayGive = (me: Me, role: RoleView): boolean =>
  mayGiveRole(
    { role: me.role, permissions: StoredPermissions.parse([...me.permissions]) },
    role.id,
    role.custom ? StoredPermissions.parse(permissionsOf(role)) : null,
  )

export const givableRoles = (me: Me, roles: readonly RoleView[]): RoleView[] =>
  roles.filter((role) => mayGive(me, role))

/** `owner` as `Owner`; roles of the workspace as they were named, also those that are gone. */
export const roleName = (roles: readonly RoleView[], id: string): string => {
  if (isRole(id)) return id.charAt(0).toUpperCase() + id.slice(1)
  return roles.find((role) => role.id === id)?.name ?? id
}
