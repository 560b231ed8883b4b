import type { Link, Node } from '#shared/identity/link.ts'
import { SESSION_IDLE_MS, type Session } from '#shared/sessions/session.ts'
import type { StoreClient } from '../store/client.ts'
import type { VisitorState } from './fold.ts'
import type { IdentityNeighbourhood, NodeTrait } from './persons.ts'
import type { ProjectedEvent } from './projected-event.ts'
import type { VisitorRow } from './visitor-row.ts'

/** A visitor's state together with how far back its sessions are complete. */
export interface LoadedVisitor extends VisitorState {
  sessionsFrom: number
}

const READ_VISITORS = `
SELECT json_group_array(json_object('visitorId', v.visitor_id, 'nodeKind', v.node_kind, 'personId', v.person_id,
  'firstSeenAt', v.first_seen_at, 'firstMessageId', v.first_message_id, 'lastSeenAt', v.last_seen_at,
  'lastMessageId', v.last_message_id, 'sessions', v.sessions, 'pageviews', v.pageviews, 'events', v.events,
  'channel', v.channel, 'source', v.source, 'campaign', v.campaign, 'country', v.country,
  'lastPath', v.last_path, 'lastPathAt', v.last_path_at, 'lastPathMessageId', v.last_path_message_id)) AS rows
FROM json_each(?) j JOIN visitors v ON v.visitor_id = j.value ->> 0`

const READ_SESSIONS = `
SELECT json_group_array(json_array(s.visitor_id, json(s.summary))) AS rows
FROM json_each(?) j JOIN sessions s ON s.visitor_id = j.value ->> 0 AND s.end_at >= j.value ->> 1`

const READ_OWNERS = `
SELECT json_group_array(json_array(n.node, n.person_id)) AS rows
FROM json_each(?) j JOIN identity_nodes n ON n.node = j.value`

/** From when on a visitor's sessions must be known to fold these events. */
export function sessionHorizons(events: readonly ProjectedEvent[]): Map<string, number> {
  const horizons = new Map<string, number>()
  for (const event of events) {
    if (event.bot || event.visitorId === null) continue
    const from = event.occurredAt - SESSION_IDLE_MS
    const known = horizons.get(event.visitorId)
    if (known === undefined || from < known) horizons.set(event.visitorId, from)
  }
  return horizons
}

/** Visitors that exist are given with their sessions from their horizon on; new ones are left out. */
export async function loadVisitors(
  store: StoreClient,
  horizons: ReadonlyMap<string, number>,
): Promise<Map<string, LoadedVisitor>> {
  if (horizons.size === 0) return new Map()
  const wanted = JSON.stringify([...horizons])
  const [rows, sessions] = await store.batch(
    [
      { sql: READ_VISITORS, args: [wanted] },
      { sql: READ_SESSIONS, args: [wanted] },
    ],
    'read',
  )
  const loaded = new Map<string, LoadedVisitor>()
  for (const row of cell<VisitorRow>(rows)) {
    const sessionsFrom = horizons.get(row.visitorId) ?? 0
    loaded.set(row.visitorId, { row, sessions: [], sessionsFrom })
  }
  for (const [visitorId, session] of cell<[string, Session]>(sessions)) {
    loaded.get(visitorId)?.sessions.push(session)
  }
  for (const state of loaded.values()) state.sessions.sort((a, b) => a.startAt - b.startAt)
  return loaded
}

/** The persons that nodes belong to already, for visitors seen for the first time. */
export async function loadOwners(
  store: StoreClient,
  nodes: readonly Node[],
): Promise<Map<Node, string>> {
  if (nodes.length === 0) return new Map()
  const found = await store.execute({ sql: READ_OWNERS, args: [JSON.stringify(nodes)] })
  return new Map(cell<[Node, string]>(found))
}

/** A guard against running away; past it a neighbourhood would be resolved from a part of its links. */
const MAX_NEIGHBOURHOOD_NODES = 200_000
/** The store answers with at most 10 MB; one id that thousands of devices claim must not stop the fold. */
const LINKS_PER_READ = 10_000

/**
 * An alias names an id that may be a device or a user, so both belong to the neighbourhood: the
 * closure follows `d:x` and `u:x` alike.
 */
