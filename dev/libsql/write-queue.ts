/**
 * One writer at a time for one database, in JavaScript. The engine is synchronous: a second writer
 * waiting inside it would block the event loop, and the first one's COMMIT could never run.
 */

/** Who may hold the lock. */
export type Writer = {
  /** Called when others wait and the lock has been held too long; must roll back. */
  revoke(): void
}

type Waiter = { writer: Writer; grant(granted: boolean): void; timer: NodeJS.Timeout }

export type WriteQueueTiming = {
  /** How long a writer waits for its turn before it is told SQLITE_BUSY. */
  writeWaitMs: number
  /** How long a transaction may keep others waiting before it loses the lock. */
  transactionTimeoutMs: number
}

export class WriteQueue {
  readonly #timing: WriteQueueTiming
  readonly #waiters: Waiter[] = []
  #holder: { writer: Writer; sinceMs: number } | undefined
  #revocation: NodeJS.Timeout | undefined

  constructor(timing: WriteQueueTiming) {
    this.#timing = timing
  }

  holds(writer: Writer): boolean {
    return this.#holder?.writer === writer
  }

  /**
   * Takes the lock, first come first served.
   * @returns false when the wait was too long.
   */
  async acquire(writer: Writer): Promise<boolean> {
    if (this.holds(writer)) return true
    if (!this.#holder) {
      this.#holder = { writer, sinceMs: performance.now() }
      return true
    }
    return await new Promise<boolean>((grant) => {
      const waiter: Waiter = {
        writer,
        grant,
        timer: setTimeout(() => this.#leave(waiter), this.#timing.writeWaitMs),
      }
      this.#waiters.push(waiter)
      this.#armRevocation()
    })
  }

  /** Gives the lock to the next in line; nothing happens for one who does not hold it. */
  release(writer: Writer): void {
    if (!this.holds(writer)) return
    clearTimeout(this.#revocation)
    this.#revocation = undefined
    this.#holder = undefined
    const next = this.#waiters.shift()
    if (!next) return
    clearTimeout(next.timer)
    this.#holder = { writer: next.writer, sinceMs: performance.now() }
    next.grant(true)
    if (this.#waiters.length > 0) this.#armRevocation()
  }

  #leave(waiter: Waiter): void {
    const at = this.#waiters.indexOf(waiter)
    if (at >= 0) this.#waiters.splice(at, 1)
    waiter.grant(false)
  }

  #armRevocation(): void {
    const holder = this.#holder
    if (!holder || this.#revocation) return
    const heldMs = performance.now() - holder.sinceMs
    const leftMs = Math.max(0, this.#timing.transactionTimeoutMs - heldMs)
    this.#revocation = setTimeout(() => {
      this.#revocation = undefined
      if (this.#holder !== holder || this.#waiters.length === 0) return
      holder.writer.revoke()
      this.release(holder.writer)
    }, leftMs)
  }
}
