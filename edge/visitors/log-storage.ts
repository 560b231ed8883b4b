import { emptyLedgerHour, LedgerEntries, type LedgerHour, type LedgerVerdict } from './ledger.ts'
import { type LogKind, type LogRow, messageIdOf } from './log-entry.ts'
import { SeenIds } from './seen-ids.ts'

/** Drained rows stay this long, so that a restored store can be filled again from here. */
export const RETENTION_MS = 72 * 3_600_000
/** What one statement may bind in a Durable Object; many rows a statement cost far less than many statements. */
const MAX_PARAMETERS = 100
const REMEMBERED_ROWS = 2_000
const SEARCHED_ROWS = 500
const REMEMBERED_BYTES = 8_000_000

const SCHEMA = `
CREATE TABLE IF NOT EXISTS log (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, received_at INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS ledger (hour INTEGER NOT NULL, verdict TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (hour, verdict)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS batches (seq INTEGER PRIMARY KEY, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, state TEXT NOT NULL, applied_at INTEGER, booked TEXT);
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`

/** A frozen piece of the log: its content never changes, so sending it again is harmless. */
export interface Batch {
  seq: number
  firstSeq: number
  lastSeq: number
}

/** How far a row is on its way to the store. */
export type RowPlace =
  | { kind: 'waiting' }
  /** In a batch whose outcome is not known: its content must not change. */
  | { kind: 'underway' }
  | { kind: 'applied'; batch: Batch }

type MetaKey = 'epoch' | 'folded_seq' | 'purged_at' | 'rescoring' | 'settled_seq'

/** The object's own SQLite tables. All methods are synchronous; callers group them in transactions. */
export class LogStorage {
  readonly sql: SqlStorage
  /** Given out here rather than by AUTOINCREMENT, which would write a second row for each event. */
  #nextSeq: number
  #seen: SeenIds

  constructor(sql: SqlStorage) {
    this.sql = sql
    sql.exec(SCHEMA)
    this.#nextSeq = this.#firstFreeSeq()
    this.#seen = new SeenIds(sql)
    this.#rememberUnsettled()
  }

  /** After a transaction that failed: numbers and ids given out in it are free again. */
  forgetUncommitted(): void {
    this.#nextSeq = this.#firstFreeSeq()
    this.#seen = new SeenIds(this.sql)
    this.#rememberUnsettled()
  }

  #firstFreeSeq(): number {
    return (
      1 + Math.max(this.#number('SELECT coalesce(max(seq), 0) AS n FROM log'), this.frozenUpTo())
    )
  }

  /**
   * Remembers message ids, in order: false for one that was known before or stands twice in the list,
   * which makes its event a duplicate. Events that are given a row in the log under a fresh id are
   * remembered by that row until they are settled.
   */
  claim(ids: readonly { messageId: string; at: number }[]): boolean[] {
    return this.#seen.claim(ids)
  }

  /** Whether enough ids are remembered by the log alone for them to be settled. */
  get isSeenDue(): boolean {
    return this.#seen.isSettlingDue
  }

  /** Brings the ids that only the log remembers into their own table; call inside a storage transaction. */
  settleSeen(): void {
    this.#seen.settle()
    this.setMeta('settled_seq', String(this.lastSeq()))
  }

