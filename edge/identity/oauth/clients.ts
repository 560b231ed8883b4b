import { z } from 'zod'
import { parsePermissions } from '#shared/access/granted.ts'
import type { Permission } from '#shared/access/matrix.ts'
import type { StoreClient } from '../../store/client.ts'

/** An app that may ask people to let it in. */
export interface OAuthClient {
  id: string
  /** Null for the console, which comes with Edgewise. */
  workspaceId: string | null
  name: string
  /** SHA-256 in hexadecimal; null for a public client. */
  secretHash: string | null
  redirectUris: string[]
  /** What it was registered for; null for all that the person may do. */
  permissions: Permission[] | null
}

const Uris = z.array(z.string())

/** @returns null for one that does not exist or was taken away */
export async function findClient(control: StoreClient, id: string): Promise<OAuthClient | null> {
  const { rows } = await control.execute({
    sql: `SELECT workspace_id, name, secret_hash, redirect_uris, permissions FROM oauth_clients
      WHERE id = ? AND revoked_at IS NULL`,
    args: [id],
  })
  const row = rows[0]
  if (!row) return null
  return {
    id,
    workspaceId: row.workspace_id === null ? null : String(row.workspace_id),
    name: String(row.name),
    secretHash: row.secret_hash === null ? null : String(row.secret_hash),
    redirectUris: Uris.parse(JSON.parse(String(row.redirect_uris))),
    permissions: parsePermissions(row.permissions === null ? null : String(row.permissions)),
  }
}
