import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Link, mergeLinks } from '#shared/identity/link.ts'
import { SESSION_IDLE_MS, type Session } from '#shared/sessions/session.ts'
import { foldEvents, type VisitorState } from './fold.ts'
import { type LoadedVisitor, sessionHorizons } from './load.ts'
import { eventLog, projectedEvent } from './projected-event.fixture.ts'
import type { ProjectedEvent } from './projected-event.ts'
import { ZoneDays } from './rollups.ts'
import { VisitorCache } from './visitor-cache.ts'

const days = new ZoneDays('Europe/Berlin')

/** The derived tables in memory, filled batch by batch as the projector fills the store. */
class Tables {
  readonly visitors = new Map<string, VisitorState['row']>()
  readonly sessions = new Map<string, Map<number, Session>>()
  readonly rollups = new Map<string, number>()
  readonly visitorDays = new Set<string>()
  readonly links = new Map<string, Link>()
  readonly cache = new VisitorCache()

  project(events: readonly ProjectedEvent[]): void {
    const { hits, misses } = this.cache.take(sessionHorizons(events))
    const known = new Map([...hits, ...this.#load(misses)])
    const fold = foldEvents(events, known, days)
    for (const { row } of fold.visitors) this.visitors.set(row.visitorId, row)
    for (const { visitorId, startAt } of fold.goneSessions) {
      this.sessions.get(visitorId)?.delete(startAt)
    }
    for (const { visitorId, session } of fold.changedSessions) {
      const sessions = this.sessions.get(visitorId) ?? new Map<number, Session>()
      this.sessions.set(visitorId, sessions.set(session.startAt, session))
    }
    for (const { bucketAt, dimension, value, bot, events: count } of fold.rollups) {
      const key = JSON.stringify([bucketAt, dimension, value, bot])
      this.rollups.set(key, (this.rollups.get(key) ?? 0) + count)
    }
    for (const { day, visitorId } of fold.visitorDays) this.visitorDays.add(`${day} ${visitorId}`)
    for (const link of fold.links) {
      const said = this.links.get(link.id)
      this.links.set(link.id, said ? mergeLinks(said, link) : link)
    }
    this.cache.put(fold.visitors, known)
  }

  /** Of each visitor only the sessions from its horizon on, as the store is asked. */
  #load(horizons: ReadonlyMap<string, number>): [string, LoadedVisitor][] {
    return [...horizons].flatMap(([visitorId, sessionsFrom]) => {
      const row = this.visitors.get(visitorId)
      if (!row) return []
      const sessions = [...(this.sessions.get(visitorId)?.values() ?? [])]
        .filter((session) => session.endAt >= sessionsFrom)
        .sort((a, b) => a.startAt - b.startAt)
      return [[visitorId, { row, sessions, sessionsFrom }]]
    })
  }

  /** Everything, in an order of its own. */
  contents(): unknown {
    const sorted = <V>(map: ReadonlyMap<string, V>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1))
    return {
      visitors: sorted(this.visitors),
      sessions: sorted(this.sessions).map(([visitorId, sessions]) => [
        visitorId,
        [...sessions.values()].sort((a, b) => a.startAt - b.startAt),
      ]),
      rollups: sorted(this.rollups),
      visitorDays: [...this.visitorDays].sort(),
      links: sorted(this.links),
    }
  }
}

function tablesOf(events: readonly ProjectedEvent[], cuts: readonly number[]): Tables {
  const tables = new Tables()
  const ends = [...new Set([...cuts.map((cut) => cut % (events.length + 1)), events.length])]
  let from = 0
  for (const end of ends.sort((a, b) => a - b)) {
    if (end > from) tables.project(events.slice(from, end))
    from = end
  }
  return tables
}

const cuts = fc.array(fc.nat(), { maxLength: 12 })

