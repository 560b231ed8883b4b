import { type CountSeries, checkCountSeries } from './count-series.ts'
import { localGrid } from './local-grid.ts'
import { mstl, type Season } from './mstl.ts'
import { overdispersion } from './overdispersion.ts'
import { residualScales } from './residual-scale.ts'
import { anomalySentence } from './sentence.ts'
import { countAt, meanCountAt, POISSON_DEVIATION, stabilised } from './stable-variance.ts'

/**
 * Deviations beyond which a count is an anomaly. Normal noise goes beyond 0.06 times a year by the hour.
 * Counts, estimated scales and unrest add to that: `npm run bench -- anomaly` fails above once a year by the
 * hour. Of normal noise 4 would be nine times as often.
 */
export const THRESHOLD_Z = 4.5

/** However much a value pulled its own fit, no more than this share of its variance is taken for lost. */
const LEAST_VARIANCE = 0.25

/** How a series is decomposed and how much of it that takes, all in periods. */
interface Calendar {
  seasons: readonly Season[]
  trendWindow: number
  /** Before the first judged point: shorter and there is no telling a Monday from a trend. */
  leastSpan: number
  /** Of the least span, so many must have been counted. */
  leastCounted: number
  /** Where only the latest points are judged, older ones are not looked at: what it costs has a bound. */
  longestHistory: number
  /** Residuals are compared with those of the same group. */
  groups: number
  groupOf: (cell: number) => number
}

const HOURS_A_DAY = 24
const HOURS_A_WEEK = 168
const DAYS_A_WEEK = 7
const WEEK_WORDS = { hour: HOURS_A_WEEK, day: DAYS_A_WEEK }

const CALENDARS: Record<CountSeries['period'], Calendar> = {
  hour: {
    seasons: [
      { period: HOURS_A_DAY, window: 29, degree: 1 },
      { period: HOURS_A_WEEK, window: 15, degree: 0 },
    ],
    trendWindow: 281,
    leastSpan: 4 * HOURS_A_WEEK,
    leastCounted: 3 * HOURS_A_WEEK,
    longestHistory: 10 * HOURS_A_WEEK,
    groups: HOURS_A_DAY,
    groupOf: (cell) => modulo(cell, HOURS_A_DAY),
  },
  day: {
    seasons: [{ period: DAYS_A_WEEK, window: 15, degree: 1 }],
    trendWindow: 29,
    leastSpan: 6 * DAYS_A_WEEK,
    leastCounted: 5 * DAYS_A_WEEK,
    longestHistory: 52 * DAYS_A_WEEK,
    groups: DAYS_A_WEEK,
    groupOf: (cell) => modulo(cell, DAYS_A_WEEK),
  },
}

export interface Anomaly {
  /** Unix milliseconds: when the hour or day began. */
  at: number
  value: number
  expected: number
  /** What would not have been an anomaly: a count from `lower` to `upper`. */
  lower: number
  upper: number
  /** Robust deviations from what was expected, on the stabilised scale. */
  z: number
  direction: 'above' | 'below'
  /** One plain sentence. */
  sentence: string
}

export type Anomalies =
  | {
      kind: 'judged'
      /** Oldest first. */
      anomalies: Anomaly[]
      /** Points with a value that were judged. */
      judged: number
      /** Points with a value of whose hour or weekday too little is known. */
      unjudged: number
    }
  | { kind: 'too_little_history'; reason: string; next: string }

/**
 * Points of a counted series that neither trend, weekday nor hour explain. Pure: the same series gives the
 * same answer. With `latest`, the points in question have no say in what is expected of them.
 *
 * Robust STL on Anscombe's scale, residuals divided by how far such a residual strays by the fit alone, and
 * then judged by (residual − median) / (1.4826 × MAD) against `THRESHOLD_Z`.
 *
 * @throws AnomalyError where times do not rise, a value is no count, or zone or `latest` make no sense
 */
