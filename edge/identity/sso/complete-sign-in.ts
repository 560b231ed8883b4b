import type { AuditOrigin } from '#shared/audit/entry.ts'
import { notedChange } from '#shared/audit/entry.ts'
import { accessChanged } from '../../access/access-changed.ts'
import { auditOutboxStatement } from '../../audit/outbox.ts'
import type { Env } from '../../env.ts'
import { controlStore } from '../../tenancy/directory-of.ts'
import { takeAudit } from '../change-control.ts'
import { customRolesOf } from '../members/member-store.ts'
import { PersonName } from '../people/users.ts'
import { randomSecret } from '../random-secret.ts'
import type { SsoConnection } from './connections/connection.ts'
import { type ClaimedRole, decideRole } from './decide-role.ts'
import { decideSignIn, type SignInDecision, type SignInRefusal } from './decide-sign-in.ts'
import type { IdTokenClaims } from './id-token.ts'
import { createMember, joinMember } from './newcomers.ts'
import { provenAddress } from './proven-address.ts'
import { canGive, giverOf, personOfAddress, personOfSubject } from './sign-in-facts.ts'

export type SsoOutcome =
  | { kind: 'signed_in'; userId: string }
  /** The address has an account; whose it is is to be shown first. */
  | { kind: 'prove'; userId: string; subject: string; role: ClaimedRole }
  | { kind: 'refused'; reason: SignInRefusal }

/** Somebody else may have come between reading and writing, with the same address; then once more. */
const ATTEMPTS = 3

/**
 * Lets somebody in whom a company's provider vouches for: makes account and membership where they are new,
 * and gives the role that the provider states.
 *
 * @param claims believed
 * @throws what the control database or the hub throws; asking again is harmless
 */
export async function completeSignIn(
  env: Env,
  connection: SsoConnection,
  claims: IdTokenClaims,
  person: { locale: 'en' | 'de'; from: AuditOrigin['from'] },
  now: number,
): Promise<SsoOutcome> {
  const control = controlStore(env)
  const origin = originOfConnection(connection, person.from)
  const address = provenAddress(connection.issuer, claims, connection.domains)
  const role = await claimedRole(env, connection, claims)
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const known = await personOfSubject(control, connection, claims.sub)
    const sameAddress =
      known || address.kind !== 'proven'
        ? null
        : await personOfAddress(control, connection.workspaceId, address.email)
    const decision = decideSignIn({ known, sameAddress, address, role })
    switch (decision.kind) {
      case 'refused':
        await noteRefusal(env, connection, decision, origin, now)
        return decision
      case 'prove':
        return { ...decision, subject: claims.sub, role }
      case 'create': {
        const userId = randomSecret('usr_', 128)
        const newcomer = {
          ...decision,
          connection,
          userId,
          subject: claims.sub,
          name: nameOf(claims, decision.email),
          locale: person.locale,
        }
        if (await createMember(control, newcomer, origin, now)) {
          return joined(env, connection, userId)
        }
        break
      }
      case 'enter':
      case 'join':
        if (await letIn(env, connection, decision, origin, now)) {
          return { kind: 'signed_in', userId: decision.userId }
        }
        break
    }
  }
  throw new Error('Others with this address keep coming in between.')
}

/**
 * Carries out that a known person comes in.
 *
 * @returns false where they became a member meanwhile, and it is to be decided again
 */
export async function letIn(
  env: Env,
  connection: SsoConnection,
  decision: Extract<SignInDecision, { kind: 'enter' | 'join' }>,
  origin: AuditOrigin,
  now: number,
): Promise<boolean> {
  const { userId, role } = decision
  if (decision.kind === 'join') {
    const newcomer = { userId, role: decision.role, connection }
    if (!(await joinMember(controlStore(env), newcomer, origin, now))) return false
    await joined(env, connection, userId)
    return true
  }
  if (role !== null) await giveRole(env, connection, userId, role, origin)
  return true
}

/**
 * One change after another, by the hub, which keeps the last owner an owner and lets nobody touch a role above
 * their own. Where it refuses, the person comes in with the role that they have.
 */
async function giveRole(
  env: Env,
  connection: SsoConnection,
  userId: string,
  role: string,
  origin: AuditOrigin,
): Promise<void> {
  const customRoles = await customRolesOf(controlStore(env), connection.workspaceId)
  const hub = env.WORKSPACE_HUB.getByName(connection.workspaceId)
  const change = { kind: 'role' as const, userId, role }
  const decision = await hub.changeMember(giverOf(connection, customRoles), change, origin)
  if (decision.kind === 'refused') {
    const { reason } = decision
    console.warn(JSON.stringify({ event: 'sso_role_kept', connection: connection.id, reason }))
  }
}

async function claimedRole(
  env: Env,
  connection: SsoConnection,
  claims: IdTokenClaims,
): Promise<ClaimedRole> {
  const customRoles = await customRolesOf(controlStore(env), connection.workspaceId)
  const giver = giverOf(connection, customRoles)
  return decideRole(connection, claims, (role) => canGive(giver, customRoles, role))
}

/** The connection acts, as an admin set it up; the person only came to its door. */
export function originOfConnection(
  connection: SsoConnection,
  from: AuditOrigin['from'],
): AuditOrigin {
  return { actor: { kind: 'job', name: `company sign-in ${connection.id}` }, from }
}

async function joined(env: Env, { workspaceId }: SsoConnection, userId: string) {
  await accessChanged(env, [workspaceId])
  takeAudit(env, workspaceId)
  return { kind: 'signed_in' as const, userId }
}

/** Who stood at the door is in nobody's log; that somebody did, and why not further, helps the admin. */
async function noteRefusal(
  env: Env,
  { id, workspaceId }: SsoConnection,
  { reason }: { reason: SignInRefusal },
  origin: AuditOrigin,
  now: number,
): Promise<void> {
  const subject = { kind: 'sso_connection', id }
  const noted = notedChange(origin, {
    action: 'sign_in.refused',
    subject,
    at: now,
    after: { reason },
  })
  await controlStore(env).execute(auditOutboxStatement(noted, workspaceId))
  takeAudit(env, workspaceId)
}

function nameOf({ name, given_name }: IdTokenClaims, email: string): string {
  const found = [name, given_name].map((each) => PersonName.safeParse(each))
  const first = found.find((each) => each.success)
  return first?.data ?? email.slice(0, email.lastIndexOf('@'))
}
