import { DEMO_PATHS } from '#dev/traffic/browsing.ts'
import { captureCall } from '#dev/traffic/capture-calls.ts'
import { type ClientCall, clientCall, type Said } from '#dev/traffic/client-call.ts'
import { personBrowser } from '#dev/traffic/devices.ts'
import { type Simulation, simulateJourneys } from '#dev/traffic/journeys.ts'
import { type Random, randomStream } from '#dev/traffic/random.ts'
import type { CapturedEvent } from '#shared/events/captured-event.ts'

const SECOND_MS = 1000
const HOUR_MS = 3_600_000

/** Bots with a person's user agent, by what they are after. */
export const BOT_KINDS = [
  'simulator',
  'crawler',
  'metronome',
  'roundTheClock',
  'formFiller',
] as const
export type BotKind = (typeof BOT_KINDS)[number]

export interface KnownVisitor {
  kind: BotKind | 'person'
  events: CapturedEvent[]
}

/** Of each kind that the simulator does not have. */
const BOTS_A_KIND = 15

/**
 * Simulated people's devices and bots that nobody can tell by their user agent: the simulator's own with it
 * taken away, and four more kinds.
 */
export function visitorsWithBots(simulation: Simulation): Map<string, KnownVisitor> {
  const visitors = new Map<string, KnownVisitor>()
  for (const journey of simulateJourneys(simulation)) {
    const kind = journey.kind === 'bot' ? 'simulator' : 'person'
    const devices = Map.groupBy(journey.calls, (call) => call.anonymousId)
    for (const [id, calls] of devices) visitors.set(id, { kind, events: capturedAsPeople(calls) })
  }
  for (const kind of ['crawler', 'metronome', 'roundTheClock', 'formFiller'] as const) {
    for (let index = 0; index < BOTS_A_KIND; index++) {
      const id = `${kind}-${index}`
      const random = randomStream(simulation.seed, id)
      const startAt = simulation.from + random.uniform() * (simulation.to - simulation.from)
      const visit = walk(random, id, Math.round(startAt))
      WALKS[kind](random, visit)
      visitors.set(id, { kind, events: capturedAsPeople(visit.calls) })
    }
  }
  return visitors
}

function capturedAsPeople(calls: readonly ClientCall[]): CapturedEvent[] {
  return calls.map((call) => ({ ...captureCall(call), bot: false }))
}

interface Walk {
  calls: ClientCall[]
  /** Lets time pass and makes a call. */
  call: (afterMs: number, path: string, said: Said) => void
}

function walk(random: Random, id: string, startAt: number): Walk {
  const browser = personBrowser(random, id, 'US', 'desktop')
  const calls: ClientCall[] = []
  let at = startAt
  return {
    calls,
    call: (afterMs, path, said) => {
      at += Math.round(afterMs)
      const open = { site: 'https://www.edgewise-demo.example', path, search: '', referrer: '' }
      calls.push(clientCall(`${id}-${calls.length}`, at, browser, open, said))
    },
  }
}

const anyPath = (random: Random) => DEMO_PATHS[random.integer(0, DEMO_PATHS.length - 1)] ?? '/'

const WALKS: Record<Exclude<BotKind, 'simulator'>, (random: Random, visit: Walk) => void> = {
  /** Takes the whole site as fast as it answers. */
  crawler: (random, visit) => {
    for (let page = random.integer(15, 40); page > 0; page--) {
      visit.call(random.integer(300, 2500), anyPath(random), { type: 'page' })
    }
  },
  /** Looks at a few pages at an even pace that a person could have. */
  metronome: (random, visit) => {
    const paceMs = random.integer(20, 60) * SECOND_MS
    for (let page = random.integer(10, 30); page > 0; page--) {
      visit.call(paceMs + random.integer(-500, 500), random.pick(['/pricing', '/product', '/']), {
        type: 'page',
      })
    }
  },
  /** Pauses like a person, and comes at every hour. */
  roundTheClock: (random, visit) => {
    for (let session = random.integer(12, 30); session > 0; session--) {
      visit.call((1 + random.exponential(3)) * HOUR_MS, anyPath(random), { type: 'page' })
      for (let page = random.integer(0, 3); page > 0; page--) {
        visit.call((5 + random.exponential(50)) * SECOND_MS, anyPath(random), { type: 'page' })
      }
    }
  },
  /** Sends the same form over and over, seconds after opening it. */
  formFiller: (random, visit) => {
    for (let form = random.integer(4, 12); form > 0; form--) {
      visit.call(random.integer(2, 20) * SECOND_MS, '/demo', { type: 'page' })
      visit.call(random.integer(1, 3) * SECOND_MS, '/demo', {
        type: 'track',
        event: 'Demo Requested',
        properties: { form: 'demo requested' },
      })
    }
  },
}
