import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { subjectHash } from '#shared/erasure/subject-hash.ts'
import type { CapturedEvent } from '#shared/events/captured-event.ts'
import { capturedEvent } from '#shared/profile/captured-event.arbitrary.ts'
import { type DrainDeps, drainStep } from './drain.ts'
import { eraseFromLog } from './erase-from-log.ts'
import { LiveProfiles } from './live-profiles.ts'
import { LogStorage } from './log-storage.ts'
import { ObjectTombstones } from './object-tombstones.ts'
import { bringBackVisitors } from './returning-visitors.ts'
import { rewindToStore } from './rewind.ts'
import { StoreInStorage } from './store-in-storage.fixture.ts'

const NOW = Date.UTC(2026, 10, 22, 12)
const KEY = '5e'.repeat(32)
const hashOf = subjectHash(KEY)
const ADA = new Map([[hashOf('d:ada-phone'), NOW]])
const NAMES = ['ada-phone']

let objects = 0

/** An object's log, tombstones and profiles with a store, on real SQLite. */
class Subject {
  readonly #state: DurableObjectState
  readonly store: StoreInStorage
  log: LogStorage
  tombstones: ObjectTombstones
  profiles: LiveProfiles

  constructor(state: DurableObjectState) {
    this.#state = state
    this.store = new StoreInStorage(state.storage)
    this.log = new LogStorage(state.storage.sql)
    this.tombstones = new ObjectTombstones(state.storage.sql)
    this.profiles = new LiveProfiles(this.log, this.isErased)
  }

  readonly isErased = (event: CapturedEvent) => this.tombstones.isErased(event)

