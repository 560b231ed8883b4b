import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addLedgerHours,
  emptyLedgerHour,
  hourOf,
  LEDGER_VERDICTS,
  LedgerEntries,
} from './ledger.ts'

const HOUR_MS = 3_600_000

const entries = fc.array(
  fc.record({
    verdict: fc.constantFrom(...LEDGER_VERDICTS),
    at: fc.integer({ min: 0, max: 5 * HOUR_MS }),
    count: fc.integer({ min: 1, max: 9 }),
  }),
)

type Cell = { hour: number; verdict: string; count: number }

const cellsOf = (ledger: LedgerEntries) => JSON.parse(ledger.toJson()) as Cell[]

function ledgerOf(
  items: { verdict: (typeof LEDGER_VERDICTS)[number]; at: number; count: number }[],
) {
  const ledger = new LedgerEntries()
  for (const { verdict, at, count } of items) ledger.add(verdict, at, count)
  return ledger
}

describe('the books', () => {
  test('an hour begins on the hour', () => {
    expect(hourOf(Date.parse('2026-05-01T10:59:59.999Z'))).toBe(Date.parse('2026-05-01T10:00:00Z'))
    expect(hourOf(Date.parse('2026-05-01T11:00:00.000Z'))).toBe(Date.parse('2026-05-01T11:00:00Z'))
  })

  test('every entry is in one cell, and one cell an hour and verdict', () => {
    fc.assert(
      fc.property(entries, (items) => {
        const cells = cellsOf(ledgerOf(items))
        expect(new Set(cells.map(({ hour, verdict }) => `${hour} ${verdict}`)).size).toBe(
          cells.length,
        )
        for (const { hour, verdict, count } of cells) {
          const own = items.filter((item) => hourOf(item.at) === hour && item.verdict === verdict)
          expect(count).toBe(own.reduce((sum, item) => sum + item.count, 0))
        }
        expect(cells.reduce((sum, { count }) => sum + count, 0)).toBe(
          items.reduce((sum, { count }) => sum + count, 0),
        )
      }),
    )
  })

  test('entries kept as text and taken back leave nothing behind', () => {
    fc.assert(
      fc.property(entries, (items) => {
        const ledger = ledgerOf(items)
        const back = LedgerEntries.fromJson(ledger.toJson()).negated()
        const sums = new Map<string, number>()
        for (const { hour, verdict, count } of [...cellsOf(ledger), ...cellsOf(back)]) {
          const key = `${hour} ${verdict}`
          sums.set(key, (sums.get(key) ?? 0) + count)
        }
        expect([...sums.values()].filter((sum) => sum !== 0)).toEqual([])
      }),
    )
  })

  test('the books of several objects add up by hour, the newest hour first', () => {
    const at = (hour: number, received: number, pending: number) => ({
      ...emptyLedgerHour(hour),
      received,
      pending,
    })
    expect(addLedgerHours([at(1, 5, 2), at(2, 1, 1), at(1, 4, 0)])).toEqual([
      at(2, 1, 1),
      at(1, 9, 2),
    ])
  })
})
