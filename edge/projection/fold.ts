import {
  deviceNode,
  type Link,
  linksOf,
  mergeLinks,
  type Node,
  normalizedEmail,
  userNode,
} from '#shared/identity/link.ts'
import { mergeSessions, type Session, sessionOf } from '#shared/sessions/session.ts'
import type { ProjectedEvent } from './projected-event.ts'
import { type RollupCell, Rollups, type ZoneDays } from './rollups.ts'
import { foldVisitor, newVisitorRow, type VisitorRow } from './visitor-row.ts'

/** The state of a visitor that a batch of events may change. */
export interface VisitorState {
  row: VisitorRow
  /** The sessions near the batch's events, sorted; older ones cannot be touched by it. */
  sessions: Session[]
}

export interface TraitStatement {
  node: Node
  key: string
  value: unknown
  occurredAt: number
  receivedAt: number
  messageId: string
  verified: boolean
}

/** What a batch of events does to everything derived, before identity is resolved. */
export interface FoldResult {
  visitors: VisitorState[]
  /** Session keys that no longer exist because sessions were joined or begin earlier. */
  goneSessions: { visitorId: string; startAt: number }[]
  changedSessions: { visitorId: string; session: Session }[]
  rollups: RollupCell[]
  visitorDays: { day: string; visitorId: string }[]
  links: Link[]
  traits: TraitStatement[]
}

/**
 * Folds events into derived state: the one definition of sessions, visitors and rollups, used by the
 * projector batch by batch and by the checks that recompute everything at once. Bots count in rollups
 * only; events without an identifier (opted out) likewise.
 *
 * @param known the state of every visitor named in `events` that exists already
 */
export function foldEvents(
  events: readonly ProjectedEvent[],
  known: ReadonlyMap<string, VisitorState>,
  days: ZoneDays,
): FoldResult {
  const rollups = new Rollups()
  const rows = new Map<string, VisitorRow>()
  const arrived = new Map<string, Session[]>()
  const visitorDays = new Map<string, Set<string>>()
  const links = new Map<string, Link>()
  const traits: TraitStatement[] = []
  for (const event of events) {
    rollups.add(event)
    const visitorId = event.visitorId
    if (event.bot || visitorId === null) continue
    const row = rows.get(visitorId) ?? rowOf(visitorId, event, known)
    rows.set(visitorId, row)
    foldVisitor(row, event)
    const session = sessionOf(event)
    const sessions = arrived.get(visitorId)
    if (sessions) sessions.push(session)
    else arrived.set(visitorId, [session])
    const day = days.dayOf(event.occurredAt)
    const visited = visitorDays.get(visitorId)
    if (visited) visited.add(day)
    else visitorDays.set(visitorId, new Set([day]))
    foldIdentity(event, links, traits)
  }
  const result: FoldResult = {
    visitors: [],
    goneSessions: [],
    changedSessions: [],
    rollups: rollups.cells(),
    visitorDays: [...visitorDays].flatMap(([visitorId, visited]) =>
      [...visited].map((day) => ({ day, visitorId })),
    ),
    links: [...links.values()],
    traits,
  }
  for (const [visitorId, row] of rows) {
    const before = known.get(visitorId)?.sessions ?? []
    const after = mergeSessions(before, arrived.get(visitorId) ?? [])
    row.sessions += after.length - before.length
    result.visitors.push({ row, sessions: after })
    const remaining = new Set(after.map((session) => session.startAt))
    for (const session of before) {
      if (!remaining.has(session.startAt))
        result.goneSessions.push({ visitorId, startAt: session.startAt })
    }
    const unchanged = new Map(before.map((session) => [session.startAt, session]))
    for (const session of after) {
      if (unchanged.get(session.startAt)?.events !== session.events) {
        result.changedSessions.push({ visitorId, session })
      }
    }
  }
  return result
}

function rowOf(
  visitorId: string,
  event: ProjectedEvent,
  known: ReadonlyMap<string, VisitorState>,
): VisitorRow {
  const state = known.get(visitorId)
  return state ? { ...state.row } : newVisitorRow(visitorId, event)
}

function foldIdentity(
  event: ProjectedEvent,
  links: Map<string, Link>,
  traits: TraitStatement[],
): void {
  const named = event.userId !== null || event.type === 'identify' || event.groupId !== null
  if (!named && event.type !== 'alias') return
  const email = normalizedEmail(event.traits?.email)
  for (const link of linksOf({ ...event, email })) {
    const said = links.get(link.id)
    links.set(link.id, said ? mergeLinks(said, link) : link)
  }
  if (event.type !== 'identify' || event.traits === null) return
  const node = event.userId !== null ? userNode(event.userId) : deviceNode(event.anonymousId ?? '')
  for (const [key, value] of Object.entries(event.traits)) {
    if (value === null || value === undefined) continue
    const { occurredAt, receivedAt, messageId, verified } = event
    traits.push({ node, key, value, occurredAt, receivedAt, messageId, verified })
  }
}
