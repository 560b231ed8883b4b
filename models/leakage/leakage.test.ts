import { describe, expect, test } from 'vitest'
import { seededUniform } from '../random/seeded.ts'
import type { Column, Table } from '../table/table.ts'
import { leakageWarnings } from './leakage.ts'

const ROWS = 4_000
const uniform = seededUniform(7)
const outcomes = Uint8Array.from({ length: ROWS }, () => (uniform() < 0.3 ? 1 : 0))

const numbers = (name: string, value: (outcome: number, row: number) => number): Column => ({
  name,
  format: { kind: 'number', decimal: '.' },
  values: Float32Array.from(outcomes, value),
})
const categories = (name: string, levels: string[], code: (outcome: number) => number): Column => ({
  name,
  format: { kind: 'category', levels },
  codes: Int32Array.from(outcomes, code),
})

const warned = (column: Column) => {
  const table: Table = { rows: ROWS, columns: [column] }
  return leakageWarnings(table, outcomes)[0]
}

describe('leakage warnings', () => {
  test('a column that is the label in other words is named, whatever its shape', () => {
    const same = warned(numbers('deal value', (y) => (y === 1 ? 100 + uniform() * 900 : uniform())))
    expect(same).toMatchObject({ kind: 'nearly_the_label', severity: 'warning' })
    expect(same?.message).toContain('--drop "deal value"')
    const middle = warned(
      numbers('temperature', (y) => (y === 1 ? uniform() : 5 * Math.sign(uniform() - 0.5))),
    )
    expect(middle?.kind).toBe('nearly_the_label')
  })

  test('a column that is filled for converters only is named', () => {
    const filled = warned(
      numbers('discount', (y) => (uniform() < (y === 1 ? 0.8 : 0.01) ? uniform() : Number.NaN)),
    )
    expect(filled?.kind).toBe('filled_after')
    expect(filled?.message).toMatch(/filled in (79|80|81) % of the positive rows/)
  })

  test('levels that come with one outcome only are named where they hold many rows', () => {
    const levels = ['open', 'not interested', 'called']
    const tags = warned(
      categories('tag', levels, (y) => (y === 0 && uniform() < 0.3 ? 1 : uniform() < 0.5 ? 0 : 2)),
    )
    expect(tags?.kind).toBe('decides_some_rows')
    expect(tags?.message).toContain('such as "not interested"')
  })

  test('a good feature is no leak, nor is a level that is pure because outcomes are rare', () => {
    expect(warned(numbers('visits', (y) => uniform() + y * 0.6))).toBeUndefined()
    const rare = Uint8Array.from({ length: ROWS }, (_, row) => (row % 100 === 0 ? 1 : 0))
    const columns = [categories('plan', ['a', 'b', 'c'], () => Math.floor(uniform() * 3))]
    expect(leakageWarnings({ rows: ROWS, columns }, rare)).toEqual([])
    const manyLevels = Array.from({ length: 1_500 }, (_, level) => `company ${level}`)
    const company = categories('company', manyLevels, () => Math.floor(uniform() * 1_500))
    expect(warned(company)).toBeUndefined()
  })

  test('a name like a result and a figure to match are worth a look', () => {
    const scored = warned(numbers('Lead_Score', (y) => uniform() + y * 0.4))
    expect(scored).toMatchObject({ kind: 'named_like_a_result', severity: 'look' })
  })

  test('an id that predicts says that outcomes depend on time', () => {
    const sorted = outcomes.toSorted()
    const values = Float64Array.from(sorted, (_, row) => row)
    const id = { name: 'number', reason: 'id', why: '', values } as const
    const warnings = leakageWarnings({ rows: ROWS, columns: [] }, sorted, [id])
    expect(warnings[0]).toMatchObject({ kind: 'grows_with_time', column: 'number' })
    expect(leakageWarnings({ rows: ROWS, columns: [] }, outcomes, [id])).toEqual([])
  })
})
