import type { InStatement } from '@libsql/client/web'
import { CONVERSION_EVENT } from '#shared/features/event-kind.ts'
import { EVENT_COLUMNS } from '../visitors/drain-statements.ts'

/** Whether what was erased may have come back with a restored store. */
export const READ_REPLAYED = 'SELECT replayed_epoch = epoch AS isReplayed FROM store_meta'

/** Visitors by id, one more than a page holds: that one says whether there is a next page. */
export function visitorsStatement(after: string, limit: number): InStatement {
  return {
    sql: `SELECT visitor_id AS visitorId, person_id AS personId FROM visitors
          WHERE visitor_id > ? ORDER BY visitor_id LIMIT ?`,
    args: [after, limit + 1],
  }
}

/**
 * When somebody first converted, by event name, of each of these visitors' own events and of all devices of
 * each of these persons. Names are only narrowed down here; what a conversion is, `isConversion` says.
 */
export function conversionsStatement(
  visitorIds: readonly string[],
  personIds: readonly string[],
): InStatement {
  const conversions = `e.type = 'track' AND e.bot = 0 AND e.name LIKE ?`
  const likeConversion = `%${CONVERSION_EVENT}%`
  return {
    sql: `SELECT 'visitor' AS kind, e.visitor_id AS id, e.name AS name, min(min(e.occurred_at, e.received_at)) AS convertedAt
          FROM json_each(?) j JOIN events e ON e.visitor_id = j.value
          WHERE ${conversions} GROUP BY e.visitor_id, e.name
          UNION ALL
          SELECT 'person', v.person_id, e.name, min(min(e.occurred_at, e.received_at))
          FROM json_each(?) j JOIN visitors v ON v.person_id = j.value JOIN events e ON e.visitor_id = v.visitor_id
          WHERE ${conversions} GROUP BY v.person_id, e.name`,
    args: [JSON.stringify(visitorIds), likeConversion, JSON.stringify(personIds), likeConversion],
  }
}

/** Where a walk through visitors' events stands. */
export interface EventsPosition {
  visitorId: string
  occurredAt: number
  ingestSeq: number
}

const COLUMNS = Object.entries(EVENT_COLUMNS)
  .map(([column, key]) => `${column} AS ${key}`)
  .join(', ')

/** Events of all visitors up to one id, visitor by visitor, oldest first, bots left out. */
export function eventsStatement(
  after: EventsPosition,
  upToVisitorId: string,
  rows: number,
): InStatement {
  return {
    sql: `SELECT ${COLUMNS}, ingest_seq AS ingestSeq FROM events
          WHERE (visitor_id, occurred_at, ingest_seq) > (?, ?, ?) AND visitor_id <= ? AND bot = 0
          ORDER BY visitor_id, occurred_at, ingest_seq LIMIT ?`,
    args: [after.visitorId, after.occurredAt, after.ingestSeq, upToVisitorId, rows],
  }
}
