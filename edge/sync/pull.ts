import type { InStatement, ResultSet } from '@libsql/client/web'
import type { InferSelectModel } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import {
  type PullRequest,
  type PullResponse,
  SYNC_PROTOCOL_VERSION,
} from '#shared/sync/protocol.ts'
import type { StoreClient } from '../store/client.ts'
import {
  erasureLog,
  events,
  persons,
  slots,
  verdicts,
  visitors,
} from '../store/workspace-schema.ts'
import { erasureOf, eventOf, personOf, readRow, slotOf, verdictOf, visitorOf } from './facts.ts'
import { inSmallerReads } from './smaller-reads.ts'
import { type Derived, rowsOfVersion } from './version-rows.ts'

/** How far back the raw window goes; everything derived comes whole. */
export const MAX_WINDOW_EVENTS = 20_000

type Page = Extract<PullResponse, { kind: 'page' }>

export type PullAnswer =
  | PullResponse
  /** A new or restored store of which it is not known yet whether erased persons came back with it. */
  | { kind: 'not_replayed' }

/**
 * One page of what changed since a replica's cursors, read in one snapshot. Events are given only as
 * far as the projector has folded them, so that a timeline never runs ahead of its visitor.
 *
 * @param keyOfErasures asked only where a page holds hashes of erased subjects
 * @throws what the store throws
 */
export async function pull(
  store: StoreClient,
  request: PullRequest,
  keyOfErasures: () => Promise<string>,
): Promise<PullAnswer> {
  const answer = await inSmallerReads(request.limit, (limit) =>
    readPage(store, { ...request, limit }),
  )
  if (answer.kind !== 'page' || answer.erasures.every(({ kind }) => kind === 'event')) return answer
  return { ...answer, erasureKey: await keyOfErasures() }
}

async function readPage(store: StoreClient, request: PullRequest): Promise<PullAnswer> {
  const [meta, edits, stored, refused, ...derived] = await store.batch(statements(request), 'read')
  const head = headOf(meta)
  if (!head.isReplayed) return { kind: 'not_replayed' }
  if (isForeign(request, head)) {
    return {
      kind: 'reset',
      epoch: head.epoch,
      reason: 'The store was restored or replaced since the last pull.',
    }
  }
  const page = {
    slots: read(edits, slots, slotOf),
    events: read(stored, events, eventOf),
    verdicts: read(refused, verdicts, verdictOf),
  }
  const { version, ...rows } = await derivedPage(store, request, head.version, {
    visitors: read(derived[0], visitors, visitorOf),
    persons: read(derived[1], persons, personOf),
    erasures: read(derived[2], erasureLog, erasureOf),
  })
  return {
    kind: 'page',
    protocol: SYNC_PROTOCOL_VERSION,
    epoch: head.epoch,
    edit: page.slots.at(-1)?.editVersion ?? request.edit,
    facts: {
      ingestSeq: page.events.at(-1)?.ingestSeq ?? Math.max(request.facts.ingestSeq, head.firstSeq),
      verdictSeq: page.verdicts.at(-1)?.verdictSeq ?? request.facts.verdictSeq,
      version,
    },
    ...page,
    ...rows,
    erasureKey: null,
    more:
      version < head.version ||
      page.slots.length === request.limit ||
      page.events.length === request.limit ||
      page.verdicts.length === request.limit,
  }
}

/**
 * Visitors, persons and erasures share a cursor: it may only move to where all are complete. A row that is
 * written again meanwhile carries a later version, so nothing is missed by stopping at one.
 */
async function derivedPage(
  store: StoreClient,
  { facts, limit }: PullRequest,
  headVersion: number,
  rows: Derived,
): Promise<Derived & Pick<Page['facts'], 'version'>> {
  const version = Math.min(
    completeVersion(rows.visitors, limit, headVersion),
    completeVersion(rows.persons, limit, headVersion),
    completeVersion(rows.erasures, limit, headVersion),
  )
  if (version > facts.version || version === headVersion) {
    const isComplete = (row: { version: number }) => row.version <= version
    return {
      version,
      visitors: rows.visitors.filter(isComplete),
      persons: rows.persons.filter(isComplete),
      erasures: rows.erasures.filter(isComplete),
    }
  }
  // The next batch of the projector wrote more rows than a page holds: it is given whole.
  const next = Math.min(
    ...[...rows.visitors, ...rows.persons, ...rows.erasures].map((row) => row.version),
  )
  return { version: next, ...(await rowsOfVersion(store, next)) }
}

/** The last version of which a full page certainly has all rows. */
function completeVersion(
  rows: readonly { version: number }[],
  limit: number,
  headVersion: number,
): number {
  const last = rows.at(-1)
  return last && rows.length === limit ? last.version - 1 : headVersion
}

function statements({ edit, facts, limit }: PullRequest): InStatement[] {
  return [
    {
      // sqlite_sequence and not max(): old verdicts are deleted, numbers are never given again.
      sql: `SELECT m.epoch, m.replayed_epoch, m.edit_version, c.version, c.ingest_seq,
              max(0, c.ingest_seq - ${MAX_WINDOW_EVENTS}) AS first_seq,
              coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'verdicts'), 0) AS verdict_seq
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
            WHERE ingest_seq > max(?, (SELECT ingest_seq - ${MAX_WINDOW_EVENTS} FROM projector_cursor))
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
    {
      sql: 'SELECT * FROM erasure_log WHERE version > ? ORDER BY version LIMIT ?',
      args: [facts.version, limit],
    },
  ]
}

interface Head {
  epoch: string
  isReplayed: boolean
  editVersion: number
  version: number
  ingestSeq: number
  /** The raw window begins after it. */
  firstSeq: number
  verdictSeq: number
}

function headOf(meta: ResultSet | undefined): Head {
  const row = meta?.rows[0]
  if (!row) throw new Error('The store has no projector cursor; run the migrations.')
  return {
    epoch: String(row.epoch),
    isReplayed: row.replayed_epoch === row.epoch,
    editVersion: Number(row.edit_version),
    version: Number(row.version),
    ingestSeq: Number(row.ingest_seq),
    firstSeq: Number(row.first_seq),
    verdictSeq: Number(row.verdict_seq),
  }
}

/** A cursor ahead of the store, or of another epoch, is not of this store. */
function isForeign({ epoch, edit, facts }: PullRequest, head: Head): boolean {
  return (
    (epoch !== null && epoch !== head.epoch) ||
    facts.ingestSeq > head.ingestSeq ||
    facts.verdictSeq > head.verdictSeq ||
    facts.version > head.version ||
    edit > head.editVersion
  )
}

function read<T extends SQLiteTable, Fact>(
  result: ResultSet | undefined,
  table: T,
  factOf: (row: InferSelectModel<T>) => Fact,
): Fact[] {
  return (result?.rows ?? []).map((row) => factOf(readRow(table, row)))
}
