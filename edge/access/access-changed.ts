import type { Env } from '../env.ts'

/**
 * Tells the hubs of workspaces that somebody may do more or less than a moment ago: they forget what they
 * read, and open sockets hear of it at once. Only makes it prompt; without it, it takes half a minute.
 */
export async function accessChanged(env: Env, workspaceIds: readonly string[]): Promise<void> {
  await Promise.allSettled(
    [...new Set(workspaceIds)].map((id) => env.WORKSPACE_HUB.getByName(id).accessChanged()),
  )
}