  restart(): void {
    this.log = new LogStorage(this.#state.storage.sql)
    this.tombstones = new ObjectTombstones(this.#state.storage.sql)
    this.profiles = new LiveProfiles(this.log, this.isErased)
  }

  get deps(): DrainDeps {
    return {
      object: 'demo:local:0',
      log: this.log,
      store: this.store,
      now: () => NOW,
      transaction: (work) => this.#state.storage.transactionSync(work),
    }
  }

  capture(messageId: string, visitorId: string, occurredAt = NOW - 1000): void {
    const {
      messageId: _,
      type,
      ...rest
    } = capturedEvent({
      messageId,
      visitorId,
      anonymousId: visitorId,
      occurredAt,
      receivedAt: NOW,
    })
    const event = { messageId, type, ...rest }
    this.log.append([{ kind: 'event', receivedAt: NOW, body: JSON.stringify(event) }])
    this.profiles.fold(event)
  }

  score(visitorId: string): void {
    const body = JSON.stringify({
      visitorId,
      scoredAt: NOW,
      modelVersion: 'm',
      calibrated: 0,
      probability: 0.5,
      points: 50,
      grade: 'B',
      fit: 0,
      engagement: 0,
      reasons: [],
      features: {},
    })
    this.log.append([{ kind: 'score', receivedAt: NOW, body }])
  }

  erase(names: readonly string[] | null = NAMES) {
    let found = { visitorIds: new Set<string>(), underway: 0 }
    this.deps.transaction(() => {
      this.tombstones.learn('e1', KEY, ADA, NOW)
      found = eraseFromLog(this.log, this.isErased, names, [])
      this.profiles.rebuild(found.visitorIds)
    })
    return found
  }

  async drain(): Promise<void> {
    for (;;) {
      const step = await drainStep(this.deps)
      if (step.kind === 'empty') return
      if (step.kind === 'waiting') throw new Error(step.reason)
      if (step.kind === 'applied') await rewindToStore(this.deps, step.epoch)
    }
  }

  bodies(): string {
    return this.log
      .read(1, 1000, 1_000_000)
      .map(({ body }) => body)
      .join('\n')
  }

  storedIds(): unknown[] {
    return this.store.sql
      .exec('SELECT message_id FROM events ORDER BY ingest_seq')
      .toArray()
      .map((row) => row.message_id)
  }

  balance() {
    const [hour] = this.log.ledger(0)
    if (!hour) return null
    const { stored, duplicate, rejected, quarantined, pending } = hour
    return { sum: stored + duplicate + rejected + quarantined + pending, stored, rejected, pending }
  }
}

function withSubject(work: (subject: Subject) => Promise<void>): Promise<void> {
  const stub = env.VISITOR_LOG.getByName(`erasetest:local:${objects++}`)
  return runInDurableObject(stub, (_, state) => work(new Subject(state)))
}

for (const names of [NAMES, null]) {
  test(`what waits becomes a refusal, searched for by ${names ? 'name' : 'reading everything'}`, () =>
    withSubject(async (subject) => {
      subject.capture('m1', 'ada-phone')
      subject.capture('m2', 'bob')
      subject.capture('m3', 'ada-phone', NOW + 1)
      subject.score('ada-phone')
      subject.score('bob')
      const { visitorIds, underway } = subject.erase(names)
      expect([...visitorIds]).toEqual(['ada-phone'])
      expect(underway).toBe(0)
      // What happened after the erasure is of somebody who came back.
      expect(subject.bodies().match(/ada-phone/g)).not.toBeNull()
      expect(subject.bodies()).not.toContain('"messageId":"m1","type":"track","visitorId"')
      expect(subject.balance()).toEqual({ sum: 3, stored: 0, rejected: 1, pending: 2 })
      await subject.drain()
      expect(subject.storedIds()).toEqual(['m2', 'm3'])
      expect(subject.balance()).toEqual({ sum: 3, stored: 2, rejected: 1, pending: 0 })
      const scores = subject.store.sql.exec('SELECT visitor_id FROM scores').toArray()
      expect(scores.map((row) => row.visitor_id)).toEqual(['bob'])
    }))
}

test('a batch under way is not touched, only what it leaves once it has arrived', () =>
  withSubject(async (subject) => {
    subject.capture('m1', 'ada-phone')
    subject.capture('m2', 'bob')
    subject.log.freeze(1, 2)
    const before = subject.bodies()
    expect(subject.erase().underway).toBe(1)
    expect(subject.bodies()).toBe(before)
    await subject.drain()
    expect(subject.storedIds()).toEqual(['m1', 'm2'])
    expect(subject.erase()).toEqual({ visitorIds: new Set(['ada-phone']), underway: 0 })
    expect(subject.bodies()).not.toContain('ada-phone')
    expect(subject.balance()).toEqual({ sum: 2, stored: 2, rejected: 0, pending: 0 })
  }))

test('a restored store gets back what it lost without the erased, and the books still balance', () =>
  withSubject(async (subject) => {
    for (const [id, visitor] of [
      ['m1', 'ada-phone'],
      ['m2', 'bob'],
      ['m3', 'ada-phone'],
    ] as const) {
      subject.capture(id, visitor)
    }
    await subject.drain()
    subject.erase()
    subject.store.sql.exec('DELETE FROM events; DELETE FROM drained_batches')
    await rewindToStore(subject.deps, 'another-epoch')
    expect(subject.balance()).toMatchObject({ sum: 3 })
    await subject.drain()
    expect(subject.storedIds()).toEqual(['m2'])
    expect(subject.balance()).toEqual({ sum: 3, stored: 3, rejected: 0, pending: 0 })
  }))

test('a restart folds nothing erased again, and the profile comes back from the store without it', () =>
  withSubject(async (subject) => {
    subject.capture('m1', 'ada-phone')
    subject.log.freeze(1, 1)
    subject.erase()
    subject.restart()
    expect(subject.profiles.get('ada-phone')).toBeNull()
    await subject.drain()
    // The projector has not deleted it yet: the profile must not take it up from the store.
    expect(subject.storedIds()).toEqual(['m1'])
    expect(await bringBackVisitors(subject.deps, subject.profiles, subject.isErased)).toEqual({
      kind: 'done',
    })
    subject.deps.transaction(() => subject.profiles.save(NOW))
    expect(subject.profiles.get('ada-phone')).toBeNull()
    const { n } = subject.store.sql.exec('SELECT count(*) AS n FROM profiles').one()
    expect(n).toBe(0)
    subject.restart()
    expect(subject.profiles.get('ada-phone')).toBeNull()
    expect(subject.profiles.returningCount).toBe(0)
  }))

test('an erasure while the store is read for a profile makes it be read again', () =>
  withSubject(async (subject) => {
    subject.capture('m1', 'ada-phone')
    await subject.drain()
    subject.deps.transaction(() => subject.profiles.rebuild(['ada-phone']))
    subject.store.beforeBatch = async () => {
      subject.store.beforeBatch = async () => {}
      subject.erase()
    }
    const step = () => bringBackVisitors(subject.deps, subject.profiles, subject.isErased)
    expect(await step()).toEqual({ kind: 'more' })
    expect(await step()).toEqual({ kind: 'done' })
    expect(subject.profiles.get('ada-phone')).toBeNull()
  }))

test('an erasure is told any number of times and in any order, and each is the first once', () =>
  withSubject(async ({ tombstones, deps }) => {
    const x = capturedEvent({ anonymousId: 'x', visitorId: 'x', occurredAt: 5 })
    const tell = (erasureId: string, erasedAt: number, now: number) => {
      let told = { isFirst: false, toldAt: 0 }
      deps.transaction(() => {
        told = tombstones.learn(erasureId, KEY, new Map([[hashOf('d:x'), erasedAt]]), now)
      })
      return told
    }
    // The second try of a request arrives before the first: what the first tells must still be done.
    expect(tell('second', 6, 10)).toEqual({ isFirst: true, toldAt: 10 })
    expect(tell('first', 4, 20)).toEqual({ isFirst: true, toldAt: 20 })
    expect(tell('first', 4, 30)).toEqual({ isFirst: false, toldAt: 20 })
    expect(tombstones.isErased(x)).toBe(true)
    expect(tombstones.isErased({ ...x, occurredAt: 7 })).toBe(false)
  }))

test('a log of many pages is searched to its end', () =>
  withSubject(async (subject) => {
    for (let i = 0; i < 1_203; i++) subject.capture(`m${i}`, i % 2 === 0 ? 'ada-phone' : 'bob')
    subject.erase(null)
    expect(subject.balance()).toEqual({ sum: 1_203, stored: 0, rejected: 602, pending: 601 })
  }))
