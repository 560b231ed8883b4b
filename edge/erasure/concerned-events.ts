import type { Node } from '#shared/identity/link.ts'
import { namedNodesOf } from '#shared/identity/named-nodes.ts'
import {
  type ProjectedEvent,
  projectedEvents,
  READ_EVENTS_BY_SEQ,
} from '../projection/projected-event.ts'
import type { StoreClient } from '../store/client.ts'

/** When each node of erased persons was erased (Unix milliseconds). */
export type ErasedNodes = ReadonlyMap<Node, number>

/** The store answers with at most 10 MB, and an event's traits may take 64 KB in escapes. */
const EVENTS_PER_READ = 100

/** Devices and users that some nodes' statements were made by or about. */
const READ_NEIGHBOURS = `
SELECT DISTINCT node, CASE kind WHEN 'group' THEN node ELSE other END AS other
FROM identity_links l JOIN json_each(?) j ON l.node = j.value OR l.other = j.value`

const READ_DEVICES_OF_USERS = `
SELECT DISTINCT node FROM identity_links l JOIN json_each(?) j ON l.other = j.value
WHERE l.kind = 'claim'`

/** Every stored event of these visitors, as far as it is folded. */
const READ_SEQS_OF_VISITORS = `
SELECT json_group_array(e.ingest_seq) AS seqs
FROM json_each(?) j JOIN events e ON e.visitor_id = j.value WHERE e.ingest_seq <= ?`

const READ_SEQS_OF_NAMING_BOTS = `
SELECT json_group_array(ingest_seq) AS seqs FROM events
WHERE bot = 1 AND (user_id IS NOT NULL OR type = 'identify') AND ingest_seq <= ?`

/**
 * Events of erased nodes, and whatever else has to be known to derive everything anew without them.
 * Both in the order of `ingest_seq`.
 */
export interface ConcernedEvents {
  erased: ProjectedEvent[]
  /** All other events of the visitors, users and links that the erased ones had a part in. */
  remaining: ProjectedEvent[]
}

/** Reads what an erasure has to look at, among the events that are folded already. */
export async function readConcernedEvents(
  store: StoreClient,
  nodes: ErasedNodes,
  foldedUpTo: number,
): Promise<ConcernedEvents> {
  const known = new Map<number, ProjectedEvent>()
  const read = async (seqs: readonly number[]) => {
    for (const event of await readEvents(
      store,
      seqs.filter((seq) => !known.has(seq)),
    )) {
      known.set(event.ingestSeq, event)
    }
  }
  const suspects = await neighboursOf(store, [...nodes.keys()])
  await read(await seqsOfVisitors(store, await withDevices(store, suspects), foldedUpTo))
  await read(await seqsOf(store, READ_SEQS_OF_NAMING_BOTS, [foldedUpTo]))
  const erased = [...known.values()].filter((event) => isOfErased(event, nodes))
  const named = new Set(erased.flatMap(namedNodesOf))
  await read(await seqsOfVisitors(store, await withDevices(store, [...named]), foldedUpTo))
  const gone = new Set(erased.map(({ ingestSeq }) => ingestSeq))
  const bySeq = (a: ProjectedEvent, b: ProjectedEvent) => a.ingestSeq - b.ingestSeq
  return {
    erased: erased.sort(bySeq),
    remaining: [...known.values()].filter(({ ingestSeq }) => !gone.has(ingestSeq)).sort(bySeq),
  }
}

export function isOfErased(event: ProjectedEvent, nodes: ErasedNodes): boolean {
  return namedNodesOf(event).some(
    (node) => event.occurredAt <= (nodes.get(node) ?? Number.NEGATIVE_INFINITY),
  )
}

/** An alias says of its previous id only that it is one: it stands there as a device, and may be a user. */
async function neighboursOf(store: StoreClient, nodes: readonly Node[]): Promise<Node[]> {
  const asked = nodes.flatMap((node) =>
    node.startsWith('u:') ? [node, `d:${node.slice(2)}`] : [node],
  )
  const { rows } = await store.execute({ sql: READ_NEIGHBOURS, args: [JSON.stringify(asked)] })
  return [...new Set([...nodes, ...rows.flatMap((row) => [String(row.node), String(row.other)])])]
}

/** With every device that once said to be one of the users: the events of a user are theirs. */
async function withDevices(store: StoreClient, nodes: readonly Node[]): Promise<Node[]> {
  const users = nodes.filter((node) => node.startsWith('u:'))
  const { rows } = await store.execute({
    sql: READ_DEVICES_OF_USERS,
    args: [JSON.stringify(users)],
  })
  return [...new Set([...nodes, ...rows.map((row) => String(row.node))])]
}

async function seqsOfVisitors(
  store: StoreClient,
  nodes: readonly Node[],
  foldedUpTo: number,
): Promise<number[]> {
  const visitorIds = new Set(
    nodes.filter((node) => /^[du]:/.test(node)).map((node) => node.slice(2)),
  )
  return seqsOf(store, READ_SEQS_OF_VISITORS, [JSON.stringify([...visitorIds]), foldedUpTo])
}

async function seqsOf(
  store: StoreClient,
  sql: string,
  args: (string | number)[],
): Promise<number[]> {
  const { rows } = await store.execute({ sql, args })
  return JSON.parse(String(rows[0]?.seqs ?? '[]')) as number[]
}

async function readEvents(store: StoreClient, seqs: readonly number[]): Promise<ProjectedEvent[]> {
  const events: ProjectedEvent[] = []
  for (let from = 0; from < seqs.length; from += EVENTS_PER_READ) {
    const page = seqs.slice(from, from + EVENTS_PER_READ)
    const { rows } = await store.execute({
      sql: READ_EVENTS_BY_SEQ,
      args: [JSON.stringify(page)],
    })
    events.push(...projectedEvents(String(rows[0]?.tuples ?? '[]')))
  }
  return events
}
