import type { ClaimedRole } from './decide-role.ts'

/** Somebody's place in the workspace of the connection. */
export type Place = { kind: 'none' } | { kind: 'active'; role: string } | { kind: 'deactivated' }

export interface KnownPerson {
  userId: string
  isDeactivated: boolean
  place: Place
}

export interface SignInFacts {
  /** Whose identity this is: the provider's subject at this connection. */
  known: KnownPerson | null
  /** Who has the address that the provider named. An address is no identity. */
  sameAddress: KnownPerson | null
  address: ProvenAddress
  role: ClaimedRole
}

/** What the provider says of the address. */
export type ProvenAddress =
  | { kind: 'missing' }
  /** The provider itself does not vouch for it. */
  | { kind: 'unproven' }
  /** Of a domain that this connection has not proven to be its own. */
  | { kind: 'foreign' }
  | { kind: 'proven'; email: string }

export type SignInRefusal =
  | 'deactivated'
  | 'address_missing'
  | 'address_unproven'
  | 'address_foreign'
  | 'no_role'

export type SignInDecision =
  /** A member comes in. @param role to be given, as far as the guards of the workspace allow; null keeps theirs */
  | { kind: 'enter'; userId: string; role: string | null }
  /** A known person becomes a member. */
  | { kind: 'join'; userId: string; role: string }
  /** Nobody has the address: an account and a membership come into being. */
  | { kind: 'create'; email: string; role: string }
  /** Somebody has the address: they show first that the account is theirs. */
  | { kind: 'prove'; userId: string }
  | { kind: 'refused'; reason: SignInRefusal }

/**
 * What becomes of somebody whom a company's provider vouches for. Subject and connection are who somebody
 * is; the address only says whom to ask.
 */
export function decideSignIn({ known, sameAddress, address, role }: SignInFacts): SignInDecision {
  if (known) return admit(known, role)
  if (address.kind !== 'proven') return { kind: 'refused', reason: `address_${address.kind}` }
  if (!sameAddress) {
    const given = roleForNew(role)
    return given === null ? noRole : { kind: 'create', email: address.email, role: given }
  }
  // Whoever could not come in anyway has nothing to prove.
  const after = admit(sameAddress, role)
  return after.kind === 'refused' ? after : { kind: 'prove', userId: sameAddress.userId }
}

const noRole: SignInDecision = { kind: 'refused', reason: 'no_role' }

function admit({ userId, isDeactivated, place }: KnownPerson, role: ClaimedRole): SignInDecision {
  if (isDeactivated || place.kind === 'deactivated') {
    return { kind: 'refused', reason: 'deactivated' }
  }
  if (place.kind === 'none') {
    const given = roleForNew(role)
    return given === null ? noRole : { kind: 'join', userId, role: given }
  }
  if (role.kind === 'none') return noRole
  const isNew = role.kind === 'stated' && role.role !== place.role
  return { kind: 'enter', userId, role: isNew ? role.role : null }
}

function roleForNew(role: ClaimedRole): string | null {
  switch (role.kind) {
    case 'stated':
      return role.role
    case 'unstated':
      return role.forNew
    case 'members_alone':
    case 'none':
      return null
  }
}
