import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { delongAuc } from '#shared/metrics/delong.ts'
import { seededUniform } from '../random/seeded.ts'
import { type Table, takeRows } from '../table/table.ts'
import { tableDrift } from './table-drift.ts'

const ROWS = 4_000
/**
 * Always the same: that nothing rings is no law but a rate, and six measures in 60 histories ring in one of
 * 300 such tests by chance.
 */
const CHOSEN_RUNS = { numRuns: 60, seed: 20_261_128 }
const PLANS = ['free', 'pro', 'team'] as const

interface World {
  /** By how much the latest fifth differs; 0 is not at all. */
  change: number
}

/** Rows in the order of time, with scores that are right as long as nothing changes. */
function history({ change }: World, seed: number) {
  const next = seededUniform(seed)
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  const visits = new Float32Array(ROWS)
  const seats = new Float32Array(ROWS)
  const plan = new Int32Array(ROWS)
  const probabilities = new Float64Array(ROWS)
  const outcomes = new Uint8Array(ROWS)
  for (let row = 0; row < ROWS; row++) {
    const late = row >= 0.8 * ROWS ? change : 0
    visits[row] = normal() + late
    seats[row] = next() < 0.1 + 0.3 * late ? Number.NaN : Math.floor(50 * next())
    plan[row] = next() < 0.2 + 0.4 * late ? 2 : next() < 0.5 ? 0 : 1
    const score = 1 / (1 + Math.exp(1 - (visits[row] ?? 0)))
    probabilities[row] = score
    outcomes[row] = next() < score * (1 - 0.7 * late) ? 1 : 0
  }
  const table: Table = {
    rows: ROWS,
    columns: [
      { name: 'visits', format: { kind: 'number', decimal: '.' }, values: visits },
      { name: 'seats', format: { kind: 'number', decimal: '.' }, values: seats },
      { name: 'plan', format: { kind: 'category', levels: PLANS }, codes: plan },
    ],
  }
  return { table, probabilities, outcomes }
}

type History = ReturnType<typeof history>

function part({ table, probabilities, outcomes }: History, rows: readonly number[]) {
  const of = {
    table: takeRows(table, rows),
    probabilities: Float64Array.from(rows, (row) => probabilities[row] ?? 0),
    outcomes: Uint8Array.from(rows, (row) => outcomes[row] ?? 0),
  }
  const { auc, variance } = delongAuc(of)
  return { ...of, auc: { value: auc, variance } }
}

const inOrder = Array.from({ length: ROWS }, (_, row) => row)

function shuffled(seed: number): number[] {
  const next = seededUniform(seed)
  return inOrder
    .map((row) => ({ row, key: next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ row }) => row)
}

function driftOf(rows: History, order: readonly number[]) {
  const cut = 0.8 * ROWS
  return tableDrift(part(rows, order.slice(0, cut)), part(rows, order.slice(cut)))
}

describe('drift between a period and the next', () => {
  test('is found in values, missing values, scores and calibration where the tail really differs', () => {
    const found = driftOf(history({ change: 1 }, 1), inOrder)
    expect(found.map(({ column, kind }) => [column, kind])).toEqual(
      expect.arrayContaining([
        ['visits', 'values'],
        ['seats', 'missing'],
        ['plan', 'values'],
        [null, 'scores'],
        [null, 'calibration'],
      ]),
    )
    expect(found.every(({ message }) => /\d/.test(message) && message.endsWith('.'))).toBe(true)
  })

  test('is not found where the same rows are divided by chance', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), fc.constantFrom(0, 1), (seed, change) => {
        const found = driftOf(history({ change }, 1), shuffled(seed))
        // Divided by chance or not, predictions that do not come true may be said.
        const differs = found.filter(({ kind }) => change === 0 || kind !== 'calibration')
        expect(differs).toEqual([])
      }),
      CHOSEN_RUNS,
    )
  })

  test('is not found in time either where nothing changed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        expect(driftOf(history({ change: 0 }, seed), inOrder)).toEqual([])
      }),
      CHOSEN_RUNS,
    )
  })

  test('a worse order is told from chance', () => {
    const rows = history({ change: 0 }, 3)
    const recent = part(rows, inOrder.slice(0.8 * ROWS))
    const { auc, variance } = delongAuc({
      ...recent,
      probabilities: recent.probabilities.toReversed(),
    })
    const findings = tableDrift(part(rows, inOrder.slice(0, 0.8 * ROWS)), {
      ...recent,
      auc: { value: auc, variance },
    })
    expect(findings).toMatchObject([{ column: null, kind: 'order' }])
    expect(findings[0]?.message).toMatch(/orders worse than before: AUC 0\.\d{3} after 0\.\d{3}/)
  })

  test('needs no rows to say nothing', () => {
    const rows = history({ change: 0 }, 4)
    const none = { ...part(rows, inOrder.slice(0, 10)), table: takeRows(rows.table, []) }
    expect(tableDrift(part(rows, inOrder), { ...none, probabilities: [], outcomes: [] })).toEqual(
      [],
    )
  })
})