export function findAnomalies(series: CountSeries): Anomalies {
  checkCountSeries(series)
  const calendar = CALENDARS[series.period]
  const latest = Math.min(series.latest ?? 0, series.points.length)
  const points = latest ? series.points.slice(-calendar.longestHistory - latest) : series.points
  const grid = localGrid({ ...series, points })
  const firstJudged = points.length - latest
  const history = grid.values.slice(
    0,
    latest ? (grid.cellOf[firstJudged - 1] ?? -1) + 1 : undefined,
  )
  const short = tooLittle(history, calendar, series.period)
  if (short) return short

  const stable = grid.values.map(stabilised)
  const known = stable.slice()
  if (latest) known.fill(Number.NaN, grid.cellOf[firstJudged])
  const { trend, seasonal, excess } = mstl(
    known,
    calendar.seasons,
    calendar.trendWindow,
    POISSON_DEVIATION,
  )
  const usual = trend.map((level, cell) => level + (seasonal[cell] ?? 0))
  const strays = straying(known, usual, excess)
  const groupOf = (cell: number) => calendar.groupOf(grid.firstCell + cell)
  const scales = residualScales(divided(known, usual, strays), groupOf, calendar.groups)

  const answer = { kind: 'judged' as const, anomalies: [] as Anomaly[], judged: 0, unjudged: 0 }
  for (let index = latest ? firstJudged : 0; index < points.length; index++) {
    const { at = 0, value = null } = points[index] ?? {}
    if (value === null || Number.isNaN(value)) continue
    const cell = grid.cellOf[index] ?? 0
    const stray = strays[cell] ?? Number.POSITIVE_INFINITY
    if (stray === Number.POSITIVE_INFINITY) {
      answer.unjudged++
      continue
    }
    answer.judged++
    const { centre, deviation } = scales[groupOf(cell)] ?? { centre: 0, deviation: 1 }
    const middle = (usual[cell] ?? 0) + centre * stray
    const z = (stabilised(value) - middle) / (deviation * stray)
    if (Math.abs(z) <= THRESHOLD_Z) continue
    const lower = countAt(middle - THRESHOLD_Z * deviation * stray)
    const upper = countAt(middle + THRESHOLD_Z * deviation * stray)
    answer.anomalies.push({
      at,
      value,
      expected: meanCountAt(middle),
      lower,
      upper,
      z,
      direction: z > 0 ? 'above' : 'below',
      sentence: anomalySentence(series, at, value, lower, upper),
    })
  }
  return answer
}

/** (value − usual) / stray of each cell; NaN where there is no value, or none that could be judged. */
function divided(values: Float64Array, usual: Float64Array, strays: Float64Array): Float64Array {
  return values.map((value, cell) => {
    const stray = strays[cell] ?? 1
    return stray === Number.POSITIVE_INFINITY ? Number.NaN : (value - (usual[cell] ?? 0)) / stray
  })
}

/**
 * How far each cell's residual strays from 0 without anything having happened, on the stabilised scale: by
 * the fit, which its own value pulled or which had to do without it, and by the counts' overdispersion.
 */
function straying(known: Float64Array, usual: Float64Array, excess: Float64Array): Float64Array {
  const byFit = excess.map((more) => Math.sqrt(Math.max(LEAST_VARIANCE, 1 + more)))
  const means = usual.map(meanCountAt)
  const phi = overdispersion(divided(known, usual, byFit), means)
  return byFit.map((stray, cell) => stray * Math.sqrt(1 + phi * (means[cell] ?? 0)))
}

function tooLittle(
  history: Float64Array,
  { leastSpan, leastCounted }: Calendar,
  period: CountSeries['period'],
): Extract<Anomalies, { kind: 'too_little_history' }> | null {
  const counted = history.filter((value) => !Number.isNaN(value)).length
  if (history.length >= leastSpan && counted >= leastCounted) return null
  const weeks = leastSpan / WEEK_WORDS[period]
  return {
    kind: 'too_little_history',
    reason: `There are ${counted} counted ${period}s over a span of ${history.length}, and ${leastCounted} over ${leastSpan} are needed to know what is usual.`,
    next: `Ask again when ${weeks} weeks have been counted.`,
  }
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by
}
