import { describe, expect, test } from 'vitest'
import type { ConnectionState } from '#rpc/connection-state.ts'
import { takeAccessToken } from './access-token.ts'
import { connectionWords } from './connection-words.ts'
import { ago, clockTime, dayName } from './time-words.ts'

const NOON = new Date('2026-03-10T12:00:00').getTime()
const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

describe('how long ago', () => {
  test.each([
    [-5 * SECOND_MS, 'just now'],
    [9 * SECOND_MS, 'just now'],
    [34 * SECOND_MS, '30 s ago'],
    [5.5 * MINUTE_MS, '5 min ago'],
    [3 * HOUR_MS, '3 h ago'],
    [49 * HOUR_MS, '2 d ago'],
    [60 * 24 * HOUR_MS, '9 Jan'],
  ])('%i ms: %s', (passed, words) => {
    expect(ago(NOON - passed, NOON)).toBe(words)
  })

  test('another day is named', () => {
    expect(clockTime(NOON - HOUR_MS, NOON)).toBe('11:00')
    expect(clockTime(NOON - 24 * HOUR_MS, NOON)).toBe('9 Mar, 12:00')
    expect(dayName(NOON - HOUR_MS, NOON)).toBe('Today')
    expect(dayName(NOON - 13 * HOUR_MS, NOON)).toBe('Yesterday')
    expect(dayName(NOON - 40 * HOUR_MS, NOON)).toBe('8 Mar')
  })
})

describe('what the chip says', () => {
  const open = { name: 'open' } as const
  const lastSyncedAt = NOON - HOUR_MS
  const offline = (partial: object): ConnectionState => ({
    name: 'offline',
    since: NOON - 10 * MINUTE_MS,
    lastSyncedAt,
    reason: 'The edge cannot be reached.',
    attempt: 3,
    retryAt: NOON + 1000,
    ...partial,
  })
  const label = (state: ConnectionState | null) => connectionWords(open, state, NOON).label

  test('is how current the page is', () => {
    expect(label(null)).toBe('Connecting…')
    expect(label({ name: 'synced', since: 0, lastSyncedAt: NOON })).toBe('Synced just now')
    expect(label({ name: 'catching_up', since: 0, lastSyncedAt, pulled: 12_000 })).toBe(
      'Catching up – 12,000 rows so far',
    )
    expect(label(offline({}))).toBe('Offline – showing data from 11:00')
    expect(label(offline({ lastSyncedAt: null }))).toBe('Offline – no data yet')
  })

  test.each([
    [9_999, 'good', 'Synced just now'],
    [12_000, 'warning', 'No answer for 12 s'],
    [3 * MINUTE_MS, 'warning', 'No answer for 3 min'],
    [2 * HOUR_MS, 'warning', 'No answer for 2 h'],
  ])('an edge that has been silent for %i ms is %s: %s', (silent, tone, words) => {
    const state = { name: 'synced', since: 0, lastSyncedAt: NOON - silent } as const
    expect(connectionWords(open, state, NOON)).toMatchObject({ tone, label: words })
  })

  test('a silence that ended in no answer is offline at once', () => {
    const gaveUp = offline({ since: NOON, lastSyncedAt: NOON - 20 * SECOND_MS })
    expect(connectionWords(open, gaveUp, NOON).tone).toBe('warning')
  })

  test('a gap of a moment is not called offline', () => {
    const gap = offline({ since: NOON - 2000, lastSyncedAt: NOON - 4000 })
    expect(connectionWords(open, gap, NOON)).toEqual({
      tone: 'busy',
      label: 'Reconnecting…',
      banner: null,
    })
  })

  test('what needs somebody comes with what to do', () => {
    const state = { since: 0, lastSyncedAt, reason: 'Because.', next: 'Do this.' }
    const banner = { title: 'Because.', text: 'Do this.', retry: true }
    for (const [name, words] of [
      ['refused', 'Key refused'],
      ['update_needed', 'Update needed'],
      ['failed', 'Sync stopped'],
    ] as const) {
      expect(connectionWords(open, { name, ...state }, NOON)).toEqual({
        tone: 'bad',
        label: words,
        banner,
      })
    }
  })

  test('a back end that stopped outranks what it said last', () => {
    const synced: ConnectionState = { name: 'synced', since: 0, lastSyncedAt: NOON }
    expect(connectionWords({ name: 'lost', attempt: 1 }, synced, NOON).label).toBe(
      'Console stopped',
    )
  })
})

describe('the access token', () => {
  const places = (hash: string, kept: string | null) => {
    const seen = { kept, address: '' }
    return {
      seen,
      location: { hash, pathname: '/', search: '' },
      history: {
        replaceState: (_data: unknown, _unused: string, url?: string | URL | null) => {
          seen.address = String(url)
        },
      },
      storage: {
        getItem: () => seen.kept,
        setItem: (_key: string, value: string) => {
          seen.kept = value
        },
      },
    }
  }

  test('moves from the address into the tab', () => {
    const given = places('#token=abc', null)
    expect(takeAccessToken(given)).toBe('abc')
    expect(given.seen).toEqual({ kept: 'abc', address: '/' })
  })

  test('is remembered by the tab', () => {
    expect(takeAccessToken(places('', 'abc'))).toBe('abc')
    expect(takeAccessToken(places('#live', null))).toBeNull()
  })
})
