import { isRole } from '#shared/access/granted.ts'
import type { PersonCaller } from '../../../access/caller.ts'
import { type OutboundPolicy, outboundAddress } from '../../../outbound/outbound-address.ts'
import { ProblemError, problems } from '../../../problems/problem.ts'
import type { StoreClient } from '../../../store/client.ts'
import { customRolesOf } from '../../members/member-store.ts'
import type { RoleMapping } from '../decide-role.ts'
import { canGive } from '../sign-in-facts.ts'
import type { AskedDomain } from './contract.ts'
import { locksOut, roleNotGivable } from './decide-change.ts'

/** @throws ProblemError 400 for an issuer that the edge would not ask */
export function checkIssuer(policy: OutboundPolicy, issuer: string): void {
  const address = outboundAddress(issuer, policy)
  if (address.kind !== 'refused') return
  throw new ProblemError({ ...problems.invalid(address.reason, 'issuer'), next: address.next })
}

/** @throws ProblemError 400 for a role that does not exist, 403 for one above the caller */
export async function checkRoles(
  control: StoreClient,
  caller: PersonCaller,
  rules: { roleMap: readonly RoleMapping[]; defaultRole: string | null },
): Promise<void> {
  const custom = await customRolesOf(control, caller.workspace.id)
  const role = roleNotGivable(rules, (each) => canGive(caller, custom, each))
  if (role === null) return
  throw new ProblemError(
    isRole(role) || custom.has(role)
      ? problems.aboveYou()
      : problems.invalid(`There is no role ${role} in the workspace.`, 'roleMap'),
  )
}

/**
 * Whoever cannot give the roles of a connection neither rewrites nor deletes it: it is how people above them come
 * in. Roles that are gone by now keep nobody from it.
 *
 * @throws ProblemError 403
 */
export async function checkRolesOf(
  control: StoreClient,
  caller: PersonCaller,
  before: { roleMap: readonly RoleMapping[]; defaultRole: string | null },
): Promise<void> {
  const custom = await customRolesOf(control, caller.workspace.id)
  const mayGive = (role: string) =>
    (!isRole(role) && !custom.has(role)) || canGive(caller, custom, role)
  if (roleNotGivable(before, mayGive) !== null) throw new ProblemError(problems.aboveYou())
}

/** @param connectionId null for one that does not exist yet @throws ProblemError 409 */
export async function checkLockOut(
  control: StoreClient,
  caller: PersonCaller,
  connectionId: string | null,
  asked: readonly AskedDomain[],
  before: readonly AskedDomain[],
): Promise<void> {
  const cameThrough = connectionId !== null && (await hasComeThrough(control, connectionId, caller))
  const domain = locksOut(asked, before, caller.email, cameThrough)
  if (domain === null) return
  throw new ProblemError(
    problems.conflict(
      `You have not come through this connection yourself, and people of ${domain} could come in no other way.`,
      'Leave required out, sign in through the connection once, then require it.',
    ),
  )
}

async function hasComeThrough(
  control: StoreClient,
  connectionId: string,
  { userId }: PersonCaller,
): Promise<boolean> {
  const { rows } = await control.execute({
    sql: 'SELECT 1 FROM sso_identities WHERE connection_id = ? AND user_id = ?',
    args: [connectionId, userId],
  })
  return rows.length > 0
}
