import { type NamingEvent, namedNodesOf } from '#shared/identity/named-nodes.ts'
import type { SubjectHash } from './subject-hash.ts'

/** When each erased subject was erased (Unix milliseconds), by its keyed hash. */
export type Tombstones = ReadonlyMap<string, number>

/**
 * Whether an event is of a subject that was erased after it happened. What happened later is new data:
 * the person came back.
 */
export function isErased(
  event: NamingEvent & { occurredAt: number },
  tombstones: Tombstones,
  hashOf: SubjectHash,
): boolean {
  return namedNodesOf(event).some(
    (node) => event.occurredAt <= (tombstones.get(hashOf(node)) ?? Number.NEGATIVE_INFINITY),
  )
}
