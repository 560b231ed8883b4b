import { Email } from '../people/users.ts'
import type { ProvenAddress } from './decide-sign-in.ts'

/** One issuer for all companies and for private accounts. */
const GOOGLE = 'https://accounts.google.com'

/**
 * The address in a provider's claims, as far as the provider vouches for it and the connection for its domain.
 *
 * @param issuer of the connection
 * @param claims of the ID token, verified
 * @param domains that the connection has proven to be its own; subdomains are other domains
 */
export function provenAddress(
  issuer: string,
  claims: Readonly<Record<string, unknown>>,
  domains: readonly string[],
): ProvenAddress {
  const email = Email.safeParse(claims.email)
  if (!email.success) return { kind: 'missing' }
  const domain = domainOf(email.data)
  if (!isVouchedFor(claims)) return { kind: 'unproven' }
  if (!domains.includes(domain)) return { kind: 'foreign' }
  // A private account may have a company's address, also of somebody who left; `hd` is the company's own.
  if (issuer === GOOGLE && claims.hd !== domain) return { kind: 'unproven' }
  return { kind: 'proven', email: email.data }
}

/**
 * OpenID Connect Core, 5.1; some providers write the boolean as text. Entra ID has no such claim: its
 * `email` may be anything an administrator typed, and the optional claim `xms_edov` says that the
 * domain's owner is the tenant.
 */
function isVouchedFor({ email_verified, xms_edov }: Readonly<Record<string, unknown>>): boolean {
  if (email_verified !== undefined) return email_verified === true || email_verified === 'true'
  return xms_edov === true || xms_edov === 1 || xms_edov === '1' || xms_edov === 'true'
}

/** What stands behind the last @, as it is compared. */
export function domainOf(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1)
}
