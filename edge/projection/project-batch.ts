import type { InStatement } from '@libsql/client/web'
import { deviceNode, type Link, mergeLinks, type Node, userNode } from '#shared/identity/link.ts'
import type { StoreClient } from '../store/client.ts'
import { type FoldResult, foldEvents, type TraitStatement } from './fold.ts'
import {
  type LinkEnds,
  type LoadedVisitor,
  loadLinks,
  loadNeighbourhood,
  loadOwners,
  loadVisitors,
  neighbourNodes,
  sessionHorizons,
} from './load.ts'
import { type IdentityChange, type NodeTrait, resolveNeighbourhood } from './persons.ts'
import { type ProfileRefresh, profileRefreshes } from './profile-refresh.ts'
import type { ProjectedEvent } from './projected-event.ts'
import { projectionStatements, scoreStatement } from './projection-statements.ts'
import type { ZoneDays } from './rollups.ts'
import { latestTraits, traitChanges } from './trait-history.ts'
import type { VisitorCache } from './visitor-cache.ts'

export interface ProjectorCursor {
  ingestSeq: number
  scoreSeq: number
  version: number
}

export interface BatchPlan {
  statements: InStatement[]
  /** Where the cursor stands once the statements are committed. */
  next: ProjectorCursor
  fold: FoldResult
  loaded: ReadonlyMap<string, LoadedVisitor>
  /** Devices or users whose person changed: their live profile should learn it. */
  moved: IdentityChange['moved']
}

/**
 * Reads what a batch of events touches, decides in pure code, and returns the one guarded write that
 * moves the cursor together with its output.
 *
 * @param upTo where the cursor goes: events in between that are not in `events` count as never said
 */
export async function planBatch(
  store: StoreClient,
  cache: VisitorCache,
  days: ZoneDays,
  cursor: ProjectorCursor,
  events: readonly ProjectedEvent[],
  upTo: number,
  scoresUpTo: number,
): Promise<BatchPlan> {
  const horizons = sessionHorizons(events)
  const { hits, misses } = cache.take(horizons)
  const loaded = await loadVisitors(store, misses)
  const known = new Map([...hits, ...loaded])
  const fold = foldEvents(events, known, days)
  const identity = await resolveIdentity(store, fold)
  await adoptOwners(store, fold, known, identity)
  const next: ProjectorCursor = {
    ingestSeq: upTo,
    scoreSeq: Math.max(cursor.scoreSeq, scoresUpTo),
    version: cursor.version + 1,
  }
  const statements = projectionStatements(fold, identity, next)
  if (next.scoreSeq > cursor.scoreSeq) statements.push(scoreStatement(cursor.scoreSeq, next))
  return { statements, next, fold, loaded: known, moved: identity?.change.moved ?? [] }
}

export interface IdentityOutcome {
  links: Link[]
  traits: TraitStatement[]
  /** Of `traits`, those that said something new: the history keeps only these. */
  traitChanges: TraitStatement[]
  change: IdentityChange
  /** What visitors' objects should learn. */
  refreshes: ProfileRefresh[]
}

async function resolveIdentity(
  store: StoreClient,
  fold: FoldResult,
): Promise<IdentityOutcome | null> {
  if (fold.links.length === 0 && fold.traits.length === 0) return null
  const traitNodes = fold.traits.map((trait) => trait.node)
  const seeds = new Set([...neighbourNodes(fold.links), ...traitNodes])
  const links = await loadLinks(store, [...seeds])
  const changed: Link[] = []
  const added = new Set<string>()
  for (const link of fold.links) {
    const stored = links.get(link.id)
    if (!stored) added.add(link.id)
    const merged = stored ? mergeLinks(stored, link) : link
    if (!stored || differs(stored, merged)) {
      links.set(link.id, merged)
      changed.push(merged)
    }
  }
  const neighbourhood = await loadNeighbourhood(store, links, traitNodes)
  const traits = [...neighbourhood.traits, ...fold.traits.map(asNodeTrait)]
  const change = resolveNeighbourhood({ ...neighbourhood, traits: latestTraits(traits) })
  const { undone } = neighbourhood
  return {
    links: changed,
    traits: fold.traits,
    traitChanges: traitChanges(neighbourhood.traits, fold.traits),
    change,
    // An undone link counts as never said, and so does one that this batch brings.
    refreshes: profileRefreshes(neighbourhood, change, {
      before: new Set([...undone, ...added]),
      after: undone,
    }),
  }
}

export interface IdentityPlan {
  statements: InStatement[]
  next: ProjectorCursor
  moved: IdentityChange['moved']
  refreshes: ProfileRefresh[]
}

/** Resolves the neighbourhood of one link anew, after a person took it back or restored it. */
export async function planIdentity(
  store: StoreClient,
  link: LinkEnds,
  cursor: ProjectorCursor,
  days: ZoneDays,
  undone: { add?: string; remove?: string },
): Promise<IdentityPlan> {
  const links = await loadLinks(store, neighbourNodes([link]))
  const neighbourhood = await loadNeighbourhood(store, links)
  const ids = new Set(neighbourhood.undone)
  if (undone.add !== undefined) ids.add(undone.add)
  if (undone.remove !== undefined) ids.delete(undone.remove)
  const change = resolveNeighbourhood({ ...neighbourhood, undone: ids })
  const refreshes = profileRefreshes(neighbourhood, change, {
    before: neighbourhood.undone,
    after: ids,
  })
  const next = { ...cursor, version: cursor.version + 1 }
  const nothing = foldEvents([], new Map(), days)
  return {
    statements: projectionStatements(
      nothing,
      { links: [], traits: [], traitChanges: [], change, refreshes },
      next,
    ),
    next,
    moved: change.moved,
    refreshes,
  }
}

function differs(a: Link, b: Link): boolean {
  // Repetitions matter for accounts (the latest counts), not for claims (the earliest counts).
  return (
    a.firstAt !== b.firstAt ||
    a.firstMessageId !== b.firstMessageId ||
    (a.kind === 'group' && a.lastMessageId !== b.lastMessageId)
  )
}

function asNodeTrait({ receivedAt: _, ...trait }: TraitStatement): NodeTrait {
  return trait
}

/** A visitor seen for the first time may belong to a person already; a moved one belongs to another. */
async function adoptOwners(
  store: StoreClient,
  fold: FoldResult,
  known: ReadonlyMap<string, LoadedVisitor>,
  identity: IdentityOutcome | null,
): Promise<void> {
  const moved = new Map(identity?.change.moved.map(({ node, personId }) => [node, personId]))
  const asking = new Set<Node>()
  for (const { row } of fold.visitors) {
    const node = nodeOf(row)
    const before = known.get(row.visitorId)
    const unknown = !before || before.row.nodeKind !== row.nodeKind
    if (unknown && !moved.has(node)) asking.add(node)
  }
  const owners = await loadOwners(store, [...asking])
  for (const { row } of fold.visitors) {
    const node = nodeOf(row)
    if (moved.has(node)) row.personId = moved.get(node) ?? null
    // A server-side user that turns out to be a device leaves the user's person.
    else if (asking.has(node)) row.personId = owners.get(node) ?? null
  }
}

export function nodeOf(row: { visitorId: string; nodeKind: 'd' | 'u' }): Node {
  return row.nodeKind === 'd' ? deviceNode(row.visitorId) : userNode(row.visitorId)
}

/** Ids of visitors behind moved nodes. */
export function movedVisitorIds(moved: IdentityChange['moved']): string[] {
  return moved.flatMap(({ node }) => (/^[du]:/.test(node) ? [node.slice(2)] : []))
}
