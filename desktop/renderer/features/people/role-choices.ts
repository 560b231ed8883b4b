import type { Member, RoleView } from '#rpc/people.ts'
import {
  EVERYBODYS_OWN,
  isGrantable,
  isRole,
  mayGiveRole,
  StoredPermissions,
} from '#shared/access/granted.ts'
import { PERMISSIONS } from '#shared/access/matrix.ts'

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

/** Whether a member may be changed at all: nobody touches a role above their own. */
export const mayChange = (me: Me, roles: readonly RoleView[], member: Member): boolean => {
  const role = roles.find(({ id }) => id === member.role)
  return role !== undefined && mayGive(me, role)
}

/** `owner` as `Owner`; roles of the workspace as they were named, also those that are gone. */
export const roleName = (roles: readonly RoleView[], id: string): string => {
  if (isRole(id)) return id.charAt(0).toUpperCase() + id.slice(1)
  return roles.find((role) => role.id === id)?.name ?? id
}

/** What a role of the workspace's own may carry. */
export const OFFERED_IN_ROLES: readonly string[] = PERMISSIONS.filter(
  (permission) => isGrantable(permission) && !EVERYBODYS_OWN.includes(permission),
)

const MAX_ID_CHARS = 32

/**
 * An id for a role of this name: lower-case letters, digits and dashes, as the edge takes them.
 *
 * @param taken ids that are in use
 */
export const newRoleId = (name: string, taken: readonly string[]): string => {
  const ascii = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
  const trimmed = ascii
    .replace(/^[^a-z]+/, '')
    .slice(0, MAX_ID_CHARS - 4)
    .replace(/-+$/, '')
  const base = trimmed.length < 2 ? 'role' : trimmed
  let id = base
  for (let n = 2; taken.includes(id); n += 1) id = `${base}-${n}`
  return id
}

export const EVERYBODY = '*'

/** Who would have to set up a second factor before they get in again. */
export const withoutFactor = (
  members: readonly Member[],
  demandedOf: readonly string[],
): Member[] =>
  members.filter(
    ({ active, secondFactor, role }) =>
      active && !secondFactor && (demandedOf.includes(EVERYBODY) || demandedOf.includes(role)),
  )

/** A few names in a sentence: `Ada, Ben and 3 more`. */
export const namesOf = (members: readonly Member[], most = 3): string => {
  const names = members.slice(0, most).map(({ name }) => name)
  const more = members.length - names.length
  if (more > 0) return `${names.join(', ')} and ${more} more`
  const last = names.pop() ?? 'Nobody'
  return names.length === 0 ? last : `${names.join(', ')} and ${last}`
}
