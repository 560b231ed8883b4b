import { afterEach, expect, test, vi } from 'vitest'
import { dayOf, rangeOf } from './time-choice.ts'

const HOUR_MS = 60 * 60 * 1000
const NOW = Date.parse('2026-05-20T10:30:00Z')

afterEach(() => vi.unstubAllEnvs())

/** As a reader in this time zone sees it. */
const readIn = (zone: string): void => {
  vi.stubEnv('TZ', zone)
  expect(Intl.DateTimeFormat().resolvedOptions().timeZone).toBe(zone)
}

const daysIn = (zone: string, first: string, last: string) => {
  readIn(zone)
  return rangeOf({ kind: 'days', first, last }, NOW)
}

test('all of the time has no bounds, and the last days reach back from now', () => {
  expect(rangeOf({ kind: 'all' }, NOW)).toEqual({ from: null, to: null })
  expect(rangeOf({ kind: 'last', days: 1 }, NOW)).toEqual({ from: NOW - 24 * HOUR_MS, to: null })
  expect(rangeOf({ kind: 'last', days: 30 }, NOW)).toEqual({ from: NOW - 720 * HOUR_MS, to: null })
})

test.each([
  ['UTC', '2026-05-01T00:00:00Z', '2026-05-04T00:00:00Z'],
  ['Europe/Berlin', '2026-05-01T00:00:00+02:00', '2026-05-04T00:00:00+02:00'],
  ['America/Los_Angeles', '2026-05-01T00:00:00-07:00', '2026-05-04T00:00:00-07:00'],
  ['Australia/Eucla', '2026-05-01T00:00:00+08:45', '2026-05-04T00:00:00+08:45'],
])('both days count from midnight to midnight where the reader is: %s', (zone, from, to) => {
  expect(daysIn(zone, '2026-05-01', '2026-05-03')).toEqual({
    from: Date.parse(from),
    to: Date.parse(to),
  })
})

test.each([
  ['the clocks go forward', 'Europe/Berlin', '2026-03-29', 23],
  ['the clocks go back', 'Europe/Berlin', '2026-10-25', 25],
  ['they go forward by half an hour', 'Australia/Lord_Howe', '2026-10-04', 23.5],
  ['they go forward at midnight, which there is none of', 'Africa/Cairo', '2026-04-24', 23],
  ['they go back at midnight, which there is twice', 'America/Havana', '2026-11-01', 25],
  ['nothing happens', 'Europe/Berlin', '2026-03-28', 24],
])('a day on which %s is whole', (_what, zone, day, hours) => {
  const range = daysIn(zone, day, day)
  expect(((range?.to ?? 0) - (range?.from ?? 0)) / HOUR_MS).toBe(hours)
})

test('days follow one another without a gap over a year with two changes of the clocks', () => {
  readIn('Europe/Berlin')
  let day = '2026-01-01'
  for (let n = 0; n < 365; n++) {
    const range = rangeOf({ kind: 'days', first: day, last: day }, NOW)
    const next = dayOf(range?.to ?? 0)
    expect(rangeOf({ kind: 'days', first: next, last: '' }, NOW)?.from).toBe(range?.to)
    expect(dayOf((range?.to ?? 0) - 1)).toBe(day)
    day = next
  }
  expect(day).toBe('2027-01-01')
})

test('a day that is left empty is no bound, and the end of a year or a month is one', () => {
  const first = Date.parse('2026-12-31T00:00:00Z')
  expect(daysIn('UTC', '2026-12-31', '')).toEqual({ from: first, to: null })
  expect(daysIn('UTC', '', '2026-12-31')).toEqual({ from: null, to: first + 24 * HOUR_MS })
  expect(daysIn('UTC', '', '2028-02-28')?.to).toBe(Date.parse('2028-02-29T00:00:00Z'))
  expect(daysIn('UTC', '', '')).toEqual({ from: null, to: null })
})

test('a last day before the first is no time, and a year that is being typed is one', () => {
  expect(daysIn('UTC', '2026-05-02', '2026-05-01')).toBeNull()
  expect(daysIn('UTC', '2026-05-01', '2026-05-01')).not.toBeNull()
  expect(daysIn('America/New_York', '0002-05-01', '')).toEqual({ from: 0, to: null })
  expect(daysIn('UTC', '120260-05-01', '')).toEqual({ from: null, to: null })
})
