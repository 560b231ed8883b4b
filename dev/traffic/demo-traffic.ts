import type { Target } from './deliver.ts'
import { HISTORY_DAYS } from './history-days.ts'
import { type Journey, type Simulation, simulateJourneys } from './journeys.ts'
import { liveCalls } from './live-calls.ts'
import { type Delivery, sendCalls, sendTraffic } from './send-traffic.ts'

const DAY_MS = 86_400_000

/** Simulated beyond the present: what visitors will do becomes the live traffic. */
const AHEAD_DAYS = 14
const HISTORY_EVENTS_PER_SECOND = 500
const LIVE_EVENTS_PER_SECOND = 2

export interface DemoTraffic extends Target {
  /** Origin of the demo site, as its pages' URLs show it. */
  site: string
  signal: AbortSignal
  seed?: number
  /** Visitors over history and future together; about 10 calls each. */
  visitors?: number
  companies?: number
  /** The present, in Unix milliseconds. */
  now?: number
  onProgress?: (delivery: Delivery) => void
}

function simulationOf({
  seed = 1,
  visitors = 600,
  companies = 40,
  now = Date.now(),
  site,
}: DemoTraffic): Simulation & { now: number } {
  const from = now - HISTORY_DAYS * DAY_MS
  return { seed, visitors, companies, site, from, to: now + AHEAD_DAYS * DAY_MS, now }
}

/**
 * Sends the last 30 days of demo visits at once, a few thousand calls, each with its time in the
 * past. Repeating it stores nothing twice.
 *
 * @throws TrafficError when the edge refuses or stays unavailable
 */
export function sendHistory(demo: DemoTraffic): Promise<Delivery> {
  const { now, ...simulation } = simulationOf(demo)
  return sendTraffic({
    ...demo,
    journeys: upTo(simulateJourneys(simulation), now),
    eventsPerSecond: HISTORY_EVENTS_PER_SECOND,
  })
}

const OLDER_VISITORS_A_DAY = 30
const OLDER_COMPANIES = 200
/** Other visitors than those of the last 30 days. */
const OLDER_SEED = 2
const OLDER_EVENTS_PER_SECOND = 1_000

/**
 * Sends the visits before the last 30 days, about 300 calls a day.
 *
 * @param days how far back they go, more than 30
 * @throws TrafficError when the edge refuses or stays unavailable
 */
export function sendOlderHistory(demo: DemoTraffic, days: number): Promise<Delivery> {
  const { now = Date.now(), site } = demo
  const [from, to] = [now - days * DAY_MS, now - HISTORY_DAYS * DAY_MS]
  const visitors = Math.round(OLDER_VISITORS_A_DAY * (days - HISTORY_DAYS))
  const simulation = { seed: OLDER_SEED, companies: OLDER_COMPANIES, visitors, site, from, to }
  const journeys = upTo(simulateJourneys(simulation), to)
  return sendTraffic({ ...demo, journeys, eventsPerSecond: OLDER_EVENTS_PER_SECOND })
}

/**
 * Sends about two calls a second, of returning and of new visitors, until aborted. Waits however
 * long the edge is away.
 *
 * @throws TrafficError when the edge refuses the traffic
 */
export function sendLiveTraffic(demo: DemoTraffic): Promise<Delivery> {
  const { now, ...simulation } = simulationOf(demo)
  const calls = liveCalls(simulation, { since: now, run: now.toString(36), clock: Date.now })
  return sendCalls(calls, {
    ...demo,
    eventsPerSecond: LIVE_EVENTS_PER_SECOND,
    maxAttempts: Number.POSITIVE_INFINITY,
  })
}

function* upTo(journeys: Iterable<Journey>, until: number): Generator<Journey> {
  for (const journey of journeys) {
    yield { ...journey, calls: journey.calls.filter((c) => Date.parse(c.timestamp) <= until) }
  }
}
