/**
 * An evicted visitor keeps its row with an empty body: the look-up that every fold makes anyway then
 * tells a returning visitor from a new one. The index makes the hourly search for idle ones one of
 * few pages, where a scan would read every body.
 */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS profiles (visitor_id TEXT PRIMARY KEY, body TEXT NOT NULL, touched_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS profiles_idle ON profiles (touched_at) WHERE body <> '';
CREATE TABLE IF NOT EXISTS unscored_visitors (visitor_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS returning_visitors (visitor_id TEXT PRIMARY KEY) WITHOUT ROWID;
`

const EVICTED = ''

export type StoredProfile =
  | { kind: 'kept'; body: string }
  /** Was here and is in the store: a profile begun now would lack what it knew. */
  | { kind: 'evicted' }
  | { kind: 'unknown' }

/** The rows of live profiles in the object's own SQLite. All methods are synchronous. */
export class ProfileStorage {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(SCHEMA)
    const columns = sql.exec('SELECT name FROM pragma_table_info(?)', 'profiles').toArray()
    // Objects from before scores were repeated daily have none.
    if (!columns.some(({ name }) => name === 'scored')) {
      sql.exec('ALTER TABLE profiles ADD COLUMN scored INTEGER')
    }
  }

  find(visitorId: string): StoredProfile {
    const row = this.#sql
      .exec('SELECT body FROM profiles WHERE visitor_id = ?', visitorId)
      .toArray()[0]
    if (!row) return { kind: 'unknown' }
    const body = String(row.body)
    return body === EVICTED ? { kind: 'evicted' } : { kind: 'kept', body }
  }

  /** @param scored print of the score that was last put on the log; null for none */
  save(visitorId: string, body: string, touchedAt: number, scored: number | null): void {
    this.#sql.exec(
      `INSERT INTO profiles (visitor_id, body, touched_at, scored) VALUES (?, ?, ?, ?)
       ON CONFLICT (visitor_id) DO UPDATE SET body = excluded.body, touched_at = excluded.touched_at,
         scored = coalesce(excluded.scored, scored)`,
      visitorId,
      body,
      touchedAt,
      scored,
    )
  }

  /** Print of the score that was last put on the log; null where none is known. */
  scored(visitorId: string): number | null {
    const row = this.#sql
      .exec('SELECT scored FROM profiles WHERE visitor_id = ?', visitorId)
      .toArray()[0]
    return typeof row?.scored === 'number' ? row.scored : null
  }

  setScored(visitorId: string, scored: number): void {
    this.#sql.exec('UPDATE profiles SET scored = ? WHERE visitor_id = ?', scored, visitorId)
  }

  /** Visitors with a body, after one, by their ids. */
  keptAfter(visitorId: string, limit: number): string[] {
    return this.#sql
      .exec(
        "SELECT visitor_id FROM profiles WHERE visitor_id > ? AND body <> '' ORDER BY visitor_id LIMIT ?",
        visitorId,
        limit,
      )
      .toArray()
      .map((row) => String(row.visitor_id))
  }

  /** How many have a body, up to one visitor and in all. */
  keptCounts(upTo: string): { passed: number; all: number } {
    const counts = this.#sql
      .exec(
        "SELECT count(*) AS n, coalesce(sum(visitor_id <= ?), 0) AS passed FROM profiles WHERE body <> ''",
        upTo,
      )
      .one()
    return { passed: Number(counts.passed), all: Number(counts.n) }
  }

  /** Visitors with a body that was last saved before `touchedBefore`, longest idle first. */
  idle(touchedBefore: number, limit: number): string[] {
    return this.#sql
      .exec(
        "SELECT visitor_id FROM profiles WHERE body <> '' AND touched_at < ? ORDER BY touched_at LIMIT ?",
        touchedBefore,
        limit,
      )
      .toArray()
      .map((row) => String(row.visitor_id))
  }

  evict(visitorId: string): void {
    // One that comes back is scored as if for the first time.
    this.#sql.exec(
      'UPDATE profiles SET body = ?, scored = NULL WHERE visitor_id = ?',
      EVICTED,
      visitorId,
    )
  }

  delete(visitorId: string): void {
    this.#sql.exec('DELETE FROM profiles WHERE visitor_id = ?', visitorId)
  }

  /** Visitors whose row knows less than the store. */
  returning(): string[] {
    return this.#sql
      .exec('SELECT visitor_id FROM returning_visitors')
      .toArray()
      .map((row) => String(row.visitor_id))
  }

  markReturning(visitorId: string): void {
    this.#sql.exec(
      'INSERT INTO returning_visitors (visitor_id) VALUES (?) ON CONFLICT DO NOTHING',
      visitorId,
    )
  }

  markReturned(visitorId: string): void {
    this.#sql.exec('DELETE FROM returning_visitors WHERE visitor_id = ?', visitorId)
  }

  /** Visitors whose row is newer than their latest score. */
  unscored(): string[] {
    return this.#sql
      .exec('SELECT visitor_id FROM unscored_visitors')
      .toArray()
      .map((row) => String(row.visitor_id))
  }

  setUnscored(visitorIds: Iterable<string>): void {
    this.#sql.exec('DELETE FROM unscored_visitors')
    for (const id of visitorIds) {
      this.#sql.exec('INSERT INTO unscored_visitors (visitor_id) VALUES (?)', id)
    }
  }
}
