import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ReadTableOptions, readTable } from './read-table.ts'
import { tableSummary } from './summary.ts'
import { isCategory, type Table } from './table.ts'

let folder = ''
let files = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'edgewise-table-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function written(content: string | Uint8Array): Promise<string> {
  const path = join(folder, `${files++}.csv`)
  await writeFile(path, content)
  return path
}

async function load(content: string | Uint8Array, options: Partial<ReadTableOptions> = {}) {
  return readTable(await written(content), { label: 'y', ...options })
}

/** A file of `count` lines under a header. */
const lines = (header: string, count: number, line: (row: number) => string): string =>
  `${header}\n${Array.from({ length: count }, (_, row) => line(row)).join('\n')}\n`

function cellsOf(table: Table, name: string): (number | string)[] {
  const column = table.columns.find((other) => other.name === name)
  if (!column) throw new Error(`There is no column ${name}.`)
  if (isCategory(column)) {
    return Array.from(column.codes, (code) => column.format.levels[code] ?? 'missing')
  }
  return Array.from(column.values)
}

const formatOf = (table: Table, name: string) =>
  table.columns.find((column) => column.name === name)?.format

describe('the text of a table', () => {
  const text = 'city,y\nKöln,1\nZürich – “x”,0\nKöln,1\n'
  const cities = ['Köln', 'Zürich – “x”', 'Köln']

  test('UTF-8 with and without a mark, and UTF-16 of both orders, are the same table', async () => {
    const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le')
    const files: [string | Uint8Array, string][] = [
      [text, 'utf-8'],
      [`\ufeff${text}`, 'utf-8'],
      [utf16, 'utf-16le'],
      [Buffer.from(utf16).swap16(), 'utf-16be'],
    ]
    for (const [content, encoding] of files) {
      const loaded = await load(content)
      expect(loaded.encoding).toBe(encoding)
      expect(cellsOf(loaded.table, 'city')).toEqual(cities)
    }
  })

  test('what is no UTF-8 is read as windows-1252, and said', async () => {
    const bytes = Buffer.from(
      'city,y\nK\xf6ln,1\nZ\xfcrich \x96 \x93x\x94,0\nK\xf6ln,1\n',
      'latin1',
    )
    const loaded = await load(bytes)
    expect(cellsOf(loaded.table, 'city')).toEqual(cities)
    expect(loaded.notes.join()).toContain('windows-1252')
  })

  test.each([',', ';', '\t', '|'])('the delimiter "%s" is found out', async (delimiter) => {
    const loaded = await load(
      lines(['a', 'b c', 'y'].join(delimiter), 9, (row) => [row % 4, 'u', row % 2].join(delimiter)),
    )
    expect(loaded.delimiter).toBe(delimiter)
    expect(cellsOf(loaded.table, 'a')).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 0])
  })

  test('decimal commas do not pass for the delimiter', async () => {
    const loaded = await load(lines('a;b;y', 6, (row) => `${row % 3},5;${row},25;${row % 2}`))
    expect(loaded.delimiter).toBe(';')
    expect(cellsOf(loaded.table, 'a')).toEqual([0.5, 1.5, 2.5, 0.5, 1.5, 2.5])
  })

  test('quoted fields hold delimiters, quotes and line ends; all kinds of line end are one', async () => {
    const loaded = await load('a,y\r\n"x, ""y""\r\nz",1\n"x, ""y""\nz",0\rb,1\r\n\r\n')
    expect(cellsOf(loaded.table, 'a')).toEqual(['x, "y"\nz', 'x, "y"\nz', 'b'])
  })

  test('whatever text is quoted comes back as it was, but for blanks around it', async () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab,;"\n\r\t |é€0'), maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 3, maxLength: 30 }), async (cells) => {
        const quoted = cells.map((cell, row) => `"${cell.replaceAll('"', '""')}",${row % 3}`)
        const { label } = await load(`y,a\n${quoted.join('\n')}\n`)
        const read = Array.from(label.codes, (code) => label.words[code] ?? '')
        expect(read).toEqual(cells.map((cell) => cell.replace(/\r\n?/g, '\n').trim()))
      }),
      { numRuns: 60 },
    )
  })

  test('a row of the wrong width is named by its line, counting lines within quotes', async () => {
    const ragged = load('a,b,y\n"two\nlines",2,1\n1,2,0\n1,2\n')
    await expect(ragged).rejects.toMatchObject({ kind: 'ragged_row' })
    await expect(ragged).rejects.toThrow('Line 5 has 2 cells, the header has 3.')
  })

  test('a quote that never closes is named', async () => {
    await expect(load('a,y\n1,0\n"open,1\n2,0\n')).rejects.toMatchObject({ kind: 'unclosed_quote' })
    const long = `a,y\n"open,1\n${'2,0\n'.repeat(6_000_000)}`
    await expect(load(long)).rejects.toMatchObject({ kind: 'unclosed_quote' })
  })

  test('an empty file, a bare header, no such file and no such column are told apart', async () => {
    await expect(load('')).rejects.toMatchObject({ kind: 'no_header' })
    await expect(load('a,y\n')).rejects.toMatchObject({ kind: 'no_rows' })
    const absent = readTable(join(folder, 'absent.csv'), { label: 'y' })
    await expect(absent).rejects.toMatchObject({ kind: 'unreadable_file' })
    await expect(load('Converted,a\n1,2\n', { label: 'convrted' })).rejects.toThrow(
      'Did you mean "Converted"?',
    )
    await expect(load('y,x\n1,2\n', { drop: ['x'] })).rejects.toMatchObject({ kind: 'no_features' })
  })
})

