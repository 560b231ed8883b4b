import type { SubjectHash } from '#shared/erasure/subject-hash.ts'
import type { Tombstones } from '#shared/erasure/tombstones.ts'
import type { Node } from '#shared/identity/link.ts'
import type { StoreClient } from '../store/client.ts'
import type { ErasedNodes } from './concerned-events.ts'

/** Ids are short: a page stays far below the 10 MB that a store answers with. */
const NODES_PER_READ = 20_000

const SOURCES = [
  "SELECT 'd:' || visitor_id AS node FROM visitors",
  "SELECT 'u:' || visitor_id AS node FROM visitors",
  'SELECT node FROM identity_nodes',
  'SELECT node FROM identity_links',
  "SELECT other AS node FROM identity_links WHERE kind <> 'group'",
  "SELECT 'u:' || substr(other, 3) AS node FROM identity_links WHERE kind = 'alias'",
  "SELECT 'd:' || anonymous_id AS node FROM events WHERE bot = 1 AND anonymous_id IS NOT NULL",
  "SELECT 'u:' || user_id AS node FROM events WHERE bot = 1 AND user_id IS NOT NULL",
]

/**
 * Which nodes of a restored store were erased after the copy was made. Tombstones do not tell whom they
 * are of, so every node of the store is asked; that is worth it once a restore.
 */
export async function erasedNodesOf(
  store: StoreClient,
  tombstones: Tombstones,
  hashOf: SubjectHash,
): Promise<ErasedNodes> {
  const erased = new Map<Node, number>()
  if (tombstones.size === 0) return erased
  for (const source of SOURCES) {
    let after = ''
    for (;;) {
      const { rows } = await store.execute({
        sql: `SELECT json_group_array(node) AS nodes FROM (
                SELECT DISTINCT node FROM (${source}) WHERE node > ? ORDER BY node LIMIT ${NODES_PER_READ})`,
        args: [after],
      })
      const nodes = JSON.parse(String(rows[0]?.nodes ?? '[]')) as Node[]
      for (const node of nodes) {
        const erasedAt = tombstones.get(hashOf(node))
        if (erasedAt !== undefined) erased.set(node, erasedAt)
      }
      const last = nodes.at(-1)
      if (last === undefined || nodes.length < NODES_PER_READ) break
      after = last
    }
  }
  return erased
}
