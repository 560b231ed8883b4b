import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dateReading, readDate } from './date-cells.ts'

const days = (iso: string): number => Date.parse(iso) / 86_400_000

describe('a cell as a date', () => {
  test.each([
    ['2026-11-24', '2026-11-24T00:00Z'],
    ['2026/11/24 18:30', '2026-11-24T18:30Z'],
    ['2026-11-24T18:30:15.250+02:00', '2026-11-24T16:30:15.250Z'],
    ['2026-11-24 18:30:15 UTC', '2026-11-24T18:30:15Z'],
    ['24.11.2026', '2026-11-24T00:00Z'],
    ['11/24/2026 6:30 PM', '2026-11-24T18:30Z'],
    ['11/24/2026 12:05 am', '2026-11-24T00:05Z'],
    ['24 Nov 2026', '2026-11-24T00:00Z'],
    ['24-Nov-2026 08:00', '2026-11-24T08:00Z'],
    ['November 24, 2026', '2026-11-24T00:00Z'],
    ['Tue, 24 Nov 2026 10:00:00 +0000', '2026-11-24T10:00Z'],
  ])('"%s" is %s', (cell, iso) => {
    expect(readDate(cell, 'month-first')).toBeCloseTo(days(iso), 8)
  })

  test.each(['2026-02-31', '13/13/2026', 'may', 'March', '2026', '12:30', '24 Foo 2026', '1.2.3'])(
    '"%s" is no date',
    (cell) => {
      expect(readDate(cell, 'month-first')).toBeNaN()
    },
  )

  test('every ISO time is read as the moment it names', () => {
    const dates = fc.date({
      min: new Date('1000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T00:00:00Z'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(dates, (date) => {
        expect(readDate(date.toISOString(), 'day-first')).toBeCloseTo(
          date.getTime() / 86_400_000,
          7,
        )
      }),
    )
  })

  test('one day above twelve tells which comes first; without one the choice is noted', () => {
    expect(dateReading(['03/04/2026', '25/04/2026'], [1, 1])).toMatchObject({
      order: 'day-first',
      readable: 1,
      note: null,
    })
    const unclear = dateReading(['03/04/2026', '05/04/2026'], [1, 1])
    expect(unclear.order).toBe('month-first')
    expect(unclear.note).toContain('month first')
  })
})
