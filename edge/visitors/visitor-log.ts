import { DurableObject } from 'cloudflare:workers'
import type { CapturedEvent } from '#shared/events/captured-event.ts'
import type { Profile } from '#shared/profile/profile.ts'
import type { Env } from '../env.ts'
import type { ErasureAnswer, ErasureOrder } from '../erasure/erasure-order.ts'
import { scorersOf } from '../scoring/registry/isolate-scorers.ts'
import { workspaceStore } from '../store/workspace-store.ts'
import { directoryOf } from '../tenancy/directory-of.ts'
import { drainStep } from './drain.ts'
import { eraseFromLog } from './erase-from-log.ts'
import { LedgerEntries, type LedgerHour } from './ledger.ts'
import { LiveProfiles } from './live-profiles.ts'
import { scoreLiveProfiles } from './live-scores.ts'
import {
  type AppendAnswer,
  type AppendEntry,
  duplicateVerdictOf,
  erasedVerdictOf,
  type LoggedVerdict,
  type LogRow,
} from './log-entry.ts'
import { LogStorage } from './log-storage.ts'
import { ObjectTombstones } from './object-tombstones.ts'
import {
  isRescoringDue,
  type RescoringProgress,
  rescoreSlice,
  rescoringProgress,
} from './rescoring.ts'
import { bringBackVisitors, type ReturnStep } from './returning-visitors.ts'
import { rewindToStore } from './rewind.ts'
import { workspaceOfName } from './routing.ts'
import { type PersonRefresh, VouchedPersons } from './vouched-persons.ts'

/** How long events gather before they are drained: long enough for a batch, short against "seconds". */
const DRAIN_DELAY_MS = 150
/** One alarm drains at most this long, then makes room for other work and comes back. */
const ALARM_BUDGET_MS = 20_000
const RETRY_FIRST_MS = 500
const RETRY_MAX_MS = 15_000
/** Beyond this the object pushes back (429) rather than fill its disk. */
const MAX_BACKLOG_ROWS = 500_000
const PURGE_EVERY_MS = 3_600_000

interface Waiting {
  entries: AppendEntry[]
  resolve: (answer: AppendAnswer) => void
  reject: (error: unknown) => void
}

/**
 * Holds many visitors of one workspace: the durable log of their events until the store has them, the
 * dedupe memory, the books, and the live profiles. See docs/capture.md for its invariants.
 */
