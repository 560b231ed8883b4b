import { z } from 'zod'

/** Who has this value of the claim gets this role; of several that fit, the first in the list counts. */
export const RoleMapping = z.strictObject({
  value: z.string().min(1).max(200),
  role: z.string().min(1).max(64),
})
export type RoleMapping = z.infer<typeof RoleMapping>

export interface RoleRules {
  /** The claim that names groups; null where the provider says nothing of roles. */
  roleClaim: string | null
  roleMap: readonly RoleMapping[]
  /** For who has none of the values; null to refuse them. */
  defaultRole: string | null
}

export const ClaimedRole = z.discriminatedUnion('kind', [
  /** The provider says nothing of roles: who is new gets `forNew`, who is there keeps what they have. */
  z.object({ kind: z.literal('unstated'), forNew: z.string() }),
  /** The same, and who is new is not taken in. */
  z.object({ kind: z.literal('members_alone') }),
  /** The provider's word. It counts again at each sign-in. */
  z.object({ kind: z.literal('stated'), role: z.string() }),
  /** `cannot_give`: the role is gone, or whoever wrote the rules could not give it any more. */
  z.object({ kind: z.literal('none'), reason: z.enum(['no_value', 'cannot_give']) }),
])
export type ClaimedRole = z.infer<typeof ClaimedRole>

/**
 * The role that a provider's claims give.
 *
 * @param claims of the ID token, verified
 * @param canGive whether the connection may give a role: it exists, and whoever wrote the rules could
 */
export function decideRole(
  { roleClaim, roleMap, defaultRole }: RoleRules,
  claims: Readonly<Record<string, unknown>>,
  canGive: (role: string) => boolean,
): ClaimedRole {
  if (roleClaim === null) {
    if (defaultRole === null) return { kind: 'members_alone' }
    return canGive(defaultRole)
      ? { kind: 'unstated', forNew: defaultRole }
      : { kind: 'members_alone' }
  }
  const values = claimValues(claims, roleClaim)
  const role = roleMap.find(({ value }) => values.includes(value))?.role ?? defaultRole
  if (role === null) return { kind: 'none', reason: 'no_value' }
  // No next one in its place: the list's order is who outranks whom, and a hole in it is a mistake.
  return canGive(role) ? { kind: 'stated', role } : { kind: 'none', reason: 'cannot_give' }
}

/** One text, or a list of them; anything else is no value. Own members alone: a claim may be `constructor`. */
function claimValues(claims: Readonly<Record<string, unknown>>, claim: string): string[] {
  const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
