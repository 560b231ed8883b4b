import { type SubjectHash, subjectHash } from '#shared/erasure/subject-hash.ts'
import { isErased, type Tombstones } from '#shared/erasure/tombstones.ts'
import type { CapturedEvent } from '#shared/events/captured-event.ts'

const SCHEMA = `
CREATE TABLE IF NOT EXISTS erased_subjects (subject_hash TEXT PRIMARY KEY, erased_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS erasures_told (erasure_id TEXT PRIMARY KEY, told_at INTEGER NOT NULL) WITHOUT ROWID;
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
   * Takes what the centre tells, any number of times and in any order; call inside a storage transaction.
   *
   * @param now Unix milliseconds
   * @returns whether this erasure is told for the first time, and when that was. Not whether its tombstones
   *   are news: the same person may have been erased again meanwhile, by a second try of the same request
   */
  learn(
    erasureId: string,
    key: string,
    tombstones: Tombstones,
    now: number,
  ): { isFirst: boolean; toldAt: number } {
    this.#sql.exec(
      `INSERT INTO erased_subjects (subject_hash, erased_at)
       SELECT value ->> 0, value ->> 1 FROM json_each(?) WHERE true
       ON CONFLICT (subject_hash) DO UPDATE SET erased_at = max(erased_at, excluded.erased_at)`,
      JSON.stringify([...tombstones]),
    )
    this.#sql.exec('INSERT OR IGNORE INTO erasure_key (id, key) VALUES (1, ?)', key)
    this.#load()
    const before = this.#sql
      .exec('SELECT told_at FROM erasures_told WHERE erasure_id = ?', erasureId)
      .toArray()[0]
    if (before) return { isFirst: false, toldAt: Number(before.told_at) }
    this.#sql.exec('INSERT INTO erasures_told (erasure_id, told_at) VALUES (?, ?)', erasureId, now)
    return { isFirst: true, toldAt: now }
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
