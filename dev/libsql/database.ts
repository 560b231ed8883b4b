import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Connection } from './connection.ts'
import { WriteQueue, type WriteQueueTiming } from './write-queue.ts'

/** Connections kept open for the next request once theirs is answered. */
const IDLE_CONNECTIONS_KEPT = 8

/** The names a database may have: they are path segments of URLs and file names at once. */
export const DATABASE_NAME = /^[a-z0-9_-]{1,64}$/

const FILE_SUFFIXES = ['.db', '.db-wal', '.db-shm'] as const

/** One database file with its write queue and its idle connections. */
export class Database {
  readonly name: string
  readonly writeQueue: WriteQueue
  readonly #path: string
  readonly #idle: Connection[] = []
  #dropped = false

  constructor(name: string, path: string, timing: WriteQueueTiming) {
    this.name = name
    this.#path = path
    this.writeQueue = new WriteQueue(timing)
  }

  /** A connection outside any transaction; the file is created by the first. */
  lend(): Connection {
    return this.#idle.pop() ?? new Connection(this.#path)
  }

  /** Rolls back what is open, and keeps the connection for the next borrower if it is as new. */
  takeBack(connection: Connection): void {
    connection.rollback()
    if (this.#dropped || connection.altered || this.#idle.length >= IDLE_CONNECTIONS_KEPT) {
      connection.close()
    } else {
      this.#idle.push(connection)
    }
  }

  close(): void {
    this.#dropped = true
    for (const connection of this.#idle.splice(0)) connection.close()
  }
}

/** The databases of one data folder, opened at first use. */
export class Databases {
  readonly #folder: string
  readonly #timing: WriteQueueTiming
  readonly #open = new Map<string, Database>()

  constructor(folder: string, timing: WriteQueueTiming) {
    mkdirSync(folder, { recursive: true })
    this.#folder = folder
    this.#timing = timing
  }

  /** @param name must match DATABASE_NAME. */
  get(name: string): Database {
    const known = this.#open.get(name)
    if (known) return known
    const database = new Database(name, join(this.#folder, `${name}.db`), this.#timing)
    this.#open.set(name, database)
    return database
  }

  /**
   * Deletes a database's files. Its streams must be closed first.
   * @returns false when there was none.
   */
  drop(name: string): boolean {
    this.#open.get(name)?.close()
    this.#open.delete(name)
    const existed = existsSync(join(this.#folder, `${name}.db`))
    for (const suffix of FILE_SUFFIXES) {
      rmSync(join(this.#folder, `${name}${suffix}`), { force: true })
    }
    return existed
  }

  close(): void {
    for (const database of this.#open.values()) database.close()
    this.#open.clear()
  }
}
