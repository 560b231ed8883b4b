import { callbackUri } from './connection.ts'
import type { StoredConnection } from './connection-list.ts'
import type { Connection } from './contract.ts'
import { verificationRecord } from './domain-statements.ts'

/** What the API says of a connection: all but the secret. @param issuer our own origin */
export function shownConnection(stored: StoredConnection, issuer: string): Connection {
  const { isDisabled, domains, ...connection } = stored
  return {
    ...connection,
    redirectUri: callbackUri(issuer, stored.id),
    domains: domains.map(({ verificationToken, ...domain }) => ({
      ...domain,
      record: verificationRecord(verificationToken),
    })),
    disabled: isDisabled,
  }
}

/** What the audit log keeps of a connection as it was. */
export function auditedConnection({ name, issuer, clientId, domains, ...rest }: StoredConnection) {
  const { roleClaim, roleMap, defaultRole, isDisabled } = rest
  const named = domains.map(({ domain, required }) => ({ domain, required }))
  return { name, issuer, clientId, domains: named, roleClaim, roleMap, defaultRole, isDisabled }
}
