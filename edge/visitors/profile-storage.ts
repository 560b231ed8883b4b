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
  }

  find(visitorId: string): StoredProfile {
    const row = this.#sql
      .exec('SELECT body FROM profiles WHERE visitor_id = ?', visitorId)
      .toArray()[0]
    if (!row) return { kind: 'unknown' }
    const body = String(row.body)
    return body === EVICTED ? { kind: 'evicted' } : { kind: 'kept', body }
  }

  save(visitorId: string, body: string, touchedAt: number): void {
    this.#sql.exec(
      `INSERT INTO profiles (visitor_id, body, touched_at) VALUES (?, ?, ?)
       ON CONFLICT (visitor_id) DO UPDATE SET body = excluded.body, touched_at = excluded.touched_at`,
      visitorId,
      body,
      touchedAt,
    )
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
    this.#sql.exec('UPDATE profiles SET body = ? WHERE visitor_id = ?', EVICTED, visitorId)
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
