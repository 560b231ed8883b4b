import { z } from '@hono/zod-openapi'

/** The latest that a date can be, which no index and no calendar goes beyond. */
const MAX_TIME_MS = 8_640_000_000_000_000

const Time = z.coerce.number().int().min(0).max(MAX_TIME_MS).optional()

/** Parameters by which entries of one time are asked for. */
export const TimeRangeQuery = {
  from: Time.openapi({ description: 'Unix milliseconds, inclusive' }),
  to: Time.openapi({ description: 'Unix milliseconds, exclusive; not before `from`' }),
}

export interface TimeRange {
  /** Unix milliseconds, inclusive. */
  from?: number | undefined
  /** Unix milliseconds, exclusive. */
  to?: number | undefined
}

/** A time that ends before it begins is a mistake, to which an empty list would be no answer. */
export const endsAfterItBegins = ({ from, to }: TimeRange): boolean =>
  from === undefined || to === undefined || from <= to

/** What is said where it does not. */
export const ENDS_TOO_EARLY = { path: ['from'], error: 'Give a time that is not later than to.' }
