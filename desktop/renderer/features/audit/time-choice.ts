import type { AuditRange } from '#rpc/audit.ts'

/** Of which time entries are shown. */
export type TimeChoice =
  | { kind: 'all' }
  | { kind: 'last'; days: 1 | 7 | 30 }
  /** Calendar days as a date field gives them, both inclusive; empty for no bound. */
  | { kind: 'days'; first: string; last: string }

export const ALL_TIME: TimeChoice = { kind: 'all' }

const DAY_MS = 24 * 60 * 60 * 1000

/**
 * The time in Unix milliseconds, null where the last day comes before the first. Days begin and end where the
 * reader is, also those of 23 or 25 hours.
 */
export const rangeOf = (choice: TimeChoice, now: number): AuditRange | null => {
  switch (choice.kind) {
    case 'all':
      return { from: null, to: null }
    case 'last':
      return { from: now - choice.days * DAY_MS, to: null }
    case 'days': {
      const from = startOfDay(choice.first, 0)
      const to = startOfDay(choice.last, 1)
      return from !== null && to !== null && to <= from ? null : { from, to }
    }
  }
}

export const isNoTime = (choice: TimeChoice): boolean => rangeOf(choice, 0) === null

const DAY = /^(\d{4})-(\d\d)-(\d\d)$/

/** Null for what is no day yet. While a year is typed it is 2, 20 and 202, which is before all entries. */
const startOfDay = (day: string, daysLater: number): number | null => {
  const [year, month, date] = (DAY.exec(day) ?? []).slice(1).map(Number)
  if (year === undefined || month === undefined || date === undefined) return null
  return Math.max(0, new Date(year, month - 1, date + daysLater).getTime())
}

/** The day of a moment where the reader is, as a date field wants it. */
export const dayOf = (at: number): string => {
  const date = new Date(at)
  const [month, day] = [date.getMonth() + 1, date.getDate()].map((n) => String(n).padStart(2, '0'))
  return `${date.getFullYear()}-${month}-${day}`
}
