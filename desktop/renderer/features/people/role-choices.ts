import type { Member, RoleView } from '#rpc/people.ts'
import { EVERYBODYS_OWN, isGrantable } from '#shared/access/granted.ts'
import { PERMISSIONS } from '#shared/access/matrix.ts'
import { type Me, mayGive } from '../../app/givable-roles.ts'

/** Whether a member may be changed at all: nobody touches a role above their own. */
export const mayChange = (me: Me, roles: readonly RoleView[], member: Member): boolean => {
  const role = roles.find(({ id }) => id === member.role)
  return role !== undefined && mayGive(me, role)
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
