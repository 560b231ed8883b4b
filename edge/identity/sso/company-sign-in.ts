import type { StoreClient } from '../../store/client.ts'
import { domainOf } from './proven-address.ts'

/**
 * Whether people of this address's domain may sign in through their company alone. Only for domains that
 * were proven: else anybody could lock others out by naming theirs.
 */
export async function companySignInDemanded(control: StoreClient, email: string): Promise<boolean> {
  const { sql, args } = companyDemands(email)
  const { rows } = await control.execute({ sql: `SELECT 1 WHERE ${sql}`, args })
  return rows.length > 0
}

/** As {@link companySignInDemanded}, as a condition of a statement: for what must hold at the moment of writing. */
export function companyDemands(email: string): { sql: string; args: string[] } {
  return {
    sql: `EXISTS (SELECT 1 FROM sso_domains d JOIN sso_connections c ON c.id = d.connection_id
      WHERE d.domain = ? AND d.verified_at IS NOT NULL AND d.required = 1 AND c.disabled_at IS NULL)`,
    args: [domainOf(email)],
  }
}
