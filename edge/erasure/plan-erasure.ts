import type { InStatement } from '@libsql/client/web'
import { personSubject, type SubjectHash, visitorSubject } from '#shared/erasure/subject-hash.ts'
import type { Link, Node } from '#shared/identity/link.ts'
import { type FoldResult, foldEvents } from '../projection/fold.ts'
import { loadLinks, loadNeighbourhood, neighbourNodes } from '../projection/load.ts'
import { resolveNeighbourhood } from '../projection/persons.ts'
import { profileRefreshes } from '../projection/profile-refresh.ts'
import { movedVisitorIds, nodeOf, type ProjectorCursor } from '../projection/project-batch.ts'
import { projectionStatements } from '../projection/projection-statements.ts'
import type { ZoneDays } from '../projection/rollups.ts'
import { latestTraits, traitChanges } from '../projection/trait-history.ts'
import type { StoreClient } from '../store/client.ts'
import { type ErasedNodes, readConcernedEvents } from './concerned-events.ts'
import { emptyRollupsStatement, forgetStatements } from './erasure-statements.ts'
import { readQuarantineOf } from './quarantine.ts'

export interface ErasurePlan {
  /** The guarded write; the cursor comes first. */
  statements: InStatement[]
  next: ProjectorCursor
  /** Visitors whose rows changed or went: what is remembered of them is no longer true. */
  touchedVisitorIds: string[]
  /** Visitors of whom an event was erased: their live profiles must be built anew. */
  rebuiltVisitorIds: string[]
  /** Statements about identity that name somebody erased. */
  goneLinkIds: string[]
  counts: { events: number; visitors: number; persons: number }
}

/**
 * Everything that goes when persons are erased, as one guarded write: their events, and whatever was
 * derived from these, derived anew without them. Every derived table then equals one recomputed from
 * the remaining events, so a rebuild cannot bring anything back.
 */
export async function planErasure(
  store: StoreClient,
  nodes: ErasedNodes,
  cursor: ProjectorCursor,
  days: ZoneDays,
  hashOf: SubjectHash,
): Promise<ErasurePlan> {
  const { erased, remaining } = await readConcernedEvents(store, nodes, cursor.ingestSeq)
  const next = { ...cursor, version: cursor.version + 1 }
  const gone = foldEvents(erased, new Map(), days)
  const kept = foldEvents(remaining, new Map(), days)
  const visitorIds = new Set(
    erased.flatMap(({ visitorId }) => (visitorId === null ? [] : [visitorId])),
  )
  const fold = keptOf(kept, gone, visitorIds)
  // Without its device's events a visitor may be a server's user again, and belong to that user's person.
  const owned = [...nodes.keys(), ...fold.visitors.map(({ row }) => nodeOf(row))]
  const identity = await identityWithout(store, gone, kept, owned, nodes)
  for (const { row } of fold.visitors) {
    row.personId = identity.ownerOf(nodeOf(row))
  }
  const survivors = new Set(fold.visitors.map(({ row }) => row.visitorId))
  const lost = gone.visitors.flatMap(({ row }) =>
    survivors.has(row.visitorId) ? [] : [row.visitorId],
  )
  const { change } = identity
  const lostRollups = emptyRollupsStatement(fold.rollups)
  const [cursorMove, ...derived] = projectionStatements(
    fold,
    {
      links: identity.links,
      traits: identity.traits,
      traitChanges: traitChanges([], identity.traits),
      change: { ...change, gone: [] },
      refreshes: identity.refreshes,
    },
    next,
  )
  if (!cursorMove) throw new Error('A projection moves the cursor first.')
  return {
    statements: [
      cursorMove,
      ...forgetStatements({
        events: erased,
        visitorIds: [...visitorIds],
        visitorDays: [...gone.visitorDays],
        linkIds: gone.links.map(({ id }) => id),
        unsaidLinkIds: identity.unsaid,
        accountIds: gone.links.flatMap(({ kind, other }) =>
          kind === 'group' ? [other.slice(2)] : [],
        ),
        traitNodes: identity.traitNodes,
        personIds: change.gone,
        quarantineIds: await readQuarantineOf(store, nodes),
        log: [
          ...erased.map(({ ingestSeq }) => ({ kind: 'event', ref: String(ingestSeq) })),
          ...lost.map((id) => ({ kind: 'visitor', ref: hashOf(visitorSubject(id)) })),
          ...change.gone.map((id) => ({ kind: 'person', ref: hashOf(personSubject(id)) })),
        ],
        version: next.version,
      }),
      ...derived,
      lostRollups,
    ],
    next,
    touchedVisitorIds: [...visitorIds, ...movedVisitorIds(change.moved)],
    rebuiltVisitorIds: [...visitorIds],
    goneLinkIds: gone.links.map(({ id }) => id),
    counts: { events: erased.length, visitors: lost.length, persons: change.gone.length },
  }
}

/** Of everything that was folded, what the write has to put back; counts go down by what is erased. */
function keptOf(kept: FoldResult, gone: FoldResult, visitorIds: ReadonlySet<string>): FoldResult {
  const isTouched = ({ visitorId }: { visitorId: string }) => visitorIds.has(visitorId)
  return {
    visitors: kept.visitors.filter(({ row }) => isTouched(row)),
    goneSessions: [],
    changedSessions: kept.changedSessions.filter(isTouched),
    rollups: gone.rollups.map((cell) => ({ ...cell, events: -cell.events })),
    visitorDays: kept.visitorDays.filter(isTouched),
    links: [],
    traits: [],
  }
}

/**
 * The identity graph around what was erased, resolved anew from what the remaining events still say.
 *
 * @param owned nodes whose person is asked for, whether or not an erased link names them
 */
async function identityWithout(
  store: StoreClient,
  gone: FoldResult,
  kept: FoldResult,
  owned: readonly Node[],
  nodes: ErasedNodes,
) {
  const goneIds = new Set(gone.links.map(({ id }) => id))
  const traitNodes = new Set(gone.traits.map(({ node }) => node))
  const seeds = [...new Set([...neighbourNodes(gone.links), ...traitNodes, ...owned])]
  const before = await loadLinks(store, seeds)
  const known = await loadNeighbourhood(store, before, seeds)
  const stillSaid = kept.links.filter(({ id }) => goneIds.has(id))
  const after = new Map<string, Link>([...before].filter(([id]) => !goneIds.has(id)))
  for (const link of stillSaid) after.set(link.id, link)
  const traits = kept.traits.filter(({ node }) => traitNodes.has(node))
  const change = resolveNeighbourhood({
    ...known,
    links: after,
    traits: [
      ...known.traits.filter(({ node }) => !traitNodes.has(node)),
      ...latestTraits(traits.map(({ receivedAt: _, ...trait }) => trait)),
    ],
  })
  const unsaid = new Set([...goneIds].filter((id) => !after.has(id)))
  const moved = new Map(change.moved.map(({ node, personId }) => [node, personId]))
  return {
    links: stillSaid,
    traits,
    traitNodes: [...traitNodes],
    unsaid: [...unsaid],
    change,
    ownerOf: (node: string) =>
      (moved.has(node) ? moved.get(node) : known.persons.get(node)) ?? null,
    refreshes: profileRefreshes(known, change, {
      before: known.undone,
      after: new Set([...known.undone, ...unsaid]),
      // An erased device is told by the erasure itself.
    }).filter(({ visitorId }) => !nodes.has(`d:${visitorId}`)),
  }
}
