import { isEarlier } from '#shared/identity/link.ts'
import type { ProjectedEvent } from './projected-event.ts'

/**
 * One device or server-side user. Every field is a minimum, a maximum or a sum over its events, so
 * their order does not matter; the message ids settle equal times.
 */
export interface VisitorRow {
  visitorId: string
  /** A device as soon as one event carried this id as its anonymous id. */
  nodeKind: 'd' | 'u'
  personId: string | null
  firstSeenAt: number
  firstMessageId: string
  lastSeenAt: number
  lastMessageId: string
  sessions: number
  pageviews: number
  events: number
  /** Of the first event. */
  channel: string
  source: string | null
  campaign: string | null
  /** Of the last page, as the path is. */
  country: string | null
  lastPath: string | null
  lastPathAt: number | null
  lastPathMessageId: string | null
}

export function newVisitorRow(visitorId: string, event: ProjectedEvent): VisitorRow {
  return {
    visitorId,
    nodeKind: nodeKindOf(event),
    personId: null,
    firstSeenAt: event.occurredAt,
    firstMessageId: event.messageId,
    lastSeenAt: event.occurredAt,
    lastMessageId: event.messageId,
    sessions: 0,
    pageviews: 0,
    events: 0,
    channel: event.channel,
    source: event.source,
    campaign: event.campaign,
    country: null,
    lastPath: null,
    lastPathAt: null,
    lastPathMessageId: null,
  }
}

/** Folds one event into its visitor's row, in place. */
export function foldVisitor(row: VisitorRow, event: ProjectedEvent): void {
  const { occurredAt, messageId } = event
  row.events++
  if (nodeKindOf(event) === 'd') row.nodeKind = 'd'
  if (isEarlier(occurredAt, messageId, row.firstSeenAt, row.firstMessageId)) {
    row.firstSeenAt = occurredAt
    row.firstMessageId = messageId
    row.channel = event.channel
    row.source = event.source
    row.campaign = event.campaign
  }
  if (isEarlier(row.lastSeenAt, row.lastMessageId, occurredAt, messageId)) {
    row.lastSeenAt = occurredAt
    row.lastMessageId = messageId
  }
  if (event.type !== 'page' && event.type !== 'screen') return
  row.pageviews++
  if (
    row.lastPathAt === null ||
    isEarlier(row.lastPathAt, row.lastPathMessageId ?? '', occurredAt, messageId)
  ) {
    row.lastPath = event.path
    row.lastPathAt = occurredAt
    row.lastPathMessageId = messageId
    row.country = event.country
  }
}

function nodeKindOf(event: ProjectedEvent): 'd' | 'u' {
  return event.anonymousId === null ? 'u' : 'd'
}
