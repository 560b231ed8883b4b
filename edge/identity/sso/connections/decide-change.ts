import type { RoleMapping } from '../decide-role.ts'
import { domainOf } from '../proven-address.ts'
import type { AskedDomain, ConnectionChange } from './contract.ts'

interface Rules {
  roleMap: readonly RoleMapping[]
  defaultRole: string | null
}

/** Roles that a connection may hand out, which whoever sets it up must be able to give themselves. */
export function rolesGivenBy({ roleMap, defaultRole }: Rules): string[] {
  const mapped = roleMap.map(({ role }) => role)
  return [...new Set(defaultRole === null ? mapped : [...mapped, defaultRole])]
}

/** The first role that somebody may not hand out; null where there is none. */
export function roleNotGivable(rules: Rules, mayGive: (role: string) => boolean): string | null {
  return rolesGivenBy(rules).find((role) => !mayGive(role)) ?? null
}

/**
 * Whether a change needs the right to give the connection's roles. Switching off takes from everybody and
 * gives to nobody; all else decides who gets them.
 */
export function touchesRoles(change: ConnectionChange): boolean {
  return Object.keys(change).some((field) => field !== 'disabled') || change.disabled === false
}

/**
 * The domain for which somebody would lock themselves out: who has not come through a connection cannot
 * know that it works. Null where there is none.
 *
 * @param hasComeThrough whether the person who asks has signed in through this connection
 */
export function locksOut(
  asked: readonly AskedDomain[],
  before: readonly AskedDomain[],
  email: string,
  hasComeThrough: boolean,
): string | null {
  if (hasComeThrough) return null
  const own = domainOf(email)
  const isRequired = (domains: readonly AskedDomain[]) =>
    domains.some(({ domain, required }) => domain === own && required)
  return isRequired(asked) && !isRequired(before) ? own : null
}
