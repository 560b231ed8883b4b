import type { KeyValueStore } from './storage.ts'

/** One call in Segment's shape. `anonymousId` is added once the visitor is known. */
export interface QueuedEvent {
  type: string
  messageId: string
  timestamp: string
  anonymousId?: string
  [field: string]: unknown
}

export const MAX_EVENTS = 100
export const MAX_QUEUE_BYTES = 64 * 1024
export const MAX_EVENT_BYTES = 32 * 1024
/** Browsers let 64 KB be under way when a page closes; the envelope around a batch needs some. */
const MAX_BATCH_BYTES = 48 * 1024
const MAX_BATCH_EVENTS = 25

/** A tab that has not written for so long is gone, unless it announced a longer wait. */
export const TAB_TIMEOUT_MS = 60_000

interface Stored {
  /** Until when (Unix ms) the owning tab may still be alive. */
  until: number
  events: QueuedEvent[]
}

/**
 * The events of one tab that the edge has not confirmed, oldest first. What is in the store is the
 * truth, not a copy in memory: a page that comes back from the back-forward cache finds what a
 * later page has already sent. Bounded: the oldest events give way.
 */
export class EventQueue {
  #store: KeyValueStore
  #prefix: string
  #key: string
  #now: () => number

  constructor(store: KeyValueStore, prefix: string, tab: string, now: () => number) {
    this.#store = store
    this.#prefix = prefix
    this.#key = prefix + tab
    this.#now = now
  }

  /** @returns false when the event alone is larger than the edge accepts */
  push(event: QueuedEvent): boolean {
    if (bytesOf(event) > MAX_EVENT_BYTES) return false
    this.#write([...this.#read(), event])
    return true
  }

  /**
   * The oldest events after the first `skip`, as many as fit in one request; none while the visitor
   * is not known.
   */
  head(skip = 0): QueuedEvent[] {
    let bytes = 0
    const batch: QueuedEvent[] = []
    for (const event of this.#read().slice(skip)) {
      if (!event.anonymousId) break
      bytes += bytesOf(event)
      if (batch.length > 0 && (bytes > MAX_BATCH_BYTES || batch.length === MAX_BATCH_EVENTS)) break
      batch.push(event)
    }
    return batch
  }

  /** Takes out what was delivered or given up. */
  remove(done: readonly QueuedEvent[]): void {
    const ids = new Set(done.map(({ messageId }) => messageId))
    this.#write(this.#read().filter(({ messageId }) => !ids.has(messageId)))
  }

  /** Gives every event without one the visitor's id. */
  stamp(anonymousId: string): void {
    const events = this.#read()
    if (events.every((event) => event.anonymousId)) return
    this.#write(events.map((event) => (event.anonymousId ? event : { ...event, anonymousId })))
  }

  /** Tells other tabs that this one lives for so long, if it has anything to send. */
  keep(forMs: number): void {
    const events = this.#read()
    if (events.length > 0) this.#write(events, forMs)
  }

  /**
   * Takes over the events of tabs that are gone, in front of its own. Two tabs that do so at once
   * both send them: the ids are the same, so the edge stores them once.
   */
  adopt(): void {
    const orphans: QueuedEvent[] = []
    for (const key of this.#store.keys()) {
      if (!key.startsWith(this.#prefix) || key === this.#key) continue
      const stored = parse(this.#store.get(key))
      if (stored && stored.until > this.#now()) continue
      this.#store.remove(key)
      if (stored) orphans.push(...stored.events)
    }
    if (orphans.length > 0) this.#write([...orphans, ...this.#read()])
  }

  #read(): QueuedEvent[] {
    return parse(this.#store.get(this.#key))?.events ?? []
  }

  #write(events: QueuedEvent[], forMs = TAB_TIMEOUT_MS): void {
    if (events.length === 0) {
      this.#store.remove(this.#key)
      return
    }
    const sizes = events.map(bytesOf)
    let bytes = sizes.reduce((sum, size) => sum + size, 0)
    let from = Math.max(0, events.length - MAX_EVENTS)
    for (let i = 0; i < from; i++) bytes -= sizes[i] ?? 0
    while (bytes > MAX_QUEUE_BYTES) bytes -= sizes[from++] ?? bytes
    const stored: Stored = { until: this.#now() + forMs, events: events.slice(from) }
    this.#store.set(this.#key, JSON.stringify(stored))
  }
}

function parse(text: string | null): Stored | null {
  try {
    const stored = JSON.parse(text ?? 'null')
    return Array.isArray(stored?.events) ? stored : null
  } catch {
    return null
  }
}

function bytesOf(event: QueuedEvent): number {
  return new TextEncoder().encode(JSON.stringify(event)).length
}
