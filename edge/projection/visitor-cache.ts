import type { VisitorState } from './fold.ts'
import type { LoadedVisitor } from './load.ts'

const MAX_VISITORS = 20_000
/** Late events rarely reach further back than this many sessions; if one does, it is read again. */
const KEPT_SESSIONS = 4

/**
 * The projector's memory of rows it wrote itself. Valid only while it is the one that moves the
 * cursor: a refused guard means someone else wrote, and the whole memory is dropped.
 */
export class VisitorCache {
  readonly #visitors = new Map<string, LoadedVisitor>()

  /** Splits wanted visitors into those known well enough and those that have to be read. */
  take(horizons: ReadonlyMap<string, number>): {
    hits: Map<string, LoadedVisitor>
    misses: Map<string, number>
  } {
    const hits = new Map<string, LoadedVisitor>()
    const misses = new Map<string, number>()
    for (const [visitorId, horizon] of horizons) {
      const known = this.#visitors.get(visitorId)
      if (known && known.sessionsFrom <= horizon) hits.set(visitorId, known)
      else misses.set(visitorId, horizon)
    }
    return { hits, misses }
  }

  /** Remembers what was just committed. */
  put(states: readonly VisitorState[], loaded: ReadonlyMap<string, LoadedVisitor>): void {
    for (const { row, sessions } of states) {
      const kept = sessions.slice(-KEPT_SESSIONS)
      const from = loaded.get(row.visitorId)?.sessionsFrom ?? Number.NEGATIVE_INFINITY
      const sessionsFrom =
        kept.length < sessions.length ? Math.max(from, kept[0]?.startAt ?? from) : from
      this.#visitors.delete(row.visitorId)
      this.#visitors.set(row.visitorId, { row, sessions: kept, sessionsFrom })
    }
    for (const id of this.#visitors.keys()) {
      if (this.#visitors.size <= MAX_VISITORS) break
      this.#visitors.delete(id)
    }
  }

  forget(visitorIds: Iterable<string>): void {
    for (const id of visitorIds) this.#visitors.delete(id)
  }

  clear(): void {
    this.#visitors.clear()
  }
}