describe('folding events', () => {
  test('any batching of the same events gives the same rows', () => {
    fc.assert(
      fc.property(eventLog, cuts, (events, where) => {
        expect(tablesOf(events, where).contents()).toEqual(tablesOf(events, []).contents())
      }),
    )
  })

  test('any order of the same events gives the same rows, in any batching', () => {
    const shuffled = eventLog.chain((events) =>
      fc.tuple(
        fc.constant(events),
        fc.shuffledSubarray(events, { minLength: events.length, maxLength: events.length }),
        cuts,
      ),
    )
    fc.assert(
      fc.property(shuffled, ([events, other, where]) => {
        expect(tablesOf(other, where).contents()).toEqual(tablesOf(events, []).contents())
      }),
    )
  })

  test('counts agree with the events: sessions are further apart than the idle time', () => {
    fc.assert(
      fc.property(eventLog, cuts, (events, where) => {
        const tables = tablesOf(events, where)
        for (const [visitorId, row] of tables.visitors) {
          const own = events.filter((event) => event.visitorId === visitorId && !event.bot)
          const sessions = [...(tables.sessions.get(visitorId)?.values() ?? [])].sort(
            (a, b) => a.startAt - b.startAt,
          )
          expect(row.events).toBe(own.length)
          expect(row.sessions).toBe(sessions.length)
          expect(sessions.reduce((sum, session) => sum + session.events, 0)).toBe(own.length)
          sessions.slice(1).forEach((session, index) => {
            const before = sessions[index]?.endAt ?? session.startAt
            expect(session.startAt - before).toBeGreaterThan(SESSION_IDLE_MS)
          })
        }
      }),
    )
  })

  test('a late event joins two sessions, and the one that is gone is named', () => {
    const at = Date.UTC(2026, 9, 1, 12)
    const early = projectedEvent({ messageId: 'a', occurredAt: at })
    const later = projectedEvent({ messageId: 'b', occurredAt: at + 50 * 60_000 })
    const tables = tablesOf([early, later], [1])
    expect(tables.sessions.get('v1')?.size).toBe(2)
    const known = new Map([['v1', { row: visitorRow(tables), sessions: sessionsOf(tables) }]])
    const late = projectedEvent({ messageId: 'c', occurredAt: at + 25 * 60_000 })
    const fold = foldEvents([late], known, days)
    expect(fold.goneSessions).toEqual([{ visitorId: 'v1', startAt: at + 50 * 60_000 }])
    expect(fold.changedSessions.map(({ session }) => [session.startAt, session.events])).toEqual([
      [at, 3],
    ])
    expect(fold.visitors[0]?.row.sessions).toBe(1)
  })

  test('bots and opted-out visits count in rollups and nowhere else', () => {
    const fold = foldEvents(
      [
        projectedEvent({ messageId: 'bot', bot: true }),
        projectedEvent({ messageId: 'opted-out', visitorId: null, anonymousId: null }),
      ],
      new Map(),
      days,
    )
    expect(fold.visitors).toEqual([])
    expect(fold.links).toEqual([])
    const all = fold.rollups.filter((cell) => cell.dimension === 'all')
    expect(all.map(({ bot, events }) => [bot, events]).sort()).toEqual([
      [0, 1],
      [1, 1],
    ])
  })

  test('an id that a server used first is a device as soon as a browser sends it', () => {
    const server = projectedEvent({ messageId: 'a', anonymousId: null, userId: 'v1' })
    const browser = projectedEvent({ messageId: 'b' })
    expect(visitorRow(tablesOf([server], [])).nodeKind).toBe('u')
    expect(visitorRow(tablesOf([server, browser], [1])).nodeKind).toBe('d')
    expect(visitorRow(tablesOf([browser, server], [1])).nodeKind).toBe('d')
  })
})

function visitorRow(tables: Tables): VisitorState['row'] {
  const row = tables.visitors.get('v1')
  if (!row) throw new Error('There is no such visitor.')
  return row
}

function sessionsOf(tables: Tables): Session[] {
  return [...(tables.sessions.get('v1')?.values() ?? [])].sort((a, b) => a.startAt - b.startAt)
}
