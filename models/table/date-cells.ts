import type { DateOrder } from './table.ts'

const MS_A_DAY = 86_400_000
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

const TIME = String.raw`(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([ap]\.?m\.?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?)?`
const YEAR_FIRST = new RegExp(String.raw`^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})${TIME}$`, 'i')
const YEAR_LAST = new RegExp(String.raw`^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})${TIME}$`, 'i')
const DAY_MONTH = new RegExp(
  String.raw`^(\d{1,2})(?:st|nd|rd|th)?[ -]([a-z]{3,9})\.?[ ,-]+(\d{4})${TIME}$`,
  'i',
)
const MONTH_DAY = new RegExp(
  String.raw`^([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})${TIME}$`,
  'i',
)
const WEEKDAY = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /i

type Clock = readonly (string | undefined)[]

/** Milliseconds into the day, NaN where there is no such time. */
function clockMs([hour, minute, second, fraction, half, zone]: Clock): number {
  if (hour === undefined) return 0
  let hours = Number(hour)
  if (half !== undefined) hours = (hours % 12) + (/^p/i.test(half) ? 12 : 0)
  const minutes = Number(minute)
  const seconds = Number(second ?? 0)
  if (hours > 24 || minutes > 59 || seconds > 60) return Number.NaN
  const ms = fraction === undefined ? 0 : Number(`0.${fraction}`) * 1000
  const offset = /^([+-])(\d{2}):?(\d{2})$/.exec(zone ?? '')
  const shift = offset
    ? (offset[1] === '-' ? 1 : -1) * (Number(offset[2]) * 60 + Number(offset[3]))
    : 0
  return ((hours * 60 + minutes + shift) * 60 + seconds) * 1000 + ms
}

function daysOf(year: number, month: number, day: number, clock: Clock): number {
  const midnight = Date.UTC(year, month - 1, day)
  const date = new Date(midnight)
  // 31 February would silently become a day in March.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return Number.NaN
  return (midnight + clockMs(clock)) / MS_A_DAY
}

const monthOf = (word: string | undefined): number =>
  MONTHS.indexOf((word ?? '').slice(0, 3).toLowerCase()) + 1

/**
 * Reads a cell as days since 1970-01-01, NaN where it is no date. A time without a zone counts as UTC.
 * @param order which of day and month comes first in 03/04/2026; 03.04.2026 is always day first.
 */
export function readDate(cell: string, order: DateOrder): number {
  const first = cell.charCodeAt(0)
  // Most cells are no dates; a digit or a letter of a month or weekday must come first.
  if (!(first >= 48 && first <= 57) && !/^[a-z]{3}/i.test(cell)) return Number.NaN
  const text = cell.replace(WEEKDAY, '')
  let match = YEAR_FIRST.exec(text)
  if (match) return daysOf(Number(match[1]), Number(match[3]), Number(match[4]), match.slice(5))
  match = YEAR_LAST.exec(text)
  if (match) {
    const [, one, separator, two, year, ...clock] = match
    const dayFirst = separator === '.' || order === 'day-first'
    const [day, month] = dayFirst ? [one, two] : [two, one]
    return daysOf(Number(year), Number(month), Number(day), clock)
  }
  match = DAY_MONTH.exec(text)
  if (match) return daysOf(Number(match[3]), monthOf(match[2]), Number(match[1]), match.slice(4))
  match = MONTH_DAY.exec(text)
  if (match) return daysOf(Number(match[3]), monthOf(match[1]), Number(match[2]), match.slice(4))
  return Number.NaN
}

export interface DateReading {
  order: DateOrder
  readable: number
  note: string | null
}

/** How the distinct cells of a column read best as dates; a choice without evidence is noted. */
export function dateReading(cells: readonly string[], weights: ArrayLike<number>): DateReading {
  let dayFirst = 0
  let monthFirst = 0
  let total = 0
  let ambiguous = ''
  cells.forEach((cell, index) => {
    const weight = weights[index] ?? 0
    const asDay = readDate(cell, 'day-first')
    const asMonth = readDate(cell, 'month-first')
    total += weight
    if (!Number.isNaN(asDay)) dayFirst += weight
    if (!Number.isNaN(asMonth)) monthFirst += weight
    if (asDay !== asMonth && !Number.isNaN(asDay + asMonth)) ambiguous = cell
  })
  const order = dayFirst > monthFirst ? 'day-first' : 'month-first'
  const note =
    ambiguous !== '' && dayFirst === monthFirst
      ? `Dates such as "${ambiguous}" are read with the month first: no cell shows otherwise.`
      : null
  return { order, readable: total === 0 ? 0 : Math.max(dayFirst, monthFirst) / total, note }
}
