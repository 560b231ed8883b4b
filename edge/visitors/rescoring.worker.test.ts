import { env, runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import type { CapturedEvent } from '#shared/events/captured-event.ts'
import { capturedEvent } from '#shared/profile/captured-event.arbitrary.ts'
import { STARTER_ROLLOUT } from '#shared/scoring/rollout.ts'
import type { Scorers } from '../scoring/registry/workspace-scorers.ts'
import { starterScorer } from '../scoring/starter-scorer.ts'
import { LiveProfiles } from './live-profiles.ts'
import { scoreLiveProfiles } from './live-scores.ts'
import { LogStorage } from './log-storage.ts'
import { rescoreSlice, rescoringProgress } from './rescoring.ts'

const NOW = Date.UTC(2026, 10, 28, 12)
const DAY_MS = 86_400_000
const VISITORS = 200

let objects = 0

function visit(n: number, at: number): CapturedEvent {
  return capturedEvent({
    messageId: `m-${n}-${at}`,
    visitorId: `visitor-${n}`,
    anonymousId: `visitor-${n}`,
    occurredAt: at,
    url: 'https://example.com/pricing',
    path: '/pricing',
  })
}

interface Subject {
  log: LogStorage
  profiles: LiveProfiles
  scorers: Scorers
  transaction(work: () => void): void
  restart(): void
  at(now: number): Parameters<typeof rescoreSlice>[0]
  scores(): { visitorId: string; modelVersion: string; grade: string }[]
}

function withObject(work: (subject: Subject) => Promise<void>): Promise<void> {
  const stub = env.VISITOR_LOG.getByName(`rescoretest:local:${objects++}`)
  return runInDurableObject(stub, async (_, state) => {
    const starter = await starterScorer()
    const scorers = { rollout: STARTER_ROLLOUT, scorerFor: () => starter, shadows: [] }
    const transaction = (inside: () => void) => state.storage.transactionSync(inside)
    const subject: Subject = {
      log: new LogStorage(state.storage.sql),
      profiles: new LiveProfiles(new LogStorage(state.storage.sql)),
      scorers,
      transaction,
      restart() {
        subject.log = new LogStorage(state.storage.sql)
        subject.profiles = new LiveProfiles(subject.log)
      },
      at: (now) => ({ ...subject, now }),
      scores: () =>
        state.storage.sql
          .exec("SELECT body FROM log WHERE kind = 'score' ORDER BY seq")
          .toArray()
          .map((row) => JSON.parse(String(row.body))),
    }
    subject.restart()
    for (let n = 0; n < VISITORS; n++) subject.profiles.fold(visit(n, NOW - 1_000))
    while (subject.profiles.unscoredCount > 0) await scoreLiveProfiles(subject.at(NOW))
    expect(await rescoreSlice(subject.at(NOW))).toBe(false)
    transaction(() => subject.profiles.save(NOW))
    await work(subject)
  })
}

async function pass(subject: Subject, now: number, restarts = false): Promise<number> {
  let slices = 1
  while (await rescoreSlice(subject.at(now))) {
    slices++
    if (restarts) subject.restart()
    expect(slices).toBeLessThan(20)
  }
  return slices
}

test('a new rollout scores every profile again, once, also through restarts at every slice', () =>
  withObject(async (subject) => {
    expect(subject.scores()).toHaveLength(VISITORS)
    const grades = { A: 0.000_03, B: 0.000_02, C: 0.000_01 }
    subject.scorers = { ...subject.scorers, rollout: { ...STARTER_ROLLOUT, version: 1, grades } }
    expect(await pass(subject, NOW + 1, true)).toBeGreaterThan(3)
    const again = subject.scores().slice(VISITORS)
    expect(new Set(again.map(({ visitorId }) => visitorId)).size).toBe(VISITORS)
    expect(again).toHaveLength(VISITORS)
    expect(new Set(again.map(({ grade }) => grade))).toEqual(new Set(['A']))
    expect(rescoringProgress(subject.log, subject.profiles)).toEqual({
      rollout: 1,
      scored: VISITORS,
      profiles: VISITORS,
    })
    expect(await rescoreSlice(subject.at(NOW + 2))).toBe(false)
  }))

test('a day later scores have decayed for who stayed away; what did not change writes nothing', () =>
  withObject(async (subject) => {
    expect(await rescoreSlice(subject.at(NOW + DAY_MS - 1))).toBe(false)
    await pass(subject, NOW + 9 * DAY_MS)
    const points = subject.scores().map((score) => Reflect.get(score, 'points'))
    expect(points).toHaveLength(2 * VISITORS)
    expect(points.at(-1)).toBeLessThan(points[0])
    subject.restart()
    await pass(subject, NOW + 10 * DAY_MS + 1)
    const words = subject.scores().length
    await pass(subject, NOW + 11 * DAY_MS + 2)
    // At most one more row a visitor, where a point was lost; never one for the words alone.
    expect(subject.scores().length - words).toBeLessThanOrEqual(VISITORS)
  }))
