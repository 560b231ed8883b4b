import { z } from 'zod'
import type { StoreClient } from '../../../store/client.ts'
import { RoleMapping } from '../decide-role.ts'
import { domainOf } from '../proven-address.ts'

/** A company's identity provider, as far as signing in needs it. */
export interface SsoConnection {
  id: string
  workspaceId: string
  workspaceName: string
  name: string
  /** Compared letter by letter. */
  issuer: string
  clientId: string
  sealedClientSecret: string | null
  roleClaim: string | null
  roleMap: RoleMapping[]
  defaultRole: string | null
  givenByRole: string
  /** Those that were proven. */
  domains: string[]
}

export const StoredRoleMap = z.array(RoleMapping)

const QUERY = `SELECT c.*, w.name AS workspace_name,
    (SELECT json_group_array(p.domain) FROM sso_domains p
      WHERE p.connection_id = c.id AND p.verified_at IS NOT NULL) AS domains
  FROM sso_connections c JOIN workspaces w ON w.id = c.workspace_id`

/** @returns null for one that does not exist or is switched off */
export async function usableConnection(
  control: StoreClient,
  id: string,
): Promise<SsoConnection | null> {
  const { rows } = await control.execute({
    sql: `${QUERY} WHERE c.id = ? AND c.disabled_at IS NULL`,
    args: [id],
  })
  return connectionOf(rows[0])
}

/** The connection that has proven the domain of an address. */
export async function connectionOfAddress(
  control: StoreClient,
  email: string,
): Promise<SsoConnection | null> {
  const { rows } = await control.execute({
    sql: `${QUERY} JOIN sso_domains d ON d.connection_id = c.id
      WHERE d.domain = ? AND d.verified_at IS NOT NULL AND c.disabled_at IS NULL`,
    args: [domainOf(email)],
  })
  return connectionOf(rows[0])
}

/** A connection through which a person has come before; the oldest of several. */
export async function connectionOfPerson(
  control: StoreClient,
  userId: string,
): Promise<SsoConnection | null> {
  const { rows } = await control.execute({
    sql: `${QUERY} JOIN sso_identities i ON i.connection_id = c.id
      WHERE i.user_id = ? AND c.disabled_at IS NULL ORDER BY i.created_at LIMIT 1`,
    args: [userId],
  })
  return connectionOf(rows[0])
}

function connectionOf(row: Record<string, unknown> | undefined): SsoConnection | null {
  if (!row) return null
  const textOrNull = (value: unknown) => (typeof value === 'string' ? value : null)
  return {
    id: String(row.id),
    workspaceId: String(row.workspace_id),
    workspaceName: String(row.workspace_name),
    name: String(row.name),
    issuer: String(row.issuer),
    clientId: String(row.client_id),
    sealedClientSecret: textOrNull(row.sealed_client_secret),
    roleClaim: textOrNull(row.role_claim),
    roleMap: StoredRoleMap.parse(JSON.parse(String(row.role_map))),
    defaultRole: textOrNull(row.default_role),
    givenByRole: String(row.given_by_role),
    domains: z.array(z.string()).parse(JSON.parse(String(row.domains))),
  }
}

/** Where a connection's secret is sealed. */
export function clientSecretContext(workspaceId: string, connectionId: string) {
  return {
    workspaceId,
    table: 'sso_connections',
    column: 'sealed_client_secret',
    row: connectionId,
  } as const
}

/**
 * Where the provider sends people back to. Each connection has an address of its own: a provider that says
 * nothing of itself in its answer cannot be taken for another (RFC 9700, 4.4.2).
 */
export function callbackUri(issuer: string, connectionId: string): string {
  return `${issuer}/sso/callback/${connectionId}`
}
