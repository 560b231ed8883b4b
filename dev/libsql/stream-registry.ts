import { randomBytes } from 'node:crypto'
import type { Database } from './database.ts'
import { ProtocolError, Stream } from './stream.ts'

/** How long the server remembers that a stream expired, to say so instead of "invalid". */
const EXPIRED_KEPT_MS = 300_000
const EXPIRED_KEPT = 10_000
const STREAMS_MAX = 1_000

/** The baton's stream was idle too long; its transaction is rolled back. */
export class StreamExpired extends Error {
  readonly code = 'STREAM_EXPIRED'

  constructor() {
    super('The stream has expired due to inactivity')
    this.name = 'StreamExpired'
  }
}

type Entry = {
  id: string
  stream: Stream
  /** Part of the baton: a baton is good for one request. */
  sequence: number
  state: { kind: 'in_use' } | { kind: 'available'; expiry: NodeJS.Timeout }
}

/** All open streams of a server, found again by baton. */
export class StreamRegistry {
  readonly #idleTimeoutMs: number
  readonly #entries = new Map<string, Entry>()
  readonly #expiredAtMs = new Map<string, number>()

  constructor(idleTimeoutMs: number) {
    this.#idleTimeoutMs = idleTimeoutMs
  }

  /**
   * The stream of a baton, or a new one. It is the caller's until `release`.
   * @throws ProtocolError for a baton that is wrong, of another database or used before;
   *   StreamExpired.
   */
  acquire(database: Database, baton: string | null | undefined): Entry {
    if (typeof baton !== 'string') return this.#open(database)
    const [id = '', sequence = ''] = baton.split('.')
    const entry = this.#entries.get(id)
    if (!entry || entry.stream.database !== database) {
      if (this.#expiredAtMs.has(id)) throw new StreamExpired()
      throw new ProtocolError('Received an invalid baton')
    }
    if (entry.state.kind === 'in_use' || String(entry.sequence) !== sequence) {
      throw new ProtocolError('Received a baton that has already been used')
    }
    clearTimeout(entry.state.expiry)
    entry.state = { kind: 'in_use' }
    entry.sequence += 1
    return entry
  }

  /** @returns the baton for the next request, `null` when the stream was closed. */
  release(entry: Entry): string | null {
    if (entry.stream.closed) {
      this.#entries.delete(entry.id)
      return null
    }
    const expiry = setTimeout(() => this.#expire(entry), this.#idleTimeoutMs)
    expiry.unref()
    entry.state = { kind: 'available', expiry }
    return `${entry.id}.${entry.sequence}`
  }

  /** Closes a stream whatever it is doing. */
  discard(entry: Entry): void {
    if (entry.state.kind === 'available') clearTimeout(entry.state.expiry)
    this.#entries.delete(entry.id)
    if (!entry.stream.closed) entry.stream.close()
  }

  /** Closes the streams that no request is using. */
  discardIdle(): void {
    for (const entry of [...this.#entries.values()]) {
      if (entry.state.kind === 'available') this.discard(entry)
    }
  }

  /** Closes all streams of one database, or all there are. */
  discardAll(database?: string): void {
    for (const entry of [...this.#entries.values()]) {
      if (database === undefined || entry.stream.database.name === database) this.discard(entry)
    }
  }

  #open(database: Database): Entry {
    if (this.#entries.size >= STREAMS_MAX) {
      throw new ProtocolError(`The server has ${STREAMS_MAX} open streams, it cannot open more`)
    }
    const id = randomBytes(18).toString('base64url')
    const entry: Entry = {
      id,
      stream: new Stream(database),
      sequence: 0,
      state: { kind: 'in_use' },
    }
    this.#entries.set(id, entry)
    return entry
  }

  #expire(entry: Entry): void {
    this.discard(entry)
    const nowMs = performance.now()
    this.#expiredAtMs.set(entry.id, nowMs)
    for (const [id, atMs] of this.#expiredAtMs) {
      if (this.#expiredAtMs.size <= EXPIRED_KEPT && nowMs - atMs < EXPIRED_KEPT_MS) break
      this.#expiredAtMs.delete(id)
    }
  }
}
