import type { CapturedEvent } from '#shared/events/captured-event.ts'
import { decisionMoments } from './decision-moments.ts'
import { OUTCOME_WINDOW_MS } from './outcome-window.ts'
import { featuresAt } from './point-in-time.ts'
import type { KnownBy, TrainingRow } from './training-row.ts'

export interface VisitorHistory {
  visitorId: string
  /** All of the visitor's but bots', in any order, each message id once. */
  events: readonly CapturedEvent[]
  /** First conversion of the person on any device, Unix milliseconds; null without one. */
  convertedAt: number | null
}

export interface RowRules {
  knownBy: KnownBy
  /** Outcomes are known up to here, Unix milliseconds. */
  asOf: number
  /** Not every later event was read, so no row lies after this; Unix milliseconds. Absent for all read. */
  readUpTo?: number | undefined
}

/** An event cannot have happened after it was received, as profiles count it. */
export const happenedAt = ({
  occurredAt,
  receivedAt,
}: Pick<CapturedEvent, 'occurredAt' | 'receivedAt'>): number => Math.min(occurredAt, receivedAt)

/**
 * A visitor's training rows: features as they were known at each decision moment, and whether the person
 * converted within the outcome window after it. A moment whose window is not over by `asOf`, or from the
 * first conversion on, gives no row.
 */
export function visitorRows(
  { visitorId, events, convertedAt }: VisitorHistory,
  { knownBy, asOf, readUpTo = Number.POSITIVE_INFINITY }: RowRules,
): TrainingRow[] {
  const known =
    knownBy === 'received'
      ? events
      : events.map((event) => ({ ...event, receivedAt: happenedAt(event) }))
  const times = known.map(({ receivedAt }) => receivedAt).sort((a, b) => a - b)
  const moments = decisionMoments(visitorId, times).filter(
    (at) =>
      at + OUTCOME_WINDOW_MS <= asOf &&
      at <= readUpTo &&
      (convertedAt === null || at < convertedAt),
  )
  const features = featuresAt(visitorId, known, moments)
  return moments.map((at, index) => ({
    visitorId,
    at,
    features: Object.fromEntries(Object.entries(features[index] ?? {})),
    converted: convertedAt !== null && convertedAt <= at + OUTCOME_WINDOW_MS,
  }))
}
