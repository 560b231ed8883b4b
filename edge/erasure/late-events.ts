import type { SubjectHash } from '#shared/erasure/subject-hash.ts'
import { isErased, type Tombstones } from '#shared/erasure/tombstones.ts'
import { namedNodesOf } from '#shared/identity/named-nodes.ts'
import type { ProjectedEvent } from '../projection/projected-event.ts'
import type { StoreClient } from '../store/client.ts'

const READ_TOMBSTONES = `
SELECT json_group_array(json_array(subject_hash, erased_at)) AS tombstones
FROM json_each(?) j JOIN tombstones t ON t.subject_hash = j.value`

/**
 * Parts a batch of events into those to fold and those of persons erased since they happened, which an
 * object had on its way or a device had kept.
 *
 * @param erasedUpTo when somebody was last erased (Unix milliseconds): later events need no look
 */
export async function partLateEvents(
  store: StoreClient,
  events: readonly ProjectedEvent[],
  erasedUpTo: number,
  hashOf: SubjectHash,
): Promise<{ live: ProjectedEvent[]; late: ProjectedEvent[] }> {
  const suspects = events.filter(({ occurredAt }) => occurredAt <= erasedUpTo)
  const tombstones = await readTombstones(store, suspects, hashOf)
  if (tombstones.size === 0) return { live: [...events], late: [] }
  const late = suspects.filter((event) => isErased(event, tombstones, hashOf))
  const lateSeqs = new Set(late.map(({ ingestSeq }) => ingestSeq))
  return { live: events.filter(({ ingestSeq }) => !lateSeqs.has(ingestSeq)), late }
}

async function readTombstones(
  store: StoreClient,
  events: readonly ProjectedEvent[],
  hashOf: SubjectHash,
): Promise<Tombstones> {
  if (events.length === 0) return new Map()
  const hashes = [...new Set(events.flatMap(namedNodesOf))].map(hashOf)
  const { rows } = await store.execute({ sql: READ_TOMBSTONES, args: [JSON.stringify(hashes)] })
  return new Map(JSON.parse(String(rows[0]?.tombstones ?? '[]')))
}
