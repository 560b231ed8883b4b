import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { numberReading, readNumber } from './number-cells.ts'

const ones = (cells: readonly string[]): number[] => cells.map(() => 1)

describe('a cell as a number', () => {
  test.each([
    ['1234.5', 1234.5],
    ['-1.2e5', -120_000],
    ['.5', 0.5],
    ['1,234,567.89', 1_234_567.89],
    ["1'234", 1234],
    ['1 234', 1234],
    ['45%', 45],
    ['45.5 %', 45.5],
    ['$1,200', 1200],
    ['-$3', -3],
    ['(1,200.50)', -1200.5],
    ['€ 7', 7],
    ['12 EUR', 12],
  ])('"%s" is %d', (cell, value) => {
    expect(readNumber(cell, '.')).toBe(value)
  })

  test.each([
    ['1234,5', 1234.5],
    ['1.234.567,89', 1_234_567.89],
    ['12,5 %', 12.5],
  ])('"%s" with a decimal comma is %d', (cell, value) => {
    expect(readNumber(cell, ',')).toBe(value)
  })

  test.each(['', 'abc', '0x1f', 'Infinity', '1e999', '1,23', '12-34', '1,2345', '1.2.3'])(
    '"%s" is no number',
    (cell) => {
      expect(readNumber(cell, '.')).toBeNaN()
    },
  )

  test('whatever JavaScript prints for a finite number is read back as the same number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(readNumber(String(value), '.')).toBe(value === 0 ? Number(String(value)) : value)
      }),
    )
  })
})

describe('the reading of a whole column', () => {
  test('one cell that reads only one way decides for all', () => {
    const german = ['1.234,50', '1,234', '7']
    expect(numberReading(german, ones(german), ',')).toEqual({
      decimal: ',',
      readable: 1,
      note: null,
    })
    const english = ['1,234.50', '1,234', '7']
    expect(numberReading(english, ones(english), ';')).toEqual({
      decimal: '.',
      readable: 1,
      note: null,
    })
  })

  test('where nothing decides, the delimiter does, and it is said', () => {
    const cells = ['1,234', '5,678']
    const comma = numberReading(cells, ones(cells), ',')
    expect(comma.decimal).toBe('.')
    expect(comma.note).toContain('"5,678" is read as 5678')
    const semicolon = numberReading(cells, ones(cells), ';')
    expect(semicolon.decimal).toBe(',')
    expect(semicolon.note).toContain('"5,678" is read as 5.678')
  })
})
