import { amount } from '#shared/features/phrasing.ts'
import type { CountSeries } from './count-series.ts'

/** An anomaly as people read it, in the workspace's own time. */
export function anomalySentence(
  { period, timeZone, measure }: Pick<CountSeries, 'period' | 'timeZone' | 'measure'>,
  at: number,
  value: number,
  lower: number,
  upper: number,
): string {
  // The middle of the period, as in the grid, lest a day that begins at another zone's midnight be named wrong.
  const dayAt = period === 'day' ? at + 43_200_000 : at
  const date = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
  })
    .format(dayAt)
    .replace(',', '')
  const time = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
  }).format(at)
  const when = period === 'hour' ? `${date}, ${time}` : date
  // Inwards, or a value just outside could be said to be within.
  const [from, to] = [Math.ceil(lower), Math.floor(upper)]
  const expected = from > 0 ? `between ${amount(from)} and ${amount(to)}` : `at most ${amount(to)}`
  return `${measure} on ${when} were ${amount(value)}, expected ${expected}.`
}
