import type { InStatement } from '@libsql/client/web'
import type { SubjectHash } from '#shared/erasure/subject-hash.ts'
import type { Tombstones } from '#shared/erasure/tombstones.ts'
import { eraseLinkValues } from '../audit/link-values.ts'
import { STORE_NOW_MS } from '../projection/profile-refresh.ts'
import type { ProjectorCursor } from '../projection/project-batch.ts'
import type { ZoneDays } from '../projection/rollups.ts'
import type { StoreClient } from '../store/client.ts'
import type { Workspace } from '../tenancy/workspace.ts'
import { allVisitorLogNames, visitorLogName } from '../visitors/routing.ts'
import type { ErasedNodes } from './concerned-events.ts'
import { type ErasurePayload, searchableNames } from './erasure-order.ts'
import { tombstoneStatement } from './erasure-statements.ts'
import { type ErasurePlan, planErasure } from './plan-erasure.ts'

export interface Erasure {
  erasureId: string
  /** Unix milliseconds */
  requestedAt: number
  nodes: ErasedNodes
  /** Those of the nodes, and where a restored store is told again, of everybody erased before. */
  tombstones: Tombstones
}

const ADD_JOBS = `
INSERT INTO outbox (kind, subject, payload, created_at, next_at)
SELECT 'erasure', value ->> '$.object', value -> '$.payload', ${STORE_NOW_MS}, ${STORE_NOW_MS}
FROM json_each(?) ORDER BY key`

/**
 * One guarded write: the data goes, the tombstones come, and every object of the workspace gets a job,
 * because a late event may name an erased person through any of them.
 */
export async function planErasureOf(
  store: StoreClient,
  workspace: Workspace,
  cursor: ProjectorCursor,
  days: ZoneDays,
  hashOf: SubjectHash,
  erasure: Erasure,
): Promise<ErasurePlan> {
  const { erasureId, requestedAt, nodes, tombstones } = erasure
  const plan = await planErasure(store, nodes, cursor, days, hashOf)
  const { events, visitors, persons } = plan.counts
  const statements: InStatement[] = [
    ...plan.statements,
    ...eraseLinkValues(plan.goneLinkIds, hashOf),
    tombstoneStatement(tombstones),
    {
      sql: `INSERT INTO erasures (erasure_id, requested_at, events, visitors, persons)
            VALUES (?, ?, ?, ?, ?)`,
      args: [erasureId, requestedAt, events, visitors, persons],
    },
    { sql: ADD_JOBS, args: [JSON.stringify(jobsOf(workspace, erasure, plan))] },
  ]
  return { ...plan, statements }
}

function jobsOf(
  workspace: Workspace,
  { erasureId, nodes, tombstones }: Erasure,
  { rebuiltVisitorIds }: ErasurePlan,
): { object: string; payload: ErasurePayload }[] {
  const isWhole = tombstones.size <= nodes.size
  const names = isWhole ? searchableNames([...nodes.keys()].map((node) => node.slice(2))) : null
  return allVisitorLogNames(workspace).map((object) => ({
    object,
    payload: {
      erasureId,
      tombstones: [...tombstones],
      names,
      rebuilt: rebuiltVisitorIds.filter((id) => visitorLogName(workspace, id) === object),
    },
  }))
}

/** The hashes of erased nodes. */
export function tombstonesOf(nodes: ErasedNodes, hashOf: SubjectHash): Tombstones {
  return new Map([...nodes].map(([node, erasedAt]) => [hashOf(node), erasedAt]))
}
