import type { Context } from 'hono'
import { z } from 'zod'
import type { ApiEnv } from '../../../api/api-app.ts'
import { ProblemError, problems } from '../../../problems/problem.ts'
import type { StoreClient } from '../../../store/client.ts'
import { controlStore } from '../../../tenancy/directory-of.ts'
import { StoredRoleMap } from './connection.ts'

/** A connection as its workspace sees it, with the domains that are not proven yet. */
export interface StoredConnection {
  id: string
  name: string
  issuer: string
  clientId: string
  hasSecret: boolean
  roleClaim: string | null
  roleMap: z.infer<typeof StoredRoleMap>
  defaultRole: string | null
  isDisabled: boolean
  createdAt: number
  domains: StoredDomain[]
}

export interface StoredDomain {
  domain: string
  required: boolean
  verificationToken: string
  verifiedAt: number | null
}

const Domains = z.array(
  z.object({
    domain: z.string(),
    required: z.number().transform((flag) => flag === 1),
    verificationToken: z.string(),
    verifiedAt: z.number().nullable(),
  }),
)

const QUERY = `SELECT c.id, c.name, c.issuer, c.client_id, c.sealed_client_secret IS NOT NULL AS has_secret,
    c.role_claim, c.role_map, c.default_role, c.disabled_at, c.created_at,
    (SELECT json_group_array(json_object('domain', d.domain, 'required', d.required,
        'verificationToken', d.verification_token, 'verifiedAt', d.verified_at))
      FROM (SELECT * FROM sso_domains WHERE connection_id = c.id ORDER BY domain) d) AS domains
  FROM sso_connections c WHERE c.workspace_id = ?`

/** The connections of one workspace, the latest first. */
export async function connectionsOf(
  control: StoreClient,
  workspaceId: string,
): Promise<StoredConnection[]> {
  const { rows } = await control.execute({
    sql: `${QUERY} ORDER BY c.created_at DESC, c.id`,
    args: [workspaceId],
  })
  return rows.map(storedOf)
}

/**
 * A connection of the caller's workspace.
 *
 * @throws ProblemError 404 for any other, whoever has it
 */
export async function ownConnection(c: Context<ApiEnv>, id: string): Promise<StoredConnection> {
  const { rows } = await controlStore(c.env).execute({
    sql: `${QUERY} AND c.id = ?`,
    args: [c.get('caller').workspace.id, id],
  })
  if (rows[0]) return storedOf(rows[0])
  throw new ProblemError(problems.notFound('connection with this id in the workspace'))
}

function storedOf(row: Record<string, unknown>): StoredConnection {
  return {
    id: String(row.id),
    name: String(row.name),
    issuer: String(row.issuer),
    clientId: String(row.client_id),
    hasSecret: row.has_secret === 1,
    roleClaim: row.role_claim === null ? null : String(row.role_claim),
    roleMap: StoredRoleMap.parse(JSON.parse(String(row.role_map))),
    defaultRole: row.default_role === null ? null : String(row.default_role),
    isDisabled: row.disabled_at !== null,
    createdAt: Number(row.created_at),
    domains: Domains.parse(JSON.parse(String(row.domains))),
  }
}
