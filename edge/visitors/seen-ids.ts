import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'

/** How long a messageId is recognised here; the store's unique index knows it as long as the event lives. */
export const DEDUPE_HORIZON_MS = 7 * 86_400_000
/** Enough that many ids share a page of the table, little enough not to hold up requests. */
const SETTLED_AT_ONCE = 20_000
/** What one statement may bind in a Durable Object. */
const MAX_PARAMETERS = 100
/** 128 bits: no collision to be expected, and a third of the space that ids take. */
const HASH_BYTES = 16

const SCHEMA =
  'CREATE TABLE IF NOT EXISTS seen (hash BLOB PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID'

export interface SeenId {
  messageId: string
  /** When it arrived; Unix milliseconds. */
  at: number
}

/**
 * Hashes of the message ids that an object has taken. Hashes fall all over their table, so writing each
 * with its event would write a page for each (measured: four times the cost of the event itself).
 * The latest are held in memory, and the log's rows are their durable copy; thousands of them go to
 * the table at once, in its order.
 */
export class SeenIds {
  readonly #sql: SqlStorage
  /** Hexadecimal hash to arrival, of ids that are not in the table yet. */
  readonly #latest = new Map<string, number>()

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(SCHEMA)
  }

  /** For each id in order whether it is new; one that stands twice in the list is so once. */
  claim(ids: readonly SeenId[]): boolean[] {
    const hashes = ids.map(({ messageId }) => hashOf(messageId))
    const first = new Map<string, number>()
    hashes.forEach((hash, index) => {
      if (!this.#latest.has(hash) && !first.has(hash)) first.set(hash, index)
    })
    const settled = this.#settledOf([...first.keys()])
    const fresh = ids.map(() => false)
    for (const [hash, index] of first) {
      if (settled.has(hash)) continue
      fresh[index] = true
      this.#latest.set(hash, ids[index]?.at ?? 0)
    }
    return fresh
  }

  /** Ids that the log has and the table may not have. */
  remember(ids: readonly SeenId[]): void {
    for (const { messageId, at } of ids) this.#latest.set(hashOf(messageId), at)
  }

  get isSettlingDue(): boolean {
    return this.#latest.size >= SETTLED_AT_ONCE
  }

  settle(): void {
    const ordered = [...this.#latest].sort(([a], [b]) => (a < b ? -1 : 1))
    for (let from = 0; from < ordered.length; from += MAX_PARAMETERS / 2) {
      const chunk = ordered.slice(from, from + MAX_PARAMETERS / 2)
      this.#sql.exec(
        `INSERT INTO seen (hash, at) VALUES ${chunk.map(() => '(?, ?)').join(', ')} ON CONFLICT DO NOTHING`,
        ...chunk.flatMap(([hash, at]) => [hexToBytes(hash), at]),
      )
    }
    this.#latest.clear()
  }

  /** Forgets what is past its horizon; a scan. */
  purge(now: number): void {
    this.#sql.exec('DELETE FROM seen WHERE at < ?', now - DEDUPE_HORIZON_MS)
  }

  #settledOf(hashes: readonly string[]): Set<string> {
    const found = new Set<string>()
    for (let from = 0; from < hashes.length; from += MAX_PARAMETERS) {
      const chunk = hashes.slice(from, from + MAX_PARAMETERS)
      const rows = this.#sql.exec(
        `SELECT hash FROM seen WHERE hash IN (${chunk.map(() => '?').join(', ')})`,
        ...chunk.map((hash) => hexToBytes(hash)),
      )
      for (const { hash } of rows) found.add(bytesToHex(new Uint8Array(hash as ArrayBuffer)))
    }
    return found
  }
}

/** In workerd a hash of this size costs ten times as much through node:crypto as in plain code. */
function hashOf(messageId: string): string {
  return bytesToHex(sha256(utf8ToBytes(messageId)).subarray(0, HASH_BYTES))
}
