import { CapturedEvent } from '#shared/events/captured-event.ts'
import { emptyProfile, foldEvent, Profile } from '#shared/profile/profile.ts'
import type { LogStorage } from './log-storage.ts'

/** Profiles kept in memory; the least recently used clean ones go first. */
const MAX_CACHED_PROFILES = 5_000
/** A restart folds at most about this much again; writing a profile costs more than its event did. */
const SAVE_EVERY_MS = 5_000
const MAX_UNSAVED = 4_000
const REFOLD_ROWS = 2_000
const REFOLD_BYTES = 8_000_000

/**
 * The live profiles of one object. An event is folded in memory in the same turn in which it is
 * appended, and profiles are written out once a drain rather than once an event: the log is the
 * durable copy, and after a restart everything above `folded_seq` is folded again from it.
 */
export class LiveProfiles {
  readonly #log: LogStorage
  readonly #cached = new Map<string, Profile>()
  /** Visitors whose row is behind the log. */
  readonly #unsaved = new Set<string>()
  /** Visitors whose score may have changed. */
  readonly #unscored = new Set<string>()
  #savedAt = 0

  constructor(log: LogStorage) {
    this.#log = log
    this.#refold()
  }

  fold(event: CapturedEvent): void {
    if (event.bot || event.visitorId === null) return
    const id = event.visitorId
    const profile = this.get(id) ?? emptyProfile(id)
    this.#cached.delete(id)
    this.#cached.set(id, foldEvent(profile, event))
    this.#unsaved.add(id)
    this.#unscored.add(id)
  }

  get(visitorId: string): Profile | null {
    const cached = this.#cached.get(visitorId)
    if (cached) return cached
    const stored = this.#log.profile(visitorId)
    if (stored === null) return null
    const profile = Profile.safeParse(JSON.parse(stored))
    // A profile of another version is begun anew; the events themselves are in the store.
    if (!profile.success) return null
    this.#cached.set(visitorId, profile.data)
    return profile.data
  }

  /** Whether enough is unsaved, for long enough, to be written. */
  isSaveDue(now: number): boolean {
    if (this.#unsaved.size === 0) return false
    return this.#unsaved.size >= MAX_UNSAVED || now - this.#savedAt >= SAVE_EVERY_MS
  }

  /** Milliseconds until what is unsaved becomes due; null when nothing is. */
  saveDueIn(now: number): number | null {
    if (this.#unsaved.size === 0) return null
    return Math.max(0, this.#savedAt + SAVE_EVERY_MS - now)
  }

  /** Writes what the log alone knows so far; call inside a storage transaction. */
  save(now: number): void {
    this.#savedAt = now
    for (const id of this.#unsaved) {
      const profile = this.#cached.get(id)
      if (profile) this.#log.saveProfile(id, JSON.stringify(profile), now)
    }
    this.#unsaved.clear()
    this.#log.setMeta('folded_seq', String(this.#log.lastSeq()))
    this.#evict()
  }

  /** Takes up to `limit` visitors that had events since they were last scored. */
  takeUnscored(limit: number): Profile[] {
    const taken: Profile[] = []
    for (const id of this.#unscored) {
      if (taken.length >= limit) break
      this.#unscored.delete(id)
      const profile = this.get(id)
      if (profile) taken.push(profile)
    }
    return taken
  }

  get unscoredCount(): number {
    return this.#unscored.size
  }

  #refold(): void {
    let seq = Number(this.#log.meta('folded_seq') ?? 0)
    for (;;) {
      const rows = this.#log.read(seq + 1, REFOLD_ROWS, REFOLD_BYTES)
      const last = rows.at(-1)
      if (!last) return
      for (const row of rows) {
        if (row.kind === 'event') this.fold(CapturedEvent.parse(JSON.parse(row.body)))
      }
      seq = last.seq
    }
  }

  #evict(): void {
    for (const id of this.#cached.keys()) {
      if (this.#cached.size <= MAX_CACHED_PROFILES) return
      this.#cached.delete(id)
    }
  }
}
