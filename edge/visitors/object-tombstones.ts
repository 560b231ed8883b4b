import { type SubjectHash, subjectHash } from '#shared/erasure/subject-hash.ts'
import { isErased, type Tombstones } from '#shared/erasure/tombstones.ts'
import type { CapturedEvent } from '#shared/events/captured-event.ts'

const SCHEMA = `
CREATE TABLE IF NOT EXISTS erased_subjects (subject_hash TEXT PRIMARY KEY, erased_at INTEGER NOT NULL, told_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS erasure_key (id INTEGER PRIMARY KEY CHECK (id = 1), key TEXT NOT NULL);
`

/** Who was erased, as far as one object has been told: nothing older of them gets in again. */
export class ObjectTombstones {
  readonly #sql: SqlStorage
  #known = new Map<string, number>()
  #hashOf: SubjectHash | null = null
  /** Later events need no look, so that traffic pays nothing for erasures. */
  #erasedUpTo = Number.NEGATIVE_INFINITY

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(SCHEMA)
    this.#load()
  }

  /**
   * Takes what the centre tells, any number of times; call inside a storage transaction.
   *
   * @param now Unix milliseconds
   * @returns whether any of it is news, and when the last of it was first told
   */
  learn(key: string, tombstones: Tombstones, now: number): { isNew: boolean; toldAt: number } {
    const told = JSON.stringify([...tombstones])
    this.#sql.exec(
      `INSERT INTO erased_subjects (subject_hash, erased_at, told_at)
       SELECT value ->> 0, value ->> 1, ?2 FROM json_each(?1) WHERE true
       ON CONFLICT (subject_hash) DO UPDATE SET erased_at = excluded.erased_at, told_at = excluded.told_at
       WHERE excluded.erased_at > erased_at`,
      told,
      now,
    )
    const { news } = this.#sql.exec('SELECT changes() AS news').one()
    this.#sql.exec('INSERT OR IGNORE INTO erasure_key (id, key) VALUES (1, ?)', key)
    this.#load()
    const { told_at } = this.#sql
      .exec(
        `SELECT max(told_at) AS told_at FROM erased_subjects
         WHERE subject_hash IN (SELECT value ->> 0 FROM json_each(?))`,
        told,
      )
      .one()
    return { isNew: Number(news) > 0, toldAt: Number(told_at ?? now) }
  }

  isErased(event: CapturedEvent): boolean {
    if (event.occurredAt > this.#erasedUpTo || this.#hashOf === null) return false
    return isErased(event, this.#known, this.#hashOf)
  }

  #load(): void {
    const [row] = this.#sql.exec('SELECT key FROM erasure_key').toArray()
    if (!row) return
    this.#hashOf = subjectHash(String(row.key))
    this.#known = new Map()
    for (const { subject_hash, erased_at } of this.#sql.exec('SELECT * FROM erased_subjects')) {
      this.#known.set(String(subject_hash), Number(erased_at))
      this.#erasedUpTo = Math.max(this.#erasedUpTo, Number(erased_at))
    }
  }
}
