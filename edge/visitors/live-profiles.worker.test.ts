import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import type { CapturedEvent } from '#shared/events/captured-event.ts'
import { capturedEvent } from '#shared/profile/captured-event.arbitrary.ts'
import { emptyProfile, foldEvent, type Profile } from '#shared/profile/profile.ts'
import { LiveProfiles } from './live-profiles.ts'
import { LogStorage } from './log-storage.ts'

const NOW = Date.UTC(2026, 10, 22, 12)
const VISITORS = ['a', 'b', 'c']

let objects = 0

function inStorage(work: (sql: SqlStorage) => void): Promise<void> {
  const stub = env.VISITOR_LOG.getByName(`profiletest:local:${objects++}`)
  return runInDurableObject(stub, (_, state) => work(state.storage.sql))
}

function event(n: number): CapturedEvent {
  const visitorId = VISITORS[n % VISITORS.length] ?? 'a'
  return capturedEvent({
    messageId: `m${n}`,
    type: n % 2 === 0 ? 'page' : 'track',
    name: n % 2 === 0 ? null : 'Clicked',
    visitorId,
    anonymousId: visitorId,
    occurredAt: NOW + n * 1000,
    bot: n % 7 === 3,
    path: n % 4 === 0 ? '/pricing' : '/docs',
  })
}

function foldedAtOnce(count: number): (Profile | null)[] {
  const profiles = new Map<string, Profile>()
  for (let n = 0; n < count; n++) {
    const one = event(n)
    if (one.bot || one.visitorId === null) continue
    const before = profiles.get(one.visitorId) ?? emptyProfile(one.visitorId)
    profiles.set(one.visitorId, foldEvent(before, one))
  }
  return VISITORS.map((id) => profiles.get(id) ?? null)
}

describe('live profiles', () => {
  test('an object that restarts at any moment, saved or not, knows each event once', async () => {
    for (let saveEvery = 1; saveEvery <= 6; saveEvery++) {
      for (let restartEvery = 1; restartEvery <= 6; restartEvery++) {
        await inStorage((sql) => {
          let log = new LogStorage(sql)
          let profiles = new LiveProfiles(log)
          for (let n = 0; n < 20; n++) {
            const one = event(n)
            log.append([{ kind: 'event', receivedAt: one.receivedAt, body: JSON.stringify(one) }])
            profiles.fold(one)
            if (n % saveEvery === 0) profiles.save(NOW)
            if (n % restartEvery === 0) {
              log = new LogStorage(sql)
              profiles = new LiveProfiles(log)
            }
          }
          expect(VISITORS.map((id) => profiles.get(id))).toEqual(foldedAtOnce(20))
        })
      }
    }
  })

  test('what was saved but not scored yet is scored after a restart, and what was scored is not', () =>
    inStorage((sql) => {
      const profiles = new LiveProfiles(new LogStorage(sql))
      profiles.fold(event(0))
      profiles.fold(event(1))
      expect(profiles.takeUnscored(1)).toHaveLength(1)
      profiles.save(NOW)
      const reopened = new LiveProfiles(new LogStorage(sql))
      expect(reopened.takeUnscored(10).map(({ visitorId }) => visitorId)).toEqual(['b'])
      reopened.save(NOW)
      expect(new LiveProfiles(new LogStorage(sql)).unscoredCount).toBe(0)
    }))

  test('what was not saved is scored again after a restart', () =>
    inStorage((sql) => {
      const log = new LogStorage(sql)
      const profiles = new LiveProfiles(log)
      for (let n = 0; n < 2; n++) {
        log.append([{ kind: 'event', receivedAt: NOW, body: JSON.stringify(event(n)) }])
        profiles.fold(event(n))
      }
      const reopened = new LiveProfiles(new LogStorage(sql))
      expect(reopened.takeUnscored(10).map(({ visitorId }) => visitorId)).toEqual(['a', 'b'])
      expect(reopened.unscoredCount).toBe(0)
    }))
})
