const SCHEMA = `
CREATE TABLE IF NOT EXISTS person_of (visitor_id TEXT PRIMARY KEY, person_id TEXT, epoch TEXT NOT NULL, version INTEGER NOT NULL) WITHOUT ROWID`

/** What the centre learnt of a visitor: the person that a secret key vouches for, or null for no one. */
export interface PersonRefresh {
  visitorId: string
  personId: string | null
  /** Of the store, and the projector version in it: an older refresh never replaces a newer one. */
  epoch: string
  version: number
}

/** Persons of one object's visitors, kept beside their profiles because no event of theirs tells. */
export class VouchedPersons {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(SCHEMA)
  }

  /** Any number of times, in any order. A restored store counts its versions anew. */
  set({ visitorId, personId, epoch, version }: PersonRefresh): void {
    this.#sql.exec(
      `INSERT INTO person_of (visitor_id, person_id, epoch, version) VALUES (?, ?, ?, ?)
       ON CONFLICT (visitor_id) DO UPDATE SET person_id = excluded.person_id, epoch = excluded.epoch,
         version = excluded.version
       WHERE excluded.epoch <> person_of.epoch OR excluded.version >= person_of.version`,
      visitorId,
      personId,
      epoch,
      version,
    )
  }

  forget(visitorId: string): void {
    this.#sql.exec('DELETE FROM person_of WHERE visitor_id = ?', visitorId)
  }

  personOf(visitorId: string): string | null {
    const row = this.#sql
      .exec('SELECT person_id FROM person_of WHERE visitor_id = ?', visitorId)
      .toArray()[0]
    return row?.person_id == null ? null : String(row.person_id)
  }
}
