import { z } from 'zod'
import {
  type KeyKind,
  needsConfirmation,
  PERMISSIONS,
  type Permission,
  permissionsOfKey,
  permissionsOfRole,
  ROLES,
  type Role,
  scopeOfRole,
} from './matrix.ts'

export const PermissionName = z.enum(PERMISSIONS)

/** A set of permissions as it is stored and sent; names that no longer exist are dropped, not refused. */
export const StoredPermissions = z
  .array(z.string())
  .transform((names) => PERMISSIONS.filter((permission) => names.includes(permission)))

/** JSON text of the store; null stands for "all that its kind carries". */
export function parsePermissions(json: string | null): Permission[] | null {
  return json === null ? null : StoredPermissions.parse(JSON.parse(json))
}

export const isRole = (name: string): name is Role => ROLES.some((role) => role === name)

/** What a key carries: at most its kind's column, whatever was written into its row. */
export function grantedToKey(kind: KeyKind, stored: readonly Permission[] | null): Permission[] {
  const column = permissionsOfKey(kind)
  return stored === null ? column : column.filter((permission) => stored.includes(permission))
}

/**
 * What a member may do: the role's permissions, of which an app has those it was let in for. A custom role
 * never carries what manages people: that stays with owners and admins.
 *
 * @param custom the permissions of a custom role; null where `role` is one of the matrix
 */
export function grantedToMember(
  role: string,
  custom: readonly Permission[] | null,
  app: readonly Permission[] | null,
): Permission[] {
  const own = isRole(role) ? permissionsOfRole(role) : ofCustomRole(custom)
  return app === null ? own : own.filter((permission) => app.includes(permission))
}

/** What everybody has over what is their own: without it a person cannot even ask who they are. */
export const EVERYBODYS_OWN: readonly Permission[] = PERMISSIONS.filter((permission) =>
  ROLES.every((role) => scopeOfRole(role, permission) === 'own'),
)

/** @param custom null where there is no such role: nothing, then */
const ofCustomRole = (custom: readonly Permission[] | null): Permission[] =>
  custom === null
    ? []
    : PERMISSIONS.filter(
        (permission) =>
          EVERYBODYS_OWN.includes(permission) ||
          (custom.includes(permission) && isGrantable(permission)),
      )

const NEVER_IN_CUSTOM_ROLES: readonly Permission[] = [
  'sealing:write',
  'members:write',
  'roles:write',
]

/** Whether a custom role may carry it. */
export function isGrantable(permission: Permission): boolean {
  return !NEVER_IN_CUSTOM_ROLES.includes(permission)
}

/** Nobody gives what they do not have. Empty where all may be given. */
export function notGivable(
  giver: readonly Permission[],
  given: readonly Permission[],
): Permission[] {
  return given.filter((permission) => !giver.includes(permission))
}

/**
 * Whether somebody may give or take a role: nobody a role that can do more than they can, and only owners
 * make and unmake owners.
 */
export function mayGiveRole(
  giver: { role: string; permissions: readonly Permission[] },
  role: string,
  custom: readonly Permission[] | null,
): boolean {
  // An owner's app that was let in for a part of it makes no owners either: the row is asked, too.
  if (role === 'owner' && giver.role !== 'owner') return false
  return notGivable(giver.permissions, grantedToMember(role, custom, null)).length === 0
}

/** A permission as the console gets it: what it is, and whether it will be asked to confirm. */
export function described(permission: Permission): { permission: Permission; confirm: boolean } {
  return { permission, confirm: needsConfirmation(permission) }
}
