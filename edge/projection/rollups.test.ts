import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { projectedEvent } from './projected-event.fixture.ts'
import { Rollups, ZoneDays } from './rollups.ts'

const QUARTER_MS = 15 * 60_000
const HOUR_MS = 3_600_000

/** Half-hour daylight saving, quarter-hour offsets, the date line, and an ordinary zone. */
const ZONES = [
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Pacific/Chatham',
  'Pacific/Apia',
  'Europe/Berlin',
  'America/New_York',
  'UTC',
] as const

/** Hours of a local day, by asking for every quarter around it. */
function hoursOf(zone: string, day: string): number {
  const days = new ZoneDays(zone)
  const noon = Date.parse(`${day}T12:00:00Z`)
  let quarters = 0
  for (let at = noon - 48 * HOUR_MS; at < noon + 48 * HOUR_MS; at += QUARTER_MS) {
    if (days.dayOf(at) === day) quarters++
  }
  return quarters / 4
}

describe('days of a time zone', () => {
  test.for([
    ['Europe/Berlin', '2026-03-29', 23],
    ['Europe/Berlin', '2026-10-25', 25],
    ['Australia/Lord_Howe', '2026-04-05', 24.5],
    ['Australia/Lord_Howe', '2026-10-04', 23.5],
    ['Pacific/Chatham', '2026-04-05', 25],
    ['Pacific/Chatham', '2026-09-27', 23],
    ['Asia/Kathmandu', '2026-03-29', 24],
  ] as const)('in %s the day %s has %s hours', ([zone, day, hours]) => {
    expect(hoursOf(zone, day)).toBe(hours)
  })

  test.for([
    ['Asia/Kathmandu', '2026-05-01T18:14:59.999Z', '2026-05-01'],
    ['Asia/Kathmandu', '2026-05-01T18:15:00.000Z', '2026-05-02'],
    ['Pacific/Chatham', '2026-06-01T11:14:59.999Z', '2026-06-01'],
    ['Pacific/Chatham', '2026-06-01T11:15:00.000Z', '2026-06-02'],
    ['Australia/Lord_Howe', '2026-06-01T13:29:59.999Z', '2026-06-01'],
    ['Australia/Lord_Howe', '2026-06-01T13:30:00.000Z', '2026-06-02'],
  ] as const)('in %s the moment %s is in the day %s', ([zone, moment, day]) => {
    expect(new ZoneDays(zone).dayOf(Date.parse(moment))).toBe(day)
  })

  test('remembering a bucket never changes the answer, in any zone, at any moment', () => {
    const moment = fc.integer({ min: Date.UTC(2021, 0), max: Date.UTC(2031, 0) })
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.array(moment, { minLength: 1 }),
        (zone, moments) => {
          const days = new ZoneDays(zone)
          const plain = new Intl.DateTimeFormat('sv-SE', { timeZone: zone })
          for (const at of moments) expect(days.dayOf(at)).toBe(plain.format(at))
        },
      ),
    )
  })
})

describe('rollups', () => {
  const cellsOf = (...events: Parameters<typeof projectedEvent>[0][]) => {
    const rollups = new Rollups()
    for (const event of events) rollups.add(projectedEvent(event))
    return rollups
      .cells()
      .map(({ dimension, value, bot, events: count }) => [dimension, value, bot, count])
  }

  test('an event counts once in each dimension that it has', () => {
    const page = { type: 'page' as const, path: '/pricing', campaign: 'spring', country: 'DE' }
    expect(cellsOf(page, { ...page, messageId: 'again' })).toEqual([
      ['all', '', 0, 2],
      ['event', 'page', 0, 2],
      ['channel', 'direct', 0, 2],
      ['campaign', 'spring', 0, 2],
      ['country', 'DE', 0, 2],
      ['path', '/pricing', 0, 2],
    ])
  })

  test('bots are counted apart, and the path of a track call is no page view', () => {
    expect(cellsOf({ path: '/pricing' }, { bot: true, name: 'Crawled' })).toEqual([
      ['all', '', 0, 1],
      ['event', 'Clicked', 0, 1],
      ['channel', 'direct', 0, 1],
      ['all', '', 1, 1],
      ['event', 'Crawled', 1, 1],
      ['channel', 'direct', 1, 1],
    ])
  })

  test('a bucket begins at each quarter hour of UTC', () => {
    const rollups = new Rollups()
    const quarter = Date.parse('2026-05-01T18:15:00Z')
    for (const occurredAt of [quarter - 1, quarter, quarter + QUARTER_MS - 1]) {
      rollups.add(projectedEvent({ occurredAt }))
    }
    const all = rollups.cells().filter(({ dimension }) => dimension === 'all')
    expect(all.map(({ bucketAt, events }) => [bucketAt - quarter, events])).toEqual([
      [-QUARTER_MS, 1],
      [0, 2],
    ])
  })

  test('values that look like keys of something else stay apart', () => {
    const campaigns = ['a|0', 'a', '0|a', '__proto__', ''].map((campaign) => ({ campaign }))
    const counted = cellsOf(...campaigns).filter(([dimension]) => dimension === 'campaign')
    expect(counted).toEqual(campaigns.map(({ campaign }) => ['campaign', campaign, 0, 1]))
  })
})
