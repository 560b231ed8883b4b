import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import type { CapturedEvent } from '#shared/events/captured-event.ts'
import { capturedEvent } from '#shared/profile/captured-event.arbitrary.ts'
import { emptyProfile, foldEvent, type Profile } from '#shared/profile/profile.ts'
import { type DrainDeps, drainStep } from './drain.ts'
import { PROFILE_IDLE_MS } from './idle-time.ts'
import { LiveProfiles } from './live-profiles.ts'
import { LogStorage } from './log-storage.ts'
import { bringBackVisitors } from './returning-visitors.ts'
import { rewindToStore } from './rewind.ts'
import { StoreInStorage } from './store-in-storage.fixture.ts'

const NOW = Date.UTC(2026, 10, 22, 12)
const DAY_MS = 86_400_000
const LATER = NOW + PROFILE_IDLE_MS + DAY_MS
const OBJECT = 'demo:local:0'

let objects = 0

/** An object's log and profiles with a store, all on real SQLite; `restart` forgets what is only in memory. */
class Subject {
  readonly store: StoreInStorage
  readonly #state: DurableObjectState
  log: LogStorage
  profiles: LiveProfiles

  constructor(state: DurableObjectState) {
    this.#state = state
    this.store = new StoreInStorage(state.storage)
    this.log = new LogStorage(state.storage.sql)
    this.profiles = new LiveProfiles(this.log)
  }

  get deps(): DrainDeps {
    return {
      object: OBJECT,
      log: this.log,
      store: this.store,
      now: () => NOW,
      transaction: (work) => this.#state.storage.transactionSync(work),
    }
  }

