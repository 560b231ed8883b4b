import type { LoadedTable } from './read-table.ts'
import { type Column, isCategory, missingCount } from './table.ts'

const MOST_LEVELS_SHOWN = 3
const MS_A_DAY = 86_400_000

const short = (value: number): string =>
  Math.abs(value) >= 1e6 || (value !== 0 && Math.abs(value) < 1e-3)
    ? value.toExponential(2)
    : String(Number(value.toPrecision(4)))

const day = (days: number): string => new Date(days * MS_A_DAY).toISOString().slice(0, 10)

function levelsInWords(levels: readonly string[], codes: Int32Array): string {
  const counts = new Uint32Array(levels.length)
  for (const code of codes) if (code >= 0) counts[code] = (counts[code] ?? 0) + 1
  const order = levels
    .map((level, code) => ({ level, count: counts[code] ?? 0 }))
    .sort((a, b) => b.count - a.count)
  const shown = order.slice(0, MOST_LEVELS_SHOWN).map(({ level }) => level.slice(0, 24))
  const more = levels.length - shown.length
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** What a column holds, in a few words. */
function contents(column: Column): string {
  if (isCategory(column)) return levelsInWords(column.format.levels, column.codes)
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  let sum = 0
  let known = 0
  for (const value of column.values) {
    if (Number.isNaN(value)) continue
    known++
    sum += value
    if (value < low) low = value
    if (value > high) high = value
  }
  if (known === 0) return 'nothing'
  if (column.format.kind === 'boolean')
    return `${((100 * sum) / known).toFixed(1)} % ${column.format.yes}`
  if (column.format.kind === 'time') return `${day(low)} to ${day(high)}`
  return `${short(low)} to ${short(high)}, mean ${short(sum / known)}`
}

/** The columns of a table for people: name, type, share missing and what is in it, then what was dropped. */
export function tableSummary({ table, dropped, notes }: LoadedTable): string {
  const rows = table.columns.map((column) => [
    column.name,
    column.format.kind,
    `${((100 * missingCount(column)) / table.rows).toFixed(1)} %`,
    contents(column),
  ])
  const head = ['column', 'type', 'missing', 'values']
  const widths = head.map((title, index) =>
    rows.reduce((width, row) => Math.max(width, row[index]?.length ?? 0), title.length),
  )
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd()
  const left = dropped.map(({ name, reason, why }) => `- ${name} (${reason}): ${why}`)
  return [
    `${table.rows.toLocaleString('en-US')} rows, ${table.columns.length} features`,
    '',
    line(head),
    line(widths.map((width) => '─'.repeat(width))),
    ...rows.map(line),
    ...(left.length > 0 ? ['', 'Not used:', ...left] : []),
    ...(notes.length > 0 ? ['', 'Notes:', ...notes.map((note) => `- ${note}`)] : []),
  ].join('\n')
}