const READ_CLOSURE = `
WITH RECURSIVE reached (node) AS (
  SELECT value FROM json_each(?)
  UNION
  SELECT CASE step.n WHEN 0 THEN l.other WHEN 1 THEN l.node WHEN 2 THEN 'u:' || substr(l.other, 3) ELSE 'd:' || substr(l.node, 3) END
  FROM reached r
  JOIN identity_links l ON l.node = r.node OR l.other = r.node
    OR (l.kind = 'alias' AND l.other = 'd:' || substr(r.node, 3) AND r.node LIKE 'u:%')
  JOIN (SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3) step
  WHERE l.kind <> 'group' AND (step.n < 2 OR l.kind = 'alias')
  LIMIT ${MAX_NEIGHBOURHOOD_NODES}
)
SELECT json_group_array(json_object('id', said.link_id, 'kind', said.kind, 'node', said.node, 'other', said.other,
  'verified', json(CASE said.verified WHEN 1 THEN 'true' ELSE 'false' END), 'firstAt', said.first_at,
  'firstMessageId', said.first_message_id, 'lastAt', said.last_at, 'lastMessageId', said.last_message_id)) AS rows
FROM (SELECT * FROM identity_links
  WHERE (node IN (SELECT node FROM reached) OR other IN (SELECT node FROM reached)) AND +link_id > ?
  ORDER BY +link_id LIMIT ?) said`

const READ_UNDOS = `
SELECT json_group_array(u.link_id) AS rows FROM json_each(?) j JOIN identity_undos u ON u.link_id = j.value`

const READ_TRAITS = `
SELECT json_group_array(json_object('node', t.node, 'key', t.key, 'value', json(t.value), 'occurredAt', t.occurred_at,
  'messageId', t.message_id, 'verified', json(CASE t.verified WHEN 1 THEN 'true' ELSE 'false' END))) AS rows
FROM json_each(?) j JOIN node_traits t ON t.node = j.value`

/** The stored links of everything connected to some nodes. */
export async function loadLinks(
  store: StoreClient,
  seeds: readonly Node[],
): Promise<Map<string, Link>> {
  const links = new Map<string, Link>()
  let last = ''
  for (;;) {
    const found = await store.execute({
      sql: READ_CLOSURE,
      args: [JSON.stringify(seeds), last, LINKS_PER_READ],
    })
    const page = cell<Link>(found)
    for (const link of page) links.set(link.id, link)
    if (page.length < LINKS_PER_READ) return links
    last = page.at(-1)?.id ?? last
  }
}

/** @param alone nodes that may have traits without any link */
export async function loadNeighbourhood(
  store: StoreClient,
  links: ReadonlyMap<string, Link>,
  alone: readonly Node[] = [],
): Promise<IdentityNeighbourhood> {
  const nodes = JSON.stringify([...new Set([...neighbourNodes(links.values()), ...alone])])
  const [undos, traits, owners] = await store.batch(
    [
      { sql: READ_UNDOS, args: [JSON.stringify([...links.keys()])] },
      { sql: READ_TRAITS, args: [nodes] },
      { sql: READ_OWNERS, args: [nodes] },
    ],
    'read',
  )
  return {
    links,
    undone: new Set(cell<string>(undos)),
    traits: cell<NodeTrait>(traits),
    persons: new Map(cell<[Node, string]>(owners)),
  }
}

/** What a link says without who said it when. */
export type LinkEnds = Pick<Link, 'kind' | 'node' | 'other'>

/**
 * Every node that links name, an alias' previous id in both its readings. Not accounts: a neighbourhood
 * that reached one would hold its members without what they said themselves.
 */
export function neighbourNodes(links: Iterable<LinkEnds>): Node[] {
  const nodes = new Set<Node>()
  for (const link of links) {
    nodes.add(link.node)
    if (link.kind !== 'group') nodes.add(link.other)
    if (link.kind === 'alias') nodes.add(`u:${link.other.slice(2)}`)
  }
  return [...nodes]
}

function cell<T>(result: { rows: Record<string, unknown>[] } | undefined): T[] {
  return JSON.parse(String(result?.rows[0]?.rows ?? '[]')) as T[]
}