  restart(): void {
    this.log = new LogStorage(this.#state.storage.sql)
    this.profiles = new LiveProfiles(this.log)
  }

  capture(...events: CapturedEvent[]): void {
    this.deps.transaction(() =>
      this.log.append(
        events.map((event) => ({
          kind: 'event',
          receivedAt: event.receivedAt,
          body: JSON.stringify(event),
        })),
      ),
    )
    for (const event of events) this.profiles.fold(event)
  }

  async drain(): Promise<void> {
    for (;;) {
      const step = await drainStep(this.deps)
      if (step.kind === 'empty') return
      if (step.kind !== 'applied') throw new Error(`The drain says ${JSON.stringify(step)}.`)
      await rewindToStore(this.deps, step.epoch)
    }
  }

  save(now = NOW): void {
    this.deps.transaction(() => this.profiles.save(now))
  }

  evict(now = LATER): void {
    this.deps.transaction(() => this.profiles.evictIdle(now))
  }

  /** All that an idle visitor goes through. */
  async settleAndEvict(): Promise<void> {
    await this.drain()
    this.save()
    this.profiles.takeUnscored(1_000)
    this.evict()
  }

  bringBack() {
    return bringBackVisitors(this.deps, this.profiles)
  }
}

function inObject(work: (subject: Subject) => Promise<void>): Promise<void> {
  const stub = env.VISITOR_LOG.getByName(`returntest:local:${objects++}`)
  return runInDurableObject(stub, (_, state) => work(new Subject(state)))
}

function event(n: number, visitorId = 'a'): CapturedEvent {
  const {
    messageId: _,
    type,
    ...rest
  } = capturedEvent({
    type: n % 3 === 0 ? 'track' : 'page',
    name: n % 3 === 0 ? 'Clicked' : null,
    visitorId,
    anonymousId: visitorId,
    occurredAt: NOW + n * 60_000,
    path: `/p${n % 13}`,
    bot: n % 11 === 7,
  })
  // Capture writes these two first.
  return { messageId: `${visitorId}-${n}`, type, ...rest }
}

const events = (from: number, to: number, visitorId = 'a') =>
  Array.from({ length: to - from }, (_, index) => event(from + index, visitorId))

const folded = (...all: CapturedEvent[]): Profile => all.reduce(foldEvent, emptyProfile('a'))

describe('eviction', () => {
  test('a visitor is evicted after the idle time and not before, and is not forgotten', () =>
    inObject(async (subject) => {
      subject.capture(...events(0, 5))
      await subject.drain()
      subject.save()
      subject.profiles.takeUnscored(10)
      subject.evict(NOW + PROFILE_IDLE_MS)
      expect(subject.profiles.get('a')).toEqual(folded(...events(0, 5)))
      subject.evict(NOW + PROFILE_IDLE_MS + 1)
      expect(subject.profiles.get('a')).toBeNull()
      expect(subject.profiles.askFor('never seen')).toBe(false)
      expect(subject.profiles.askFor('a')).toBe(true)
    }))

  test('nobody is evicted who is unsaved, unscored, on the way back, or not wholly in the store', () =>
    inObject(async (subject) => {
      const { profiles } = subject
      subject.capture(event(0))
      subject.save()
      profiles.takeUnscored(10)
      subject.evict()
      expect(profiles.get('a'), 'not drained').not.toBeNull()
      await subject.drain()
      subject.capture(event(1))
      await subject.drain()
      profiles.takeUnscored(10)
      subject.evict()
      expect(profiles.get('a'), 'unsaved').not.toBeNull()
      subject.capture(event(2))
      await subject.drain()
      subject.save()
      subject.evict()
      expect(profiles.get('a'), 'unscored').not.toBeNull()
      profiles.takeUnscored(10)
      subject.evict()
      expect(profiles.get('a')).toBeNull()
      subject.capture(event(3))
      subject.save()
      await subject.drain()
      profiles.takeUnscored(10)
      subject.evict()
      expect(profiles.get('a'), 'returning').toEqual(folded(event(3)))
    }))

  test('rows that wait for the store keep only those visitors who may have some among them', () =>
    inObject(async (subject) => {
      subject.capture(event(0, 'long idle'))
      await subject.drain()
      subject.save()
      const yesterday = LATER - DAY_MS
      subject.capture({ ...event(1, 'busy'), receivedAt: yesterday })
      subject.save(yesterday)
      subject.profiles.takeUnscored(10)
      expect(subject.log.backlog()).toBe(1)
      subject.evict()
      expect(subject.profiles.get('long idle')).toBeNull()
      subject.evict(LATER + 2 * PROFILE_IDLE_MS)
      expect(subject.profiles.get('busy')).not.toBeNull()
    }))
})

describe('the return of an evicted visitor', () => {
  test('with events: known by these at once, by all of them once the store is read', () =>
    inObject(async (subject) => {
      subject.capture(...events(0, 250))
      await subject.settleAndEvict()
      subject.capture(...events(250, 253))
      subject.save()
      expect(subject.profiles.get('a')).toEqual(folded(...events(250, 253)))
      expect(await subject.bringBack()).toEqual({ kind: 'more' })
      await subject.drain()
      expect(await subject.bringBack()).toEqual({ kind: 'done' })
      expect(subject.profiles.get('a')).toEqual(folded(...events(0, 253)))
      subject.save()
      subject.restart()
      expect(subject.profiles.get('a')).toEqual(folded(...events(0, 253)))
      expect(subject.profiles.returningCount).toBe(0)
    }))

  test('by asking alone: the answer is nobody, and the next one is whole', () =>
    inObject(async (subject) => {
      subject.capture(...events(0, 5))
      await subject.settleAndEvict()
      expect(subject.profiles.askFor('a')).toBe(true)
      subject.restart()
      expect(subject.profiles.returningCount).toBe(1)
      expect(await subject.bringBack()).toEqual({ kind: 'done' })
      expect(subject.profiles.get('a')).toEqual(folded(...events(0, 5)))
      expect(subject.profiles.askFor('a')).toBe(false)
    }))

  test('what arrives while the store is read counts once, drained meanwhile or not', () =>
    inObject(async (subject) => {
      subject.capture(...events(0, 5))
      await subject.settleAndEvict()
      subject.profiles.askFor('a')
      let calls = 0
      subject.store.beforeBatch = async () => {
        calls++
        if (calls > 1) return
        subject.capture(event(5))
        await subject.drain()
        subject.capture(event(6))
      }
      expect(await subject.bringBack()).toEqual({ kind: 'done' })
      expect(subject.profiles.get('a')).toEqual(folded(...events(0, 7)))
      subject.restart()
      expect(subject.profiles.returningCount).toBe(1)
      await subject.drain()
      await subject.bringBack()
      expect(subject.profiles.get('a')).toEqual(folded(...events(0, 7)))
    }))

  test('a crash at any moment, saved or not, leaves a visitor who still comes back, and nothing twice', async () => {
    for (let saves = 0; saves < 16; saves++) {
      for (const crashAt of [0, 1, 2, 3]) {
        await inObject(async (subject) => {
          subject.capture(...events(0, 5))
          await subject.settleAndEvict()
          const passed = (step: number) => {
            if (saves & (1 << step)) subject.save()
            if (crashAt === step) subject.restart()
          }
          subject.capture(event(5))
          passed(0)
          await subject.drain()
          passed(1)
          await subject.bringBack()
          passed(2)
          subject.capture(event(6))
          passed(3)
          await subject.drain()
          await subject.bringBack()
          expect(subject.profiles.get('a')).toEqual(folded(...events(0, 7)))
          expect(subject.profiles.returningCount).toBe(0)
        })
      }
    }
  })

  test('with the store away the profile stays provisional, and comes back later', () =>
    inObject(async (subject) => {
      subject.capture(...events(0, 151))
      await subject.settleAndEvict()
      subject.capture(event(151))
      await subject.drain()
      let calls = 0
      subject.store.beforeBatch = async () => {
        calls++
        if (calls === 2) throw new Error('the connection was cut')
      }
      expect(await subject.bringBack()).toEqual({
        kind: 'waiting',
        reason: 'Error: the connection was cut',
      })
      expect(subject.profiles.get('a')).toEqual(folded(event(151)))
      subject.capture(event(152))
      await subject.drain()
      expect(await subject.bringBack()).toEqual({ kind: 'done' })
      expect(subject.profiles.get('a')).toEqual(folded(...events(0, 153)))
    }))

  test('a store restored to an earlier state is first given back what it lost', () =>
    inObject(async (subject) => {
      subject.capture(...events(0, 3))
      await subject.drain()
      subject.capture(...events(3, 5))
      await subject.settleAndEvict()
      subject.store.sql.exec("DELETE FROM events WHERE message_id IN ('a-3', 'a-4')")
      subject.store.sql.exec('DELETE FROM drained_batches WHERE seq = 2')
      subject.store.sql.exec("UPDATE store_meta SET epoch = 'restored'")
      subject.profiles.askFor('a')
      expect(await subject.bringBack()).toEqual({ kind: 'more' })
      expect(subject.log.backlog()).toBe(2)
      await subject.drain()
      expect(await subject.bringBack()).toEqual({ kind: 'done' })
      expect(subject.profiles.get('a')).toEqual(folded(...events(0, 5)))
    }))

  test('of many who return each is brought back, a few at a time', () =>
    inObject(async (subject) => {
      const ids = Array.from({ length: 45 }, (_, index) => `visitor ${index}`)
      for (const id of ids) subject.capture(...events(0, 2, id))
      await subject.settleAndEvict()
      for (const id of ids) subject.profiles.askFor(id)
      const kinds: string[] = []
      do kinds.push((await subject.bringBack()).kind)
      while (kinds.at(-1) === 'more')
      expect(kinds).toEqual(['more', 'more', 'done'])
      for (const id of ids) {
        expect(subject.profiles.get(id)).toEqual(
          events(0, 2, id).reduce(foldEvent, emptyProfile(id)),
        )
      }
    }))

  test('one whom the store knows no more is as good as new', () =>
    inObject(async (subject) => {
      subject.capture(...events(0, 5))
      await subject.settleAndEvict()
      subject.store.sql.exec('DELETE FROM events')
      subject.profiles.askFor('a')
      expect(await subject.bringBack()).toEqual({ kind: 'done' })
      expect(subject.profiles.get('a')).toBeNull()
      expect(subject.profiles.askFor('a')).toBe(false)
      subject.capture(event(5))
      expect(subject.profiles.get('a')).toEqual(folded(event(5)))
    }))

  test('a profile of another version is built again from the store', () =>
    inObject(async (subject) => {
      subject.capture(...events(0, 5))
      await subject.drain()
      subject.save()
      subject.store.sql.exec(`UPDATE profiles SET body = '{"version":0}'`)
      subject.restart()
      expect(subject.profiles.get('a')).toBeNull()
      subject.capture(event(5))
      await subject.drain()
      await subject.bringBack()
      expect(subject.profiles.get('a')).toEqual(folded(...events(0, 6)))
    }))
})
