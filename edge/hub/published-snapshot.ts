import { EMPTY_SNAPSHOT, SlotSnapshot } from '#shared/targeting/slot.ts'
import type { Env } from '../env.ts'
import { workspaceStore } from '../store/workspace-store.ts'
import type { Workspace } from '../tenancy/workspace.ts'

/** How long an isolate may go on with a version before it asks the hub again. */
const POINTER_MAX_AGE_MS = 15_000
const MAX_WORKSPACES = 1_000

interface Held {
  snapshot: SlotSnapshot
  askedAt: number
}

const held = new Map<string, Held>()

export function snapshotKey(workspaceId: string, version: number): string {
  return `snapshot:${workspaceId}:${version}`
}

/**
 * The configuration to decide from. KV may be a minute behind and remembers absences, so it is never
 * asked what is current, only for the body of a version that the hub named; the store has it too.
 */
export async function publishedSnapshot(env: Env, workspace: Workspace): Promise<SlotSnapshot> {
  const known = held.get(workspace.id)
  const now = Date.now()
  if (known && now - known.askedAt < POINTER_MAX_AGE_MS) return known.snapshot
  const version = await env.WORKSPACE_HUB.getByName(workspace.id).publishedVersion()
  const snapshot =
    known?.snapshot.version === version ? known.snapshot : await body(env, workspace, version)
  if (held.size >= MAX_WORKSPACES) held.clear()
  held.set(workspace.id, { snapshot, askedAt: now })
  return snapshot
}

async function body(env: Env, workspace: Workspace, version: number): Promise<SlotSnapshot> {
  if (version === 0) return EMPTY_SNAPSHOT
  const stored =
    (await env.CONFIG.get(snapshotKey(workspace.id, version))) ??
    (await bodyFromStore(env, workspace, version))
  return SlotSnapshot.parse(JSON.parse(stored))
}

async function bodyFromStore(env: Env, workspace: Workspace, version: number): Promise<string> {
  const found = await workspaceStore(env, workspace).execute({
    sql: 'SELECT body FROM snapshots WHERE version = ?',
    args: [version],
  })
  return String(found.rows[0]?.body)
}
