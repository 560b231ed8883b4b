import { AnomalyError } from './anomaly-error.ts'

export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000

/** How many of something happened in the hour or day that begins at `at` (Unix milliseconds). */
export interface CountPoint {
  at: number
  /** 0 or more; null or NaN where nobody counted, which is something else than 0. */
  value: number | null
}

export interface CountSeries {
  /** Oldest first. A period that was not counted may be null or absent. */
  points: readonly CountPoint[]
  /** How long each point counts. */
  period: 'hour' | 'day'
  /** IANA name of the workspace's zone, which decides what hour and weekday a point is of. */
  timeZone: string
  /** What is counted, as a plural that may begin a sentence: "Sessions". */
  measure: string
  /** Judge only so many points at the end, by what came before them; all points where absent. */
  latest?: number
}

/** @throws AnomalyError where times do not rise, a value is no count, or `latest` is no number of points */
export function checkCountSeries({ points, latest }: CountSeries): void {
  if (latest !== undefined && !(Number.isInteger(latest) && latest >= 1)) {
    throw new AnomalyError(
      'bad_latest',
      `The latest ${latest} points cannot be judged.`,
      'Give a whole number from 1, or leave it out to judge all.',
    )
  }
  let before = Number.NEGATIVE_INFINITY
  for (const [index, { at, value }] of points.entries()) {
    if (!(at > before && at < Number.POSITIVE_INFINITY)) {
      throw new AnomalyError(
        'not_ascending',
        `Point ${index + 1} of ${points.length} is at ${at}, after one at ${before}.`,
        'Sort points by time and give each period once.',
      )
    }
    before = at
    if (value !== null && (value < 0 || Math.abs(value) === Number.POSITIVE_INFINITY)) {
      throw new AnomalyError(
        'not_a_count',
        `Point ${index + 1} of ${points.length} is ${value}.`,
        'Give counts of 0 or more; null where nobody counted.',
      )
    }
  }
}
