import { CapturedEvent } from '#shared/events/captured-event.ts'
import { emptyProfile, foldEvent, Profile } from '#shared/profile/profile.ts'
import { PROFILE_IDLE_MS } from './idle-time.ts'
import type { LogStorage } from './log-storage.ts'
import { ProfileStorage } from './profile-storage.ts'

/** Profiles kept in memory; the least recently used clean ones go first. */
const MAX_CACHED_PROFILES = 5_000
/** A restart folds at most about this much again; writing a profile costs more than its event did. */
const SAVE_EVERY_MS = 5_000
const MAX_UNSAVED = 4_000
const REFOLD_ROWS = 2_000
const REFOLD_BYTES = 8_000_000
/** Requests wait while an eviction runs; what is left over goes an hour later. */
const MAX_EVICTED_AT_ONCE = 5_000
/** Rows are dated by the Worker that took them and saves by the object: their clocks may differ. */
const CLOCK_SLACK_MS = 3_600_000

type Known = { kind: 'kept'; profile: Profile } | { kind: 'evicted' } | { kind: 'unknown' }

/**
 * The live profiles of one object. An event is folded in memory in the same turn in which it is
 * appended, and profiles are written out once a drain rather than once an event: the log is the
 * durable copy, and after a restart everything above `folded_seq` is folded again from it.
 *
 * A visitor that was evicted and comes back is `returning` until the store's events have replaced its
 * provisional profile. Both change on disk in the same `save` as `folded_seq`, so that a restart at
 * any moment finds either the provisional profile and the mark, or the whole profile and none.
 */
export class LiveProfiles {
  readonly #log: LogStorage
  readonly #rows: ProfileStorage
  readonly #cached = new Map<string, Profile>()
  /** Visitors whose row is behind the log. */
  readonly #unsaved = new Set<string>()
  /** Visitors whose score may have changed. */
  readonly #unscored: Set<string>
  /** The disk names some as unscored: once they are scored, it must be told. */
  #savedUnscored: boolean
  /** Visitors of whom the store knows more. */
  readonly #returning: Set<string>
  /** Visitors brought back since the last save: the disk still calls them returning. */
  readonly #returned = new Set<string>()
  /** Visitors of whom nothing is left anywhere: their rows go with the next save. */
  readonly #gone = new Set<string>()
  /** Events folded while the store is being read, of the visitors it is read for. */
  readonly #meanwhile = new Map<string, CapturedEvent[]>()
  /** Prints of scores put on the log since the last save; older ones are on disk. */
  readonly #scored = new Map<string, number>()
  readonly #isErased: (event: CapturedEvent) => boolean
  #savedAt = 0
  #generation = 0

  /** @param isErased events that a restart must not fold again although the log still has them */
  constructor(log: LogStorage, isErased: (event: CapturedEvent) => boolean = () => false) {
    this.#log = log
    this.#isErased = isErased
    this.#rows = new ProfileStorage(log.sql)
    this.#returning = new Set(this.#rows.returning())
    this.#unscored = new Set(this.#rows.unscored())
    this.#savedUnscored = this.#unscored.size > 0
    this.#refold()
  }

  fold(event: CapturedEvent): void {
    if (event.bot || event.visitorId === null) return
    const id = event.visitorId
    const known = this.#find(id)
    if (known.kind === 'evicted') this.#returning.add(id)
    this.#replace(id, foldEvent(known.kind === 'kept' ? known.profile : emptyProfile(id), event))
    this.#meanwhile.get(id)?.push(event)
  }

  get(visitorId: string): Profile | null {
    const known = this.#find(visitorId)
    // One of whom the store knew nothing any more when it came back is as good as new.
    return known.kind === 'kept' && known.profile.firstSeenAt !== null ? known.profile : null
  }

