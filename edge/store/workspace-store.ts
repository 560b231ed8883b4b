import type { Env } from '../env.ts'
import type { Workspace } from '../tenancy/workspace.ts'
import { openStore, type StoreClient } from './client.ts'

/** The one handle to a workspace's own database; it takes a Workspace, so that an id alone opens nothing. */
export function workspaceStore(env: Env, workspace: Workspace): StoreClient {
  return openStore(workspace.databaseUrl, env.STORE_AUTH_TOKEN)
}
