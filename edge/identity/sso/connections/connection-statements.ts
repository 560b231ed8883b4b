import type { InStatement } from '@libsql/client'
import type { RoleMapping } from '../decide-role.ts'

interface Rules {
  name: string
  roleClaim: string | null
  roleMap: readonly RoleMapping[]
  defaultRole: string | null
}

/** @param connection.givenByRole the role of who sets it up */
export function insertConnection(
  connection: Rules & {
    id: string
    workspaceId: string
    issuer: string
    clientId: string
    sealedClientSecret: string | null
    givenByRole: string
  },
  now: number,
): InStatement {
  return {
    sql: `INSERT INTO sso_connections (id, workspace_id, name, issuer, client_id, sealed_client_secret,
        role_claim, role_map, default_role, given_by_role, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    args: [
      connection.id,
      connection.workspaceId,
      connection.name,
      connection.issuer,
      connection.clientId,
      connection.sealedClientSecret,
      connection.roleClaim,
      JSON.stringify(connection.roleMap),
      connection.defaultRole,
      connection.givenByRole,
      now,
    ],
  }
}

/** @param rules.givenByRole null where who changes it did not have to be able to give its roles */
export function updateConnection(
  id: string,
  rules: Rules & { givenByRole: string | null; isDisabled: boolean },
  now: number,
): InStatement {
  return {
    sql: `UPDATE sso_connections SET name = ?, role_claim = ?, role_map = ?, default_role = ?,
        given_by_role = coalesce(?, given_by_role),
        disabled_at = CASE WHEN ? THEN coalesce(disabled_at, ?) END
      WHERE id = ?`,
    args: [
      rules.name,
      rules.roleClaim,
      JSON.stringify(rules.roleMap),
      rules.defaultRole,
      rules.givenByRole,
      rules.isDisabled ? 1 : 0,
      now,
      id,
    ],
  }
}

export function updateSecret(id: string, sealed: string | null): InStatement {
  return {
    sql: 'UPDATE sso_connections SET sealed_client_secret = ? WHERE id = ?',
    args: [sealed, id],
  }
}

/** With its domains, and with what it knew of who is who. */
export function deleteConnection(id: string): InStatement[] {
  return [
    { sql: 'DELETE FROM sso_identities WHERE connection_id = ?', args: [id] },
    { sql: 'DELETE FROM sso_domains WHERE connection_id = ?', args: [id] },
    { sql: 'DELETE FROM sso_connections WHERE id = ?', args: [id] },
  ]
}
