import type { Env } from '../env.ts'
import { workspaceStore } from '../store/workspace-store.ts'
import { directoryOf } from '../tenancy/directory-of.ts'
import type { Workspace } from '../tenancy/workspace.ts'
import { ledgerOf } from './stats-routes.ts'

export interface WorkspaceLag {
  /** Log rows that the store has not confirmed yet. */
  drainBacklogRows: number
  storedSeq: number
  projectedSeq: number
  projectionLagEvents: number
}

export async function workspaceLag(env: Env, workspace: Workspace): Promise<WorkspaceLag> {
  const { backlog } = await ledgerOf(env, workspace, Date.now())
  const found = await workspaceStore(env, workspace).execute(
    'SELECT ingest_seq, (SELECT coalesce(max(ingest_seq), 0) FROM events) AS stored FROM projector_cursor',
  )
  const storedSeq = Number(found.rows[0]?.stored ?? 0)
  const projectedSeq = Number(found.rows[0]?.ingest_seq ?? 0)
  return {
    drainBacklogRows: backlog,
    storedSeq,
    projectedSeq,
    projectionLagEvents: Math.max(0, storedSeq - projectedSeq),
  }
}

/** Health is public and asked often: it is answered from memory for this long. */
const WORST_LAG_MAX_AGE_MS = 5_000
/** Past this many workspaces the figure is of a sample; alerts belong on each workspace's own lag. */
const MAX_WORKSPACES = 50

type WorstLag = Pick<WorkspaceLag, 'drainBacklogRows' | 'projectionLagEvents'>

let worst: { lag: WorstLag; askedAt: number } | null = null

/**
 * The largest lag of any workspace; it names none.
 *
 * @throws what the store throws when it cannot be asked
 */
export async function worstLag(env: Env): Promise<WorstLag> {
  const now = Date.now()
  if (worst && now - worst.askedAt < WORST_LAG_MAX_AGE_MS) return worst.lag
  const directory = directoryOf(env)
  const lag: WorstLag = { drainBacklogRows: 0, projectionLagEvents: 0 }
  for (const id of (await directory.workspaceIds()).slice(0, MAX_WORKSPACES)) {
    const workspace = await directory.workspace(id)
    if (!workspace) continue
    const { drainBacklogRows, projectionLagEvents } = await workspaceLag(env, workspace)
    lag.drainBacklogRows = Math.max(lag.drainBacklogRows, drainBacklogRows)
    lag.projectionLagEvents = Math.max(lag.projectionLagEvents, projectionLagEvents)
  }
  worst = { lag, askedAt: now }
  return lag
}
