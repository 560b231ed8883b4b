import type { InStatement, ResultSet } from '@libsql/client/web'
import {
  type PullRequest,
  type PullResponse,
  SYNC_PROTOCOL_VERSION,
} from '#shared/sync/protocol.ts'
import type { StoreClient } from '../store/client.ts'
import { eventOf, personOf, type Row, slotOf, verdictOf, visitorOf } from './facts.ts'

/** A first pull begins here: the raw window is bounded, everything derived comes whole. */
const MAX_INITIAL_EVENTS = 20_000

/**
 * One page of what changed since a replica's cursors, read in one snapshot. Events are given only as
 * far as the projector has folded them, so that a timeline never runs ahead of its visitor.
 */
export async function pull(store: StoreClient, request: PullRequest): Promise<PullResponse> {
  const [meta, edits, events, verdicts, visitors, persons] = await store.batch(
    statements(request),
    'read',
  )
  const head = meta?.rows[0]
  const epoch = String(head?.epoch)
  if (isForeign(request, head)) {
    return {
      kind: 'reset',
      epoch,
      reason: 'The store was restored or replaced since the last pull.',
    }
  }
  const page = {
    slots: rows(edits, slotOf),
    events: rows(events, eventOf),
    verdicts: rows(verdicts, verdictOf),
    visitors: rows(visitors, visitorOf),
    persons: rows(persons, personOf),
  }
  // Visitors and persons share a cursor: it may only move to where both are complete.
  const fullVisitors = page.visitors.length === request.limit
  const fullPersons = page.persons.length === request.limit
  const version = Math.min(
    fullVisitors ? lastVersion(page.visitors) - 1 : Number(head?.version),
    fullPersons ? lastVersion(page.persons) - 1 : Number(head?.version),
  )
  const stuck = version <= request.facts.version && (fullVisitors || fullPersons)
  if (stuck && request.limit < MAX_PAGE_ROWS) {
    // One projector batch wrote more rows than a page: take that batch whole.
    return pull(store, { ...request, limit: MAX_PAGE_ROWS })
  }
  return {
    kind: 'page',
    protocol: SYNC_PROTOCOL_VERSION,
    epoch,
    edit: page.slots.at(-1)?.editVersion ?? request.edit,
    facts: {
      ingestSeq:
        page.events.at(-1)?.ingestSeq ?? Math.max(request.facts.ingestSeq, Number(head?.first_seq)),
      verdictSeq: page.verdicts.at(-1)?.verdictSeq ?? request.facts.verdictSeq,
      version,
    },
    ...page,
    more:
      fullVisitors ||
      fullPersons ||
      page.slots.length === request.limit ||
      page.events.length === request.limit ||
      page.verdicts.length === request.limit,
  }
}

/** Larger than any projector batch can touch, so that one batch always fits a page. */
const MAX_PAGE_ROWS = 20_000

function statements({ edit, facts, limit }: PullRequest): InStatement[] {
  return [
    {
      sql: `SELECT m.epoch, m.edit_version, c.version, c.ingest_seq,
              max(0, c.ingest_seq - ${MAX_INITIAL_EVENTS}) AS first_seq,
              (SELECT coalesce(max(verdict_seq), 0) FROM verdicts) AS verdict_seq
            FROM store_meta m, projector_cursor c`,
      args: [],
    },
    {
      sql: `SELECT key, name, status, definition, edit_version, deleted FROM slots
            WHERE edit_version > ? ORDER BY edit_version LIMIT ?`,
      args: [edit, limit],
    },
    {
      sql: `SELECT ingest_seq, message_id, type, name, visitor_id, occurred_at, received_at, bot, channel, campaign,
              country, path, title, properties FROM events
            WHERE ingest_seq > max(?, (SELECT ingest_seq - ${MAX_INITIAL_EVENTS} FROM projector_cursor))
              AND ingest_seq <= (SELECT ingest_seq FROM projector_cursor)
            ORDER BY ingest_seq LIMIT ?`,
      args: [facts.ingestSeq, limit],
    },
    {
      sql: `SELECT verdict_seq, message_id, verdict, reason, detail, type, name, received_at FROM verdicts
            WHERE verdict_seq > ? ORDER BY verdict_seq LIMIT ?`,
      args: [facts.verdictSeq, limit],
    },
    {
      sql: 'SELECT * FROM visitors WHERE version > ? ORDER BY version LIMIT ?',
      args: [facts.version, limit],
    },
    {
      sql: 'SELECT * FROM persons WHERE version > ? ORDER BY version LIMIT ?',
      args: [facts.version, limit],
    },
  ]
}

/** A cursor ahead of the store, or of another epoch, is not of this store. */
function isForeign(request: PullRequest, head: Record<string, unknown> | undefined): boolean {
  return (
    (request.epoch !== null && request.epoch !== String(head?.epoch)) ||
    request.facts.ingestSeq > Number(head?.ingest_seq) ||
    request.facts.version > Number(head?.version) ||
    request.edit > Number(head?.edit_version)
  )
}

function lastVersion(facts: readonly { version: number }[]): number {
  return facts.at(-1)?.version ?? 0
}

function rows<T>(result: ResultSet | undefined, read: (row: Row) => T): T[] {
  return (result?.rows ?? []).map(read)
}