  /**
   * Notes that an evicted visitor is asked for, so that it is brought back.
   *
   * @returns whether there is something to bring back
   */
  askFor(visitorId: string): boolean {
    if (this.#returning.has(visitorId)) return true
    if (this.#find(visitorId).kind !== 'evicted') return false
    this.#rows.markReturning(visitorId)
    this.#returning.add(visitorId)
    return true
  }

  get returningCount(): number {
    return this.#returning.size
  }

  /**
   * Up to `limit` visitors to be read from the store. Call it when the store has every event of the
   * log: from then on their events are collected, until `endReading`.
   */
  beginReading(limit: number): string[] {
    for (const id of this.#returning) {
      if (this.#meanwhile.size >= limit) break
      this.#meanwhile.set(id, [])
    }
    return [...this.#meanwhile.keys()]
  }

  /** Moves with every erasure: what was read or scored before it must not be put back after it. */
  get generation(): number {
    return this.#generation
  }

  /**
   * Events of these visitors were erased, so what was folded of them may not be kept: their profiles are
   * dropped and built anew from what the store has left. Call inside a storage transaction.
   */
  rebuild(visitorIds: Iterable<string>): void {
    this.#generation++
    for (const id of visitorIds) {
      for (const marks of [
        this.#unsaved,
        this.#unscored,
        this.#returned,
        this.#gone,
        this.#scored,
      ]) {
        marks.delete(id)
      }
      this.#cached.delete(id)
      this.#rows.evict(id)
      this.#rows.markReturning(id)
      this.#returning.add(id)
    }
  }

  isReturning(visitorId: string): boolean {
    return this.#returning.has(visitorId)
  }

  /**
   * The visitor is whole again: what the store knows, and what arrived since `beginReading`.
   *
   * @param stored the store's events, folded
   * @param messageIds those of the store's events
   */
  bringBack(stored: Profile, messageIds: ReadonlySet<string>): void {
    const id = stored.visitorId
    const arrived = (this.#meanwhile.get(id) ?? []).filter((e) => !messageIds.has(e.messageId))
    const whole = arrived.reduce(foldEvent, stored)
    if (whole.firstSeenAt === null) this.#drop(id)
    else this.#replace(id, whole)
    this.#meanwhile.delete(id)
    this.#returning.delete(id)
    this.#returned.add(id)
  }

  endReading(): void {
    this.#meanwhile.clear()
  }

  /** Whether enough is unsaved, for long enough, to be written. */
  isSaveDue(now: number): boolean {
    if (this.#unsaved.size + this.#gone.size === 0) return false
    return this.#unsaved.size >= MAX_UNSAVED || now - this.#savedAt >= SAVE_EVERY_MS
  }

  /** Milliseconds until what is unsaved becomes due; null when nothing is. */
  saveDueIn(now: number): number | null {
    if (this.#unsaved.size + this.#gone.size === 0) return null
    return Math.max(0, this.#savedAt + SAVE_EVERY_MS - now)
  }

  /** Writes what the log alone knows so far; call inside a storage transaction. */
  save(now: number): void {
    this.#savedAt = now
    for (const id of this.#unsaved) {
      const profile = this.#cached.get(id)
      if (profile) {
        this.#rows.save(id, JSON.stringify(profile), now, this.#scored.get(id) ?? null)
      }
      if (this.#returning.has(id)) this.#rows.markReturning(id)
    }
    if (this.#savedUnscored || this.#unscored.size > 0) this.#rows.setUnscored(this.#unscored)
    this.#savedUnscored = this.#unscored.size > 0
    for (const id of this.#gone) this.#rows.delete(id)
    for (const id of this.#returned) this.#rows.markReturned(id)
    this.#unsaved.clear()
    this.#gone.clear()
    this.#returned.clear()
    this.#scored.clear()
    this.#log.setMeta('folded_seq', String(this.#log.lastSeq()))
    this.#dropFromMemory()
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

  /** Their scoring came to nothing. */
  scoreAgain(profiles: readonly Profile[]): void {
    for (const { visitorId } of profiles) this.#unscored.add(visitorId)
  }

  /** Print of the score that was last put on the log; null where none is known. */
  lastScore(visitorId: string): number | null {
    return this.#scored.get(visitorId) ?? this.#rows.scored(visitorId)
  }

  /** Call inside the transaction that puts the score on the log. */
  noteScore(visitorId: string, print: number): void {
    if (this.#unsaved.has(visitorId)) this.#scored.set(visitorId, print)
    else this.#rows.setScored(visitorId, print)
  }

  /**
   * Whole profiles after one visitor, by their ids.
   *
   * @returns also the last id that was looked at, null where none is left
   */
  slice(after: string, limit: number): { profiles: Profile[]; last: string | null } {
    const ids = this.#rows.keptAfter(after, limit)
    const profiles = ids.flatMap((id) => (this.#returning.has(id) ? [] : (this.get(id) ?? [])))
    return { profiles, last: ids.at(-1) ?? null }
  }

  /** How many profiles are kept, up to one visitor and in all. */
  keptCounts(upTo: string): { passed: number; all: number } {
    return this.#rows.keptCounts(upTo)
  }

  get unscoredCount(): number {
    return this.#unscored.size
  }

  /**
   * Drops the bodies of visitors idle for `PROFILE_IDLE_MS` whom the store knows as well as this
   * object does; call inside a storage transaction.
   *
   * The limit is set by the oldest row that waits for the store, not by an empty log: an object that
   * is always busy evicts too, and one whose store is away for weeks evicts nobody of those weeks.
   */
  evictIdle(now: number): void {
    const waitingSince = this.#log.oldestPendingAt() ?? Number.POSITIVE_INFINITY
    const before = Math.min(now - PROFILE_IDLE_MS, waitingSince - CLOCK_SLACK_MS)
    for (const id of this.#rows.idle(before, MAX_EVICTED_AT_ONCE)) {
      if (this.#unsaved.has(id) || this.#unscored.has(id) || this.#returning.has(id)) continue
      this.#rows.evict(id)
      this.#cached.delete(id)
    }
  }

  #find(visitorId: string): Known {
    const cached = this.#cached.get(visitorId)
    if (cached) return { kind: 'kept', profile: cached }
    if (this.#gone.has(visitorId)) return { kind: 'unknown' }
    const stored = this.#rows.find(visitorId)
    if (stored.kind !== 'kept') return stored
    const profile = Profile.safeParse(JSON.parse(stored.body))
    // One of another version is built again from the store's events, like an evicted one.
    if (!profile.success) return { kind: 'evicted' }
    this.#cached.set(visitorId, profile.data)
    return { kind: 'kept', profile: profile.data }
  }

  #replace(id: string, profile: Profile): void {
    this.#cached.delete(id)
    this.#cached.set(id, profile)
    this.#gone.delete(id)
    this.#unsaved.add(id)
    this.#unscored.add(id)
  }

  #drop(id: string): void {
    for (const marks of [this.#unsaved, this.#unscored, this.#scored]) marks.delete(id)
    this.#cached.delete(id)
    this.#gone.add(id)
  }

  #refold(): void {
    let seq = Number(this.#log.meta('folded_seq') ?? 0)
    for (;;) {
      const rows = this.#log.read(seq + 1, REFOLD_ROWS, REFOLD_BYTES)
      const last = rows.at(-1)
      if (!last) return
      for (const row of rows) {
        if (row.kind !== 'event') continue
        const event = CapturedEvent.parse(JSON.parse(row.body))
        if (!this.#isErased(event)) this.fold(event)
      }
      seq = last.seq
    }
  }

  #dropFromMemory(): void {
    for (const id of this.#cached.keys()) {
      if (this.#cached.size <= MAX_CACHED_PROFILES) return
      this.#cached.delete(id)
    }
  }
}