  #rememberUnsettled(): void {
    let seq = Number(this.meta('settled_seq') ?? 0)
    for (;;) {
      const rows = this.read(seq + 1, REMEMBERED_ROWS, REMEMBERED_BYTES)
      const last = rows.at(-1)
      if (!last) return
      const events = rows.filter(({ kind }) => kind === 'event')
      this.#seen.remember(
        events.map((row) => ({ messageId: messageIdOf(row), at: row.receivedAt })),
      )
      seq = last.seq
    }
  }

  append(rows: readonly Omit<LogRow, 'seq'>[]): void {
    for (const chunk of chunksOf(rows, MAX_PARAMETERS / 4)) {
      this.sql.exec(
        `INSERT INTO log (seq, kind, received_at, body) VALUES ${placeholders(chunk.length, 4)}`,
        ...chunk.flatMap(({ kind, receivedAt, body }) => [this.#nextSeq++, kind, receivedAt, body]),
      )
    }
  }

  lastSeq(): number {
    return this.#nextSeq - 1
  }

  /** Rows from `firstSeq` on, at most `rows` of them and about `bytes` in all, but at least one. */
  read(firstSeq: number, rows: number, bytes: number): LogRow[] {
    const found: LogRow[] = []
    let size = 0
    for (const row of this.sql.exec(
      'SELECT seq, kind, received_at, body FROM log WHERE seq >= ? ORDER BY seq LIMIT ?',
      firstSeq,
      rows,
    )) {
      const logRow = logRowOf(row)
      size += logRow.body.length
      if (found.length > 0 && size > bytes) break
      found.push(logRow)
    }
    return found
  }

  rowsOf(batch: Batch): LogRow[] {
    return this.sql
      .exec(
        'SELECT seq, kind, received_at, body FROM log WHERE seq BETWEEN ? AND ? ORDER BY seq',
        batch.firstSeq,
        batch.lastSeq,
      )
      .toArray()
      .map(logRowOf)
  }

  /** In the order of the log: the halves of a split batch go before what came after it. */
  nextFrozen(): Batch | null {
    const row = this.sql
      .exec(
        "SELECT seq, first_seq, last_seq FROM batches WHERE state = 'frozen' ORDER BY first_seq LIMIT 1",
      )
      .toArray()[0]
    return row ? batchOf(row) : null
  }

  /** Everything up to here is in some batch. */
  frozenUpTo(): number {
    return this.#number('SELECT coalesce(max(last_seq), 0) AS n FROM batches')
  }

  freeze(firstSeq: number, lastSeq: number): Batch {
    const seq = this.#number('SELECT coalesce(max(seq), 0) + 1 AS n FROM batches')
    this.sql.exec(
      "INSERT INTO batches (seq, first_seq, last_seq, state) VALUES (?, ?, ?, 'frozen')",
      seq,
      firstSeq,
      lastSeq,
    )
    return { seq, firstSeq, lastSeq }
  }

  /** Two new batches in place of a voided one; the second begins at `secondSeq`. */
  splitFrozen(batch: Batch, secondSeq: number): void {
    this.freeze(batch.firstSeq, secondSeq - 1)
    this.freeze(secondSeq, batch.lastSeq)
  }

  /** The store has the batch: its events leave `pending` and are booked as what they became. */
  markApplied(batch: Batch, at: number, entries: LedgerEntries): void {
    entries.writeTo(this.sql)
    this.sql.exec(
      "UPDATE batches SET state = 'applied', applied_at = ?, booked = ? WHERE seq = ?",
      at,
      entries.toJson(),
      batch.seq,
    )
  }

  markVoid(batch: Batch): void {
    this.sql.exec("UPDATE batches SET state = 'void' WHERE seq = ?", batch.seq)
  }

  /** After a restore: what of these the store lost can be sent again, as long as the log still has it. */
  appliedBatches(): Batch[] {
    return this.sql
      .exec(
        `SELECT seq, first_seq, last_seq FROM batches b
         WHERE state = 'applied'
           AND EXISTS (SELECT 1 FROM log WHERE log.seq BETWEEN b.first_seq AND b.last_seq) ORDER BY seq`,
      )
      .toArray()
      .map(batchOf)
  }

  /** Back to pending, with its entries taken back out of the books. */
  unapply(batch: Batch): void {
    const { booked } = this.sql.exec('SELECT booked FROM batches WHERE seq = ?', batch.seq).one()
    LedgerEntries.fromJson(String(booked)).negated().writeTo(this.sql)
    this.sql.exec(
      "UPDATE batches SET state = 'frozen', applied_at = NULL, booked = NULL WHERE seq = ?",
      batch.seq,
    )
  }

  /**
   * Events whose text contains one of `names` (lower case), or all of them; a page at a time, because a log
   * may be larger than memory. Rows may be changed or deleted on the way.
   */
  *searchEvents(names: readonly string[] | null): Generator<LogRow> {
    yield* this.#pages(
      "kind = 'event' AND (?3 IS NULL OR EXISTS (SELECT 1 FROM json_each(?3) n WHERE instr(lower(log.body), n.value)))",
      names === null ? null : JSON.stringify(names),
    )
  }

  /** Scores of some visitors, in the same way. */
  *scoresOf(visitorIds: Iterable<string>): Generator<LogRow> {
    yield* this.#pages(
      "kind = 'score' AND body ->> '$.visitorId' IN (SELECT value FROM json_each(?3))",
      JSON.stringify([...visitorIds]),
    )
  }

  *#pages(where: string, wanted: string | null): Generator<LogRow> {
    let seq = 0
    for (;;) {
      const rows = this.sql
        .exec(
          `SELECT seq, kind, received_at, body FROM log WHERE seq > ?1 AND ${where} ORDER BY seq LIMIT ?2`,
          seq,
          SEARCHED_ROWS,
          wanted,
        )
        .toArray()
        .map(logRowOf)
      yield* rows
      const last = rows.at(-1)
      if (!last) return
      seq = last.seq
    }
  }

  placeOf(seq: number): RowPlace {
    const row = this.sql
      .exec(
        `SELECT seq, first_seq, last_seq, state FROM batches
         WHERE ? BETWEEN first_seq AND last_seq AND state <> 'void'`,
        seq,
      )
      .toArray()[0]
    if (!row) return { kind: 'waiting' }
    return row.state === 'frozen' ? { kind: 'underway' } : { kind: 'applied', batch: batchOf(row) }
  }

  /** Other content under the same number; only for a row that waits. */
  replace(seq: number, kind: LogKind, body: string): void {
    this.sql.exec('UPDATE log SET kind = ?, body = ? WHERE seq = ?', kind, body, seq)
  }

  /** Should the store lose its batch, this row will not be sent again: it stays booked for good. */
  deleteApplied(row: LogRow, batch: Batch): void {
    this.sql.exec('DELETE FROM log WHERE seq = ?', row.seq)
    if (row.kind !== 'event') return
    const { booked } = this.sql.exec('SELECT booked FROM batches WHERE seq = ?', batch.seq).one()
    const entries = LedgerEntries.fromJson(String(booked)).withoutOne(row.receivedAt)
    this.sql.exec('UPDATE batches SET booked = ? WHERE seq = ?', entries.toJson(), batch.seq)
  }

  /** Rows waiting to be confirmed by the store (events, verdicts and scores). */
  backlog(): number {
    const frozen = this.#number(
      "SELECT coalesce(sum(last_seq - first_seq + 1), 0) AS n FROM batches WHERE state = 'frozen'",
    )
    return frozen + this.lastSeq() - this.frozenUpTo()
  }

  /** When the first of the rows in `backlog` was received (Unix milliseconds); null when there is none. */
  oldestPendingAt(): number | null {
    const firstSeq = this.nextFrozen()?.firstSeq ?? this.frozenUpTo() + 1
    return this.read(firstSeq, 1, 0)[0]?.receivedAt ?? null
  }

  ledger(sinceHour: number): LedgerHour[] {
    const hours = new Map<number, LedgerHour>()
    const at = (hour: number) => {
      const known = hours.get(hour) ?? emptyLedgerHour(hour)
      hours.set(hour, known)
      return known
    }
    for (const row of this.sql.exec(
      'SELECT hour, verdict, n FROM ledger WHERE hour >= ?',
      sinceHour,
    )) {
      at(Number(row.hour))[row.verdict as LedgerVerdict] = Number(row.n)
    }
    const waiting = this.sql.exec(
      `SELECT received_at / 3600000 * 3600000 AS hour, count(*) AS n FROM log
       WHERE kind = 'event' AND received_at >= ? AND (
         seq > (SELECT coalesce(max(last_seq), 0) FROM batches)
         OR EXISTS (SELECT 1 FROM batches b WHERE b.state = 'frozen' AND log.seq BETWEEN b.first_seq AND b.last_seq)
       ) GROUP BY 1`,
      sinceHour,
    )
    for (const row of waiting) at(Number(row.hour)).pending = Number(row.n)
    return [...hours.values()]
  }

  meta(key: MetaKey): string | null {
    const row = this.sql.exec('SELECT value FROM meta WHERE key = ?', key).toArray()[0]
    return row ? String(row.value) : null
  }

  setMeta(key: MetaKey, value: string): void {
    this.sql.exec(
      'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
      key,
      value,
    )
  }

  /** Forgets what is past its horizon; a scan, so the caller runs it once an hour. */
  purge(now: number): void {
    // Before the log's rows go: until they are settled, they are all that knows their ids.
    this.settleSeen()
    this.#seen.purge(now)
    const upTo = this.#number(
      "SELECT coalesce(max(last_seq), 0) AS n FROM batches WHERE state = 'applied' AND applied_at < ?",
      now - RETENTION_MS,
    )
    const oldestFrozen = this.nextFrozen()?.firstSeq ?? Number.MAX_SAFE_INTEGER
    const deletable = Math.min(upTo, oldestFrozen - 1)
    this.sql.exec('DELETE FROM log WHERE seq <= ?', deletable)
    // The highest batch number and the highest row in a batch must never be given out again.
    this.sql.exec(
      `DELETE FROM batches WHERE state <> 'frozen' AND last_seq <= ?
         AND seq < (SELECT max(seq) FROM batches) AND last_seq < (SELECT max(last_seq) FROM batches)`,
      deletable,
    )
    this.setMeta('purged_at', String(now))
  }

  #number(query: string, ...bindings: SqlStorageValue[]): number {
    return Number(this.sql.exec(query, ...bindings).one().n)
  }
}

function logRowOf(row: Record<string, SqlStorageValue>): LogRow {
  return {
    seq: Number(row.seq),
    kind: row.kind as LogKind,
    receivedAt: Number(row.received_at),
    body: String(row.body),
  }
}

function batchOf(row: Record<string, SqlStorageValue>): Batch {
  return { seq: Number(row.seq), firstSeq: Number(row.first_seq), lastSeq: Number(row.last_seq) }
}

function chunksOf<T>(items: readonly T[], size: number): T[][] {
  const chunks: T[][] = []
  for (let from = 0; from < items.length; from += size) chunks.push(items.slice(from, from + size))
  return chunks
}

function placeholders(rows: number, columns: number): string {
  const row = `(${Array(columns).fill('?').join(', ')})`
  return Array(rows).fill(row).join(', ')
}