describe('the types of columns', () => {
  const ROWS = 300
  const table = lines('price,when,plan,is new,post code,y', ROWS, (row) =>
    [
      row % 7 === 0 ? 'N/A' : `"$1,${100 + (row % 90)}.50"`,
      `2026-0${1 + (row % 9)}-1${row % 10}`,
      row % 5 === 0 ? 'Select' : ['basic', 'pro', ' pro '][row % 3],
      row % 2 === 0 ? 'Yes' : 'no',
      `0${1000 + (row % 4)}`,
      row % 2,
    ].join(','),
  )

  test('numbers, dates, categories and yes or no are found, missing words are missing', async () => {
    const loaded = await load(table, { missing: ['Select'] })
    expect(formatOf(loaded.table, 'price')).toEqual({ kind: 'number', decimal: '.' })
    expect(cellsOf(loaded.table, 'price').slice(0, 2)).toEqual([Number.NaN, 1101.5])
    expect(formatOf(loaded.table, 'when')?.kind).toBe('time')
    expect(cellsOf(loaded.table, 'when')[0]).toBe(Date.UTC(2026, 0, 10) / 86_400_000)
    expect(cellsOf(loaded.table, 'plan').slice(0, 6)).toEqual([
      ...['missing', 'pro', 'pro', 'basic', 'pro', 'missing'],
    ])
    expect(formatOf(loaded.table, 'is new')).toEqual({ kind: 'boolean', yes: 'yes', no: 'no' })
    expect(formatOf(loaded.table, 'post code')?.kind).toBe('category')
    expect(tableSummary(loaded)).toContain('20.0 %')
  })

  test('ids, constants, free text and empty columns are left out, with the reason', async () => {
    const loaded = await load(
      lines('uuid,lead number,same,note,nothing,amount,y', ROWS, (row) =>
        [
          `k${row * 7919}`,
          660_737 - row,
          'x',
          `the customer number ${row} said many things to us`,
          '',
          (row * 37) % 101,
          row % 2,
        ].join(','),
      ),
    )
    const reasons = loaded.dropped.map(({ name, reason }) => [name, reason])
    expect(reasons).toEqual([
      ['uuid', 'id'],
      ['lead number', 'id'],
      ['same', 'constant'],
      ['note', 'text'],
      ['nothing', 'empty'],
    ])
    expect(loaded.table.columns.map(({ name }) => name)).toEqual(['amount'])
    expect(tableSummary(loaded)).toContain('- same (constant): Every row has "x".')
  })

  test('a column of many different numbers is read as such, a few words in it are missing', async () => {
    const rows = 5_000
    const loaded = await load(
      lines(
        'a,b,y',
        rows,
        (row) => `${row / 8},${row % 100 === 99 ? 'unknown' : row / 4},${row % 2}`,
      ),
    )
    expect(cellsOf(loaded.table, 'a')).toEqual(Array.from({ length: rows }, (_, row) => row / 8))
    expect(cellsOf(loaded.table, 'b')[99]).toBeNaN()
    expect(cellsOf(loaded.table, 'b')[4_998]).toBe(4_998 / 4)
    expect(loaded.notes).toEqual([
      'b: 50 cells are no number (such as "unknown") and count as missing.',
    ])
  })

  test('a log of many moments is read as times once day and month can be told', async () => {
    const rows = 25_000
    const at = (row: number): Date => new Date(Date.UTC(2026, 0, 1) + row * 1_800_000)
    const cell = (date: Date): string =>
      `${date.getUTCDate()}/${date.getUTCMonth() + 1}/${date.getUTCFullYear()} ${date.toISOString().slice(11, 16)}`
    const loaded = await load(lines('at,y', rows, (row) => `${cell(at(row))},${row % 2}`))
    expect(formatOf(loaded.table, 'at')).toEqual({ kind: 'time', order: 'day-first' })
    const values = cellsOf(loaded.table, 'at')
    expect(values[24_999]).toBeCloseTo(at(24_999).getTime() / 86_400_000, 2)
    expect(loaded.notes).toEqual([])
  })

  test('numbers beyond float32 are held at its ends, beyond float64 they are missing', async () => {
    const loaded = await load(
      lines(
        'a,y',
        300,
        (row) => `${row === 7 ? '1e300' : row === 8 ? '-1e99' : row / 2},${row % 2}`,
      ),
    )
    expect(cellsOf(loaded.table, 'a').slice(6, 10)).toEqual([
      3, 3.4028234663852886e38, -3.4028234663852886e38, 4.5,
    ])
  })

  test('a missing word that is a number is missing among numbers too', async () => {
    const loaded = await load(
      lines('a,y', 4_000, (row) => `${row % 2 === 0 ? -999 : row / 3},${row % 2}`),
      { missing: ['-999'] },
    )
    expect(cellsOf(loaded.table, 'a').filter((value) => Number.isNaN(value))).toHaveLength(2_000)
  })

  test('the time column orders rows and is no feature', async () => {
    const loaded = await load(
      lines('at,a,y', 40, (row) => `2026-01-${10 + (row % 20)} 12:00,${row % 3},${row % 2}`),
      { time: 'At' },
    )
    expect(loaded.time?.[1]).toBe(Date.UTC(2026, 0, 11, 12) / 86_400_000)
    expect(loaded.table.columns.map(({ name }) => name)).toEqual(['a'])
    await expect(load('at,a,y\nsoon,1,0\n', { time: 'at' })).rejects.toMatchObject({
      kind: 'no_time',
    })
  })

  test('a test file is read in the formats of the training file; what is new is missing', async () => {
    const trained = await load(
      lines('plan,price,flag,y', 60, (row) =>
        [
          ['basic', 'pro'][row % 2],
          `"1,${100 + ((row * 7) % 31)}"`,
          ['yes', 'no'][row % 2],
          row % 2,
        ].join(','),
      ),
    )
    const later = await load('extra,PRICE,flag,plan,y\n1,7,NO,gold,1\n1,"2,500",yes,pro,0\n', {
      like: trained.table.columns,
    })
    expect(later.table.columns.map(({ name }) => name)).toEqual(['plan', 'price', 'flag'])
    expect(cellsOf(later.table, 'plan')).toEqual(['missing', 'pro'])
    expect(cellsOf(later.table, 'price')).toEqual([7, 2500])
    expect(cellsOf(later.table, 'flag')).toEqual([0, 1])
    expect(later.notes).toEqual(['plan: 1 cells were never seen in training (such as "gold").'])
    await expect(load('plan,y\npro,1\n', { like: trained.table.columns })).rejects.toMatchObject({
      kind: 'column_absent',
    })
  })
})
