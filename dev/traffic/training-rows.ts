import type { CapturedEvent } from '#shared/events/captured-event.ts'
import type { FeatureValues } from '#shared/features/registry.ts'
import { OUTCOME_WINDOW_MS } from '#shared/training/outcome-window.ts'
import { featuresAt } from '#shared/training/point-in-time.ts'
import { captureCall } from './capture-calls.ts'
import { type PersonJourney, type Simulation, simulateJourneys } from './journeys.ts'
import { type Random, randomStream } from './random.ts'

const DAY_MS = 86_400_000

/** Decision times drawn for each device of a person. */
const CUTS_PER_DEVICE = 3

/** What was known of one visitor at the time `at` (Unix milliseconds), and what came of it. */
export interface TrainingRow {
  at: number
  /** The device; rows of one visitor belong on one side of a split by visitor. */
  visitorId: string
  features: FeatureValues
  converted: boolean
}

/**
 * Point-in-time rows of simulated people, sorted by time. Features see only events up to `at`; a
 * row's outcome is that of the person on any device; rows whose outcome window is not over by the
 * simulation's end, or that lie after the conversion, are not made.
 */
export function trainingRows(simulation: Simulation): TrainingRow[] {
  const rows: TrainingRow[] = []
  for (const journey of simulateJourneys(simulation)) {
    if (journey.kind === 'bot') continue
    const random = randomStream(simulation.seed, `cuts/${journey.id}`)
    for (const events of byDevice(journey))
      rows.push(...rowsOf(journey, events, random, simulation))
  }
  return rows.sort((a, b) => a.at - b.at)
}

function byDevice(journey: PersonJourney): CapturedEvent[][] {
  const devices = Map.groupBy(journey.calls.map(captureCall), (event) => event.visitorId)
  return [...devices.values()]
}

function rowsOf(
  { convertedAt }: PersonJourney,
  events: readonly CapturedEvent[],
  random: Random,
  { to }: Simulation,
): TrainingRow[] {
  const visitorId = events[0]?.visitorId
  const lastCutAt = Math.min(to - OUTCOME_WINDOW_MS, (convertedAt ?? Number.POSITIVE_INFINITY) - 1)
  const cuts = Array.from({ length: CUTS_PER_DEVICE }, () => cutTime(events, random))
    .filter((at) => at <= lastCutAt)
    .sort((a, b) => a - b)
  if (!visitorId) return []

  const features = featuresAt(visitorId, events, cuts)
  return cuts.map((at, cut) => ({
    at,
    visitorId,
    features: features[cut] ?? {},
    converted: convertedAt !== null && convertedAt <= at + OUTCOME_WINDOW_MS,
  }))
}

/**
 * When a score is asked for: most often while the visitor is here (at one of the events), else at
 * some time in the ten days after, when people look at their leads.
 */
function cutTime(events: readonly CapturedEvent[], random: Random): number {
  const event = events[random.integer(0, events.length - 1)]
  const at = event?.occurredAt ?? 0
  return random.chance(0.6) ? at : at + Math.round(random.uniform() * 10 * DAY_MS)
}
