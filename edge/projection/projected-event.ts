import type { CapturedEvent } from '#shared/events/captured-event.ts'

/** What the projector reads of an event; the rest of the row is for timelines. */
export interface ProjectedEvent {
  ingestSeq: number
  messageId: string
  type: CapturedEvent['type']
  name: string | null
  visitorId: string | null
  anonymousId: string | null
  userId: string | null
  previousId: string | null
  groupId: string | null
  occurredAt: number
  receivedAt: number
  bot: boolean
  verified: boolean
  channel: string
  source: string | null
  medium: string | null
  campaign: string | null
  country: string | null
  path: string | null
  /** Only of identify and group calls. */
  traits: Record<string, unknown> | null
}

type EventTuple = [
  ingestSeq: number,
  messageId: string,
  type: CapturedEvent['type'],
  name: string | null,
  visitorId: string | null,
  anonymousId: string | null,
  userId: string | null,
  previousId: string | null,
  groupId: string | null,
  occurredAt: number,
  receivedAt: number,
  bot: 0 | 1,
  verified: 0 | 1,
  channel: string,
  source: string | null,
  medium: string | null,
  campaign: string | null,
  country: string | null,
  path: string | null,
  traits: Record<string, unknown> | null,
]

/** One text cell: a Hrana answer with one object a cell costs several times as much to write and to parse. */
const TUPLES = `json_group_array(json_array(ingest_seq, message_id, type, name, visitor_id, anonymous_id, user_id,
  previous_id, group_id, occurred_at, received_at, bot, verified, channel, source, medium, campaign, country,
  path, CASE WHEN type IN ('identify', 'group') THEN json(traits) END)) AS tuples`

/** The events after the store's cursor. */
export const READ_EVENTS = `
SELECT ${TUPLES}
FROM (SELECT * FROM events WHERE ingest_seq > (SELECT ingest_seq FROM projector_cursor)
  ORDER BY ingest_seq LIMIT ?)`

/** Events by their numbers, in order. */
export const READ_EVENTS_BY_SEQ = `
SELECT ${TUPLES}
FROM (SELECT * FROM events WHERE ingest_seq IN (SELECT value FROM json_each(?)) ORDER BY ingest_seq)`

export function projectedEvents(tuples: string): ProjectedEvent[] {
  return (JSON.parse(tuples) as EventTuple[]).map((t) => ({
    ingestSeq: t[0],
    messageId: t[1],
    type: t[2],
    name: t[3],
    visitorId: t[4],
    anonymousId: t[5],
    userId: t[6],
    previousId: t[7],
    groupId: t[8],
    occurredAt: t[9],
    receivedAt: t[10],
    bot: t[11] === 1,
    verified: t[12] === 1,
    channel: t[13],
    source: t[14],
    medium: t[15],
    campaign: t[16],
    country: t[17],
    path: t[18],
    traits: t[19],
  }))
}
