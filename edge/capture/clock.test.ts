import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { correctedTime } from './clock.ts'

const SECOND_MS = 1_000
const DAY_MS = 86_400_000
const YEAR_MS = 365 * DAY_MS
const RECEIVED_AT = Date.UTC(2026, 5, 1, 12)

const iso = (ms: number) => new Date(ms).toISOString()

describe('the corrected time of an event', () => {
  test.each([
    ['a day ahead', DAY_MS],
    ['a day behind', -DAY_MS],
    ['a year ahead', YEAR_MS],
    ['a year behind', -YEAR_MS],
    ['ten years ahead', 10 * YEAR_MS],
    ['ten years behind', -10 * YEAR_MS],
    ['right', 0],
  ])('cancels a device clock that is %s', (_, skewMs) => {
    const happened = RECEIVED_AT - 90 * SECOND_MS
    const original = iso(happened + skewMs)
    const sent = iso(RECEIVED_AT + skewMs)
    expect(correctedTime(original, sent, RECEIVED_AT)).toBe(happened)
  })

  test('takes the time as it is when nothing says when it was sent', () => {
    const original = RECEIVED_AT - 3 * DAY_MS
    expect(correctedTime(iso(original), undefined, RECEIVED_AT)).toBe(original)
    expect(correctedTime(iso(original), 'not a time', RECEIVED_AT)).toBe(original)
    expect(correctedTime(iso(original), null, RECEIVED_AT)).toBe(original)
  })

  test('is the arrival when the event was sent before it happened', () => {
    const original = iso(RECEIVED_AT - DAY_MS)
    const sent = iso(RECEIVED_AT - DAY_MS - SECOND_MS)
    expect(correctedTime(original, sent, RECEIVED_AT)).toBe(RECEIVED_AT)
  })

  test('is the arrival for a time in the future without a time of sending', () => {
    expect(correctedTime(iso(RECEIVED_AT + SECOND_MS), undefined, RECEIVED_AT)).toBe(RECEIVED_AT)
    expect(correctedTime(iso(RECEIVED_AT + YEAR_MS), undefined, RECEIVED_AT)).toBe(RECEIVED_AT)
  })

  test('is the arrival when no time is given, or none that can be read', () => {
    for (const nothing of [undefined, null, '', 'yesterday', {}, Number.NaN, true]) {
      expect(correctedTime(nothing, iso(RECEIVED_AT), RECEIVED_AT)).toBe(RECEIVED_AT)
    }
  })

  test('keeps history of years, and takes what is older for a broken clock', () => {
    const fourYearsAgo = RECEIVED_AT - 4 * YEAR_MS
    expect(correctedTime(iso(fourYearsAgo), undefined, RECEIVED_AT)).toBe(fourYearsAgo)
    expect(correctedTime('1970-01-01T00:00:00Z', undefined, RECEIVED_AT)).toBe(RECEIVED_AT)
  })

  test('reads Unix milliseconds as well as ISO 8601', () => {
    const happened = RECEIVED_AT - SECOND_MS
    expect(correctedTime(happened, RECEIVED_AT, RECEIVED_AT)).toBe(happened)
  })

  test('is always a whole millisecond between five years ago and the arrival', () => {
    const anything = fc.oneof(
      fc.anything(),
      fc.double(),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.integer({ min: RECEIVED_AT - 6 * YEAR_MS, max: RECEIVED_AT + YEAR_MS }),
    )
    fc.assert(
      fc.property(anything, anything, (original, sent) => {
        const at = correctedTime(original, sent, RECEIVED_AT)
        expect(Number.isInteger(at)).toBe(true)
        expect(at).toBeLessThanOrEqual(RECEIVED_AT)
        expect(at).toBeGreaterThanOrEqual(RECEIVED_AT - 5 * YEAR_MS)
      }),
    )
  })
})
