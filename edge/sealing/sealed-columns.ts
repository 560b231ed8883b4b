/**
 * Every column that holds sealed values, all in the control database. Only what stands here can be sealed,
 * so that a rotation reaches everything. `workspace` names the column that says whose the row is; null
 * where it belongs to none.
 */
export const SEALED_COLUMNS = [
  { table: 'totp_factors', column: 'sealed_secret', row: 'user_id', workspace: null },
  { table: 'signing_keys', column: 'sealed_private_jwk', row: 'kid', workspace: null },
  {
    table: 'sso_connections',
    column: 'sealed_client_secret',
    row: 'id',
    workspace: 'workspace_id',
  },
] as const

export type SealedColumn = (typeof SEALED_COLUMNS)[number]

/** Where a sealed value stands. It opens there and nowhere else. */
export interface SealContext {
  /** Null for what belongs to no workspace: people, the edge's own keys. */
  workspaceId: string | null
  table: SealedColumn['table']
  column: SealedColumn['column']
  /** What the row's id column says. */
  row: string
}

/** Whose data keys seal it: a workspace's id, or `-`. */
export type Owner = string

/** Data keys of what belongs to no workspace. No workspace has this id. */
export const NO_WORKSPACE: Owner = '-'

export function ownerOf(workspaceId: string | null): Owner {
  return workspaceId ?? NO_WORKSPACE
}

export function isDeclared({ workspaceId, table, column, row }: SealContext): boolean {
  if (row === '' || workspaceId === '' || workspaceId === NO_WORKSPACE) return false
  return SEALED_COLUMNS.some(
    (known) =>
      known.table === table &&
      known.column === column &&
      (known.workspace === null) === (workspaceId === null),
  )
}
