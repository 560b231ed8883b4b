import type { InStatement } from '@libsql/client'
import { randomSecret } from '../../random-secret.ts'
import type { AskedDomain } from './contract.ts'

/** The text of the TXT record that proves a domain. Names us, so that its owner knows it again. */
export function verificationRecord(token: string): string {
  return `edgewise-verification=${token}`
}

/**
 * Makes these the domains of a connection. Those that stay keep their proof; those that are new, or come back, have
 * to be proven anew.
 */
export function domainStatements(
  connectionId: string,
  domains: readonly AskedDomain[],
): InStatement[] {
  const names = JSON.stringify(domains.map(({ domain }) => domain))
  return [
    {
      sql: `DELETE FROM sso_domains WHERE connection_id = ?
        AND domain NOT IN (SELECT value FROM json_each(?))`,
      args: [connectionId, names],
    },
    ...domains.map(({ domain, required }) => ({
      sql: `INSERT INTO sso_domains (connection_id, domain, required, verification_token)
        VALUES (?, ?, ?, ?)
        ON CONFLICT (connection_id, domain) DO UPDATE SET required = excluded.required`,
      args: [connectionId, domain, required ? 1 : 0, randomSecret('', 160)],
    })),
  ]
}
