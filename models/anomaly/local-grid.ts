import { AnomalyError } from './anomaly-error.ts'
import { type CountSeries, DAY_MS, HOUR_MS } from './count-series.ts'

/**
 * A series on an even grid of the workspace's own hours or days, so that a cell's weekday and hour follow
 * from its number. The hour that summer time skips is a missing cell; the one that it repeats is one cell
 * with two points.
 */
export interface LocalGrid {
  /** The mean of each cell's points; NaN where there is none. */
  values: Float64Array
  /** The cell of each point. */
  cellOf: Int32Array
  /** Number of the first cell, in periods of local time since 1970. */
  firstCell: number
}

/** @throws AnomalyError where the zone is unknown */
export function localGrid({ points, period, timeZone }: CountSeries): LocalGrid {
  const periodMs = period === 'hour' ? HOUR_MS : DAY_MS
  const offset = zoneOffset(timeZone)
  // The middle of a period is in the right local day also where days were cut by another zone's midnight.
  const cells = points.map(({ at }) => {
    const middle = at + periodMs / 2
    return Math.floor((middle + offset(middle)) / periodMs)
  })
  const firstCell = cells[0] ?? 0
  const length = points.length > 0 ? (cells.at(-1) ?? 0) - firstCell + 1 : 0
  const values = new Float64Array(length).fill(Number.NaN)
  const counted = new Uint8Array(length)
  const cellOf = Int32Array.from(cells, (cell) => Math.max(0, cell - firstCell))
  for (const [index, { value }] of points.entries()) {
    if (value === null || Number.isNaN(value)) continue
    const cell = cellOf[index] ?? 0
    const held = counted[cell] ?? 0
    values[cell] = held === 0 ? value : ((values[cell] ?? 0) * held + value) / (held + 1)
    counted[cell] = held + 1
  }
  return { values, cellOf, firstCell }
}

/** Milliseconds that a zone's clock is ahead of UTC at a moment. */
function zoneOffset(timeZone: string): (at: number) => number {
  const format = formatOf(timeZone)
  const exact = (at: number): number => {
    const part: Record<string, number> = {}
    for (const { type, value } of format.formatToParts(at)) part[type] = Number(value)
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000
  }
  // Asking Intl for each hour would take longer than judging the series: ask once a UTC day that has one offset.
  const midnights = new Map<number, number>()
  const atMidnight = (day: number): number => {
    const known = midnights.get(day) ?? exact(day * DAY_MS)
    midnights.set(day, known)
    return known
  }
  return (at) => {
    const day = Math.floor(at / DAY_MS)
    const offset = atMidnight(day)
    return offset === atMidnight(day + 1) ? offset : exact(at)
  }
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new AnomalyError(
      'bad_time_zone',
      `"${timeZone}" is no time zone.`,
      'Give an IANA name such as "Europe/Berlin".',
    )
  }
}