export class VisitorLog extends DurableObject<Env> {
  readonly #log: LogStorage
  readonly #profiles: LiveProfiles
  readonly #persons: VouchedPersons
  readonly #tombstones: ObjectTombstones
  readonly #name: string
  #waiting: Waiting[] = []
  #backlog: number
  /** When the pending alarm fires (Unix milliseconds), or null for none. */
  #alarmAt: number | null = null
  #failures = 0
  /** What the sweep read in the store, where it is not what this object knows. */
  #announcedEpoch: string | null = null
  /** The newest rollout that this object was told of. */
  #announcedRollout = 0
  #isRescoring = false
  /** The announced rollout could not be had yet. */
  #isBehind = false

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#log = new LogStorage(ctx.storage.sql)
    this.#tombstones = new ObjectTombstones(ctx.storage.sql)
    this.#profiles = new LiveProfiles(this.#log, (event) => this.#tombstones.isErased(event))
    this.#persons = new VouchedPersons(ctx.storage.sql)
    this.#backlog = this.#log.backlog()
    this.#name = ctx.id.name ?? ''
  }

  /**
   * Takes events of this object's visitors. The answer leaves only after they are on disk (the output
   * gate holds it back until the commit), so an acknowledgement is a promise.
   *
   * Calls that arrive together share one commit: the disk's flush is the expensive part.
   */
  append(entries: AppendEntry[]): Promise<AppendAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entries, resolve, reject })
      if (this.#waiting.length === 1) setTimeout(() => this.#commitWaiting(), 0)
    })
  }

  /**
   * The live profile, or null for a visitor never seen here. Null also for one that was evicted: a page
   * waits 50 ms at most, so the profile comes back from the store behind this answer, for the next one.
   */
  async profile(visitorId: string): Promise<Profile | null> {
    const profile = this.#profiles.get(visitorId)
    if (profile === null && this.#profiles.askFor(visitorId)) this.#drainSoon()
    return profile
  }

  /** The live profile, and whom the centre says the visitor is where no event of theirs tells. */
  async visitor(visitorId: string): Promise<{ profile: Profile | null; personId: string | null }> {
    const profile = await this.profile(visitorId)
    return { profile, personId: this.#persons.personOf(visitorId) }
  }

  /** Takes what the centre learnt; the answer leaves only after it is on disk. */
  async setPersons(refreshes: PersonRefresh[]): Promise<void> {
    this.ctx.storage.transactionSync(() => {
      for (const refresh of refreshes) this.#persons.set(refresh)
    })
  }

  /**
   * Forgets what is erased, as far as it can: batches on their way to the store must arrive first, and
   * profiles come back from it without what was erased. So it is asked again until nothing is left.
   */
  async erase(order: ErasureOrder): Promise<ErasureAnswer> {
    const { isFirst, toldAt, found } = this.ctx.storage.transactionSync(() => {
      const { erasureId, key, tombstones } = order
      const told = this.#tombstones.learn(erasureId, key, tombstones, Date.now())
      const isErased = (event: CapturedEvent) => this.#tombstones.isErased(event)
      const found = eraseFromLog(
        this.#log,
        isErased,
        order.names,
        told.isFirst ? order.rebuilt : [],
      )
      this.#profiles.rebuild(found.visitorIds)
      for (const id of found.visitorIds) this.#persons.forget(id)
      return { ...told, found }
    })
    if (isFirst || found.visitorIds.size > 0) this.#drainSoon()
    const rebuilt = [...new Set([...order.rebuilt, ...found.visitorIds])]
    const isLeft = found.underway > 0 || rebuilt.some((id) => this.#profiles.isReturning(id))
    return isLeft ? { kind: 'waiting', rebuilt } : { kind: 'done', toldAt, rebuilt }
  }

  /** This object's books since an hour (Unix milliseconds), and what it still has to send. */
  async ledger(sinceHour: number): Promise<{ hours: LedgerHour[]; backlog: number }> {
    return { hours: this.#log.ledger(sinceHour), backlog: this.#log.backlog() }
  }

  /**
   * Makes sure an alarm is pending where there is something to do; the sweep calls it for objects whose
   * alarms gave up, and for those that nobody visits: they would not notice a restored store nor another
   * rollout, and keep what is past its time.
   */
  async wake(storeEpoch: string, rollout: number): Promise<void> {
    this.#announcedRollout = Math.max(this.#announcedRollout, rollout)
    const known = this.#log.meta('epoch')
    if (known !== null && known !== storeEpoch) this.#announcedEpoch = storeEpoch
    if (
      this.#log.backlog() > 0 ||
      this.#announcedEpoch !== null ||
      this.#profiles.returningCount > 0 ||
      this.#profiles.unscoredCount > 0 ||
      this.#isPurgeDue(Date.now()) ||
      isRescoringDue(this.#log, this.#announcedRollout, Date.now())
    ) {
      await this.#setAlarm(Date.now())
    }
  }

  /** Another rollout scores from now on: every profile is scored again, between other work. */
  async rescore(rollout: number): Promise<void> {
    this.#announcedRollout = Math.max(this.#announcedRollout, rollout)
    if (isRescoringDue(this.#log, rollout, Date.now())) this.#drainSoon()
  }

  async rescoring(): Promise<RescoringProgress> {
    return rescoringProgress(this.#log, this.#profiles)
  }

  override async alarm(): Promise<void> {
    this.#alarmAt = null
    const nextMs = await this.#drain()
    if (nextMs !== null) await this.#runAgainIn(nextMs)
  }

  #commitWaiting(): void {
    const waiting = this.#waiting
    this.#waiting = []
    if (this.#backlog > MAX_BACKLOG_ROWS) {
      for (const { resolve } of waiting) resolve({ kind: 'overloaded', retryAfterSeconds: 30 })
      return
    }
    const answers: AppendAnswer[] = []
    const folded: CapturedEvent[] = []
    try {
      this.ctx.storage.transactionSync(() => {
        const books = new LedgerEntries()
        answers.push(...this.#append(waiting, books, folded))
        books.writeTo(this.#log.sql)
      })
    } catch (error) {
      this.#log.forgetUncommitted()
      for (const { reject } of waiting) reject(error)
      return
    }
    for (const event of folded) this.#profiles.fold(event)
    this.#backlog += answers.reduce(
      (sum, answer) => sum + (answer.kind === 'stored' ? answer.accepted : 0),
      0,
    )
    this.#drainSoon()
    waiting.forEach(({ resolve }, index) => {
      const answer = answers[index]
      if (answer) resolve(answer)
    })
  }

  /** One answer a call, in order. Events are claimed and written together, whichever call they came by. */
  #append(
    waiting: readonly Waiting[],
    books: LedgerEntries,
    folded: CapturedEvent[],
  ): AppendAnswer[] {
    const parsed = waiting.map(({ entries }) => entries.map(parseEntry))
    const events = parsed.flat().filter((entry) => entry.kind === 'event')
    const fresh = this.#log.claim(
      events.map(({ event }) => ({ messageId: event.messageId, at: event.receivedAt })),
    )
    const isFresh = new Map(events.map((entry, index) => [entry, fresh[index] === true]))
    const rows: Omit<LogRow, 'seq'>[] = []
    const answers = parsed.map((entries): AppendAnswer => {
      let accepted = 0
      let duplicates = 0
      for (const entry of entries) {
        const { receivedAt } = entry
        books.add('received', receivedAt)
        if (entry.kind === 'verdict') {
          books.add('rejected', receivedAt)
          rows.push({ kind: 'verdict', receivedAt, body: entry.body })
        } else if (isFresh.get(entry) && this.#tombstones.isErased(entry.event)) {
          books.add('rejected', receivedAt)
          rows.push({
            kind: 'verdict',
            receivedAt,
            body: JSON.stringify(erasedVerdictOf(entry.event)),
          })
        } else if (isFresh.get(entry)) {
          accepted++
          rows.push({ kind: 'event', receivedAt, body: entry.body })
          folded.push(entry.event)
        } else {
          duplicates++
          books.add('duplicate', receivedAt)
          rows.push({
            kind: 'verdict',
            receivedAt,
            body: JSON.stringify(duplicateVerdictOf(entry.event)),
          })
        }
      }
      return { kind: 'stored', accepted, duplicates }
    })
    this.#log.append(rows)
    return answers
  }

  /** @returns milliseconds until it should run again, or null when nothing is left to do */
  async #drain(): Promise<number | null> {
    const deadline = Date.now() + ALARM_BUDGET_MS
    let drained = 0
    let returned: ReturnStep = { kind: 'done' }
    try {
      this.#settleSeen()
      const workspace = await directoryOf(this.env).workspace(workspaceOfName(this.#name))
      if (!workspace) return RETRY_MAX_MS
      const store = workspaceStore(this.env, workspace)
      const deps = {
        object: this.#name,
        log: this.#log,
        store,
        now: Date.now,
        transaction: (work: () => void) => this.ctx.storage.transactionSync(work),
      }
      if (this.#announcedEpoch !== null) {
        await rewindToStore(deps, this.#announcedEpoch)
        this.#announcedEpoch = null
      }
      while (Date.now() < deadline) {
        this.#settleSeen()
        const step = await drainStep(deps)
        if (step.kind === 'waiting') {
          if (drained > 0) await this.#pokeProjector(workspace.id)
          return this.#backOff(step.reason)
        }
        if (step.kind !== 'empty') this.#failures = 0
        if (step.kind === 'applied') {
          drained += step.rows
          this.#backlog = this.#log.backlog()
          await rewindToStore(deps, step.epoch)
        }
        if (step.kind === 'empty') {
          // One try an alarm: the drain, and the scores of provisional profiles, do not wait for it.
          if (returned.kind !== 'waiting') {
            returned = await bringBackVisitors(deps, this.#profiles, (event) =>
              this.#tombstones.isErased(event),
            )
          }
          if (returned.kind === 'done') this.#failures = 0
          const scored = await this.#score(deps.transaction)
          if (this.#log.backlog() > 0 || returned.kind === 'more') continue
          if (scored && this.#profiles.unscoredCount > 0) continue
          if (!scored || !this.#isRescoring) break
        }
      }
      if (drained > 0) await this.#pokeProjector(workspace.id)
      this.#saveProfiles()
      this.#purgeHourly()
      if (returned.kind === 'waiting') return this.#backOff(returned.reason)
      if (this.#log.backlog() > 0 || this.#profiles.unscoredCount > 0) return 0
      if (this.#profiles.returningCount > 0 || this.#isRescoring) return 0
      return this.#isBehind ? RETRY_MAX_MS : this.#profiles.saveDueIn(Date.now())
    } catch (error) {
      return this.#backOff(String(error))
    }
  }

  /**
   * Never stands in the way of the drain: a model that cannot be opened leaves visitors unscored until
   * they come again, and says so.
   */
  async #score(transaction: (work: () => void) => void): Promise<boolean> {
    try {
      const workspaceId = workspaceOfName(this.#name)
      const deps = {
        profiles: this.#profiles,
        log: this.#log,
        scorers: await scorersOf(this.env, workspaceId, this.#announcedRollout),
        transaction,
        now: Date.now(),
      }
      await scoreLiveProfiles(deps)
      this.#isBehind = deps.scorers.rollout.version < this.#announcedRollout
      this.#isRescoring = this.#profiles.unscoredCount === 0 && (await rescoreSlice(deps))
      return true
    } catch (error) {
      this.#profiles.takeUnscored(Number.POSITIVE_INFINITY)
      this.#isRescoring = false
      console.error(
        JSON.stringify({ event: 'scoring_failed', object: this.#name, reason: String(error) }),
      )
      return false
    }
  }

  #backOff(reason: string): number {
    this.#failures++
    if (this.#failures === 1 || this.#failures % 20 === 0) {
      console.warn(
        JSON.stringify({
          event: 'drain_waiting',
          object: this.#name,
          reason,
          failures: this.#failures,
        }),
      )
    }
    const ceiling = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(this.#failures, 10))
    return ceiling / 2 + Math.random() * (ceiling / 2)
  }

  async #pokeProjector(workspaceId: string): Promise<void> {
    try {
      await this.env.PROJECTOR.getByName(workspaceId).poke()
    } catch {
      // The projector's own alarm and the hub's sweep find the events anyway; the poke only makes it prompt.
    }
  }

  /** Before the store is asked: memory must not grow while it is away, nor while one alarm drains for long. */
  #settleSeen(): void {
    if (this.#log.isSeenDue) this.ctx.storage.transactionSync(() => this.#log.settleSeen())
  }

  #saveProfiles(): void {
    const now = Date.now()
    if (this.#profiles.isSaveDue(now))
      this.ctx.storage.transactionSync(() => this.#profiles.save(now))
  }

  #purgeHourly(): void {
    const now = Date.now()
    if (!this.#isPurgeDue(now)) return
    this.ctx.storage.transactionSync(() => {
      this.#log.purge(now)
      this.#profiles.evictIdle(now)
    })
  }

  #isPurgeDue(now: number): boolean {
    return now - Number(this.#log.meta('purged_at') ?? 0) >= PURGE_EVERY_MS
  }

  /** Brings an alarm that waits for something slower forward, but asks a store that is away no sooner. */
  #drainSoon(): void {
    if (this.#alarmAt !== null) {
      if (this.#failures > 0 || this.#alarmAt <= Date.now() + DRAIN_DELAY_MS) return
    }
    this.ctx.waitUntil(this.#setAlarm(Date.now() + DRAIN_DELAY_MS))
  }

  /** An alarm that new events have set meanwhile stays if it is sooner, unless the store is away. */
  async #runAgainIn(delayMs: number): Promise<void> {
    const at = Date.now() + delayMs
    if (this.#failures === 0 && this.#alarmAt !== null && this.#alarmAt <= at) return
    await this.#setAlarm(at)
  }

  async #setAlarm(at: number): Promise<void> {
    this.#alarmAt = at
    await this.ctx.storage.setAlarm(at)
  }
}

type ParsedEntry =
  | { kind: 'event'; receivedAt: number; body: string; event: CapturedEvent }
  | { kind: 'verdict'; receivedAt: number; body: string }

function parseEntry({ kind, body }: AppendEntry): ParsedEntry {
  if (kind === 'event') {
    const event = JSON.parse(body) as CapturedEvent
    return { kind, receivedAt: event.receivedAt, body, event }
  }
  return { kind, receivedAt: (JSON.parse(body) as LoggedVerdict).receivedAt, body }
}
