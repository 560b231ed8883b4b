import type { CapturedEvent } from '#shared/events/captured-event.ts'
import { isConversion } from '#shared/features/event-kind.ts'
import { FEATURE_HASH } from '#shared/features/registry.ts'
import type { KnownBy, TrainingRowsPage } from '#shared/training/training-row.ts'
import { happenedAt, visitorRows } from '#shared/training/visitor-rows.ts'
import type { StoreClient } from '../store/client.ts'
import { inSmallerReads } from '../sync/smaller-reads.ts'
import { storedEvent } from '../visitors/stored-events.ts'
import {
  conversionsStatement,
  type EventsPosition,
  eventsStatement,
  READ_REPLAYED,
  visitorsStatement,
} from './page-statements.ts'

/** The oldest events of a visitor that rows are made from; later ones are not looked at. */
export const MOST_EVENTS_A_VISITOR = 5_000
/** A page that has read so many ends with the visitor it is at, whatever its limit. */
const MOST_EVENTS_A_PAGE = 10_000
const EVENTS_A_READ = 1_000
const LATE_AFTER_MS = 86_400_000

const END = Number.MAX_SAFE_INTEGER

export interface PageRequest {
  /** Visitors after this id; the empty text begins. */
  after: string
  /** Visitors at most. */
  limit: number
  knownBy: KnownBy
  /** Outcomes are known up to here, Unix milliseconds. */
  asOf: number
}

export type TrainingPage =
  | {
      kind: 'page'
      page: Omit<TrainingRowsPage, 'workspace' | 'next'>
      /** The next page goes on after this visitor; null on the last page. */
      nextAfter: string | null
    }
  /** A new or restored store of which it is not known yet whether erased persons came back with it. */
  | { kind: 'not_replayed' }

interface PageVisitor {
  visitorId: string
  personId: string | null
}

/**
 * Training rows of the next visitors of a workspace, from its own store.
 *
 * @throws what the store throws
 */
export async function trainingPage(
  store: StoreClient,
  { after, limit, knownBy, asOf }: PageRequest,
): Promise<TrainingPage> {
  const [meta, found] = await store.batch(
    [{ sql: READ_REPLAYED, args: [] }, visitorsStatement(after, limit)],
    'read',
  )
  if (meta?.rows[0]?.isReplayed !== 1) return { kind: 'not_replayed' }
  const listed = (found?.rows ?? []).map(
    (row): PageVisitor => ({
      visitorId: String(row.visitorId),
      personId: row.personId === null ? null : String(row.personId),
    }),
  )
  const asked = listed.slice(0, limit)
  const { histories, readThrough } = await readHistories(store, after, asked)
  const visitors = asked.slice(0, readThrough)
  const convertedAt = await readConversions(store, visitors)
  const page: Omit<TrainingRowsPage, 'workspace' | 'next'> = {
    featureHash: FEATURE_HASH,
    knownBy,
    asOf,
    data: [],
    visitors: visitors.length,
    events: 0,
    eventsReceivedLate: 0,
    visitorsCut: 0,
  }
  for (const visitor of visitors) {
    const { events, isCut } = histories.get(visitor.visitorId) ?? { events: [], isCut: false }
    page.events += events.length
    page.eventsReceivedLate += events.filter(isLate).length
    if (isCut) page.visitorsCut++
    // What was not read happened after the last that was, so until then nothing is lacking.
    const readUpTo = isCut ? Math.max(0, ...events.slice(-1).map(happenedAt)) : undefined
    page.data.push(
      ...visitorRows(
        { visitorId: visitor.visitorId, events, convertedAt: convertedAt(visitor) },
        { knownBy, asOf, readUpTo },
      ),
    )
  }
  const isLast = listed.length <= limit && visitors.length === asked.length
  return { kind: 'page', page, nextAfter: isLast ? null : (visitors.at(-1)?.visitorId ?? null) }
}

const isLate = ({ occurredAt, receivedAt }: CapturedEvent): boolean =>
  receivedAt - occurredAt > LATE_AFTER_MS

interface History {
  /** Oldest first. */
  events: CapturedEvent[]
  /** The visitor has more events than are read. */
  isCut: boolean
}

/** Events of the visitors, as many visitors as the page's budget allows, but always one. */
async function readHistories(
  store: StoreClient,
  after: string,
  visitors: readonly PageVisitor[],
): Promise<{ histories: Map<string, History>; readThrough: number }> {
  const histories = new Map(
    visitors.map(({ visitorId }): [string, History] => [visitorId, { events: [], isCut: false }]),
  )
  const placeOf = new Map(visitors.map(({ visitorId }, place) => [visitorId, place]))
  const last = visitors.at(-1)?.visitorId
  if (last === undefined) return { histories, readThrough: 0 }
  let position: EventsPosition = { visitorId: after, occurredAt: END, ingestSeq: END }
  let read = 0
  /** So many visitors, from the first on, are surely read to their end. */
  let whole = 0
  for (;;) {
    const { rows, wanted } = await inSmallerReads(EVENTS_A_READ, async (wanted) => ({
      rows: (await store.execute(eventsStatement(position, last, wanted))).rows,
      wanted,
    }))
    read += rows.length
    for (const row of rows) {
      const visitorId = String(row.visitorId)
      const isPassed = visitorId === position.visitorId && position.ingestSeq === END
      if (isPassed) continue
      position = { visitorId, occurredAt: Number(row.occurredAt), ingestSeq: Number(row.ingestSeq) }
      const history = histories.get(visitorId)
      // The projector has not come to this visitor yet.
      if (!history) continue
      whole = placeOf.get(visitorId) ?? whole
      if (history.events.length < MOST_EVENTS_A_VISITOR) {
        const event = readableEvent(row)
        if (event) history.events.push(event)
        continue
      }
      history.isCut = true
      whole++
      position = { visitorId, occurredAt: END, ingestSeq: END }
    }
    if (rows.length < wanted) return { histories, readThrough: visitors.length }
    if (read >= MOST_EVENTS_A_PAGE && whole > 0) return { histories, readThrough: whole }
  }
}

/** A row that somebody else wrote must not keep a workspace from training. */
function readableEvent(row: Record<string, unknown>): CapturedEvent | null {
  try {
    return storedEvent(row)
  } catch (error) {
    const reason = String(error)
    const messageId = String(row.messageId)
    console.warn(JSON.stringify({ event: 'stored_event_unreadable', messageId, reason }))
    return null
  }
}

/** First conversion by visitor, on any device of the person; null without one. */
async function readConversions(
  store: StoreClient,
  visitors: readonly PageVisitor[],
): Promise<(visitor: PageVisitor) => number | null> {
  const personIds = new Set(visitors.flatMap(({ personId }) => personId ?? []))
  const visitorIds = visitors.map(({ visitorId }) => visitorId)
  const { rows } = await store.execute(conversionsStatement(visitorIds, [...personIds]))
  const first = new Map<string, number>()
  for (const row of rows) {
    if (!isConversion({ type: 'track', name: String(row.name) })) continue
    const who = `${row.kind}/${row.id}`
    first.set(who, Math.min(first.get(who) ?? END, Number(row.convertedAt)))
  }
  return ({ visitorId, personId }) => {
    const known = [first.get(`visitor/${visitorId}`), first.get(`person/${personId}`)]
    const earliest = Math.min(...known.map((at) => at ?? END))
    return earliest === END ? null : earliest
  }
}
