import type { InStatement } from '@libsql/client/web'
import { CapturedEvent } from '#shared/events/captured-event.ts'
import { EVENT_COLUMNS } from './drain-statements.ts'

/** Where a page of a visitor's events ended; the next page goes on below it. */
export interface EventPosition {
  occurredAt: number
  ingestSeq: number
}

const AFTER_ALL: EventPosition = {
  occurredAt: Number.MAX_SAFE_INTEGER,
  ingestSeq: Number.MAX_SAFE_INTEGER,
}

const COLUMNS = Object.entries(EVENT_COLUMNS)
  .map(([column, key]) => `${column} AS ${key}`)
  .join(', ')

/** A page of one visitor's events, newest first, bots left out as profiles leave them out. */
export function visitorEventsStatement(
  visitorId: string,
  below: EventPosition | null,
  rows: number,
): InStatement {
  const { occurredAt, ingestSeq } = below ?? AFTER_ALL
  return {
    sql: `SELECT ${COLUMNS}, ingest_seq AS ingestSeq FROM events
          WHERE visitor_id = ? AND bot = 0 AND (occurred_at, ingest_seq) < (?, ?)
          ORDER BY occurred_at DESC, ingest_seq DESC LIMIT ?`,
    args: [visitorId, occurredAt, ingestSeq, rows],
  }
}

export function positionOf(row: Record<string, unknown>): EventPosition {
  return { occurredAt: Number(row.occurredAt), ingestSeq: Number(row.ingestSeq) }
}

/**
 * The event that was drained into a row of `events`, as it was.
 *
 * @throws ZodError or SyntaxError for a row that no drain wrote
 */
export function storedEvent(row: Record<string, unknown>): CapturedEvent {
  return CapturedEvent.parse({
    ...row,
    bot: row.bot === 1,
    verified: row.verified === 1,
    properties: JSON.parse(String(row.properties)),
    traits: JSON.parse(String(row.traits)),
    context: JSON.parse(String(row.context)),
  })
}
