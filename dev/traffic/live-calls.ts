import { SESSION_IDLE_MS } from '#shared/sessions/session.ts'
import type { ClientCall } from './client-call.ts'
import { type Journey, type Simulation, simulateJourneys } from './journeys.ts'
import { randomStream } from './random.ts'

/** Visitors on the site at the same time. */
const CONCURRENT_SESSIONS = 8

/**
 * An endless stream of calls as if made now: the sessions that the simulation holds after `since`
 * (of visitors who come back, and of new ones), several at a time, and after those the sessions of
 * further visitors. The message ids carry `run`, so that the next run of the same seed is not
 * taken for a repetition.
 */
export function* liveCalls(
  simulation: Simulation,
  { since, run, clock }: { since: number; run: string; clock: () => number },
): Generator<ClientCall> {
  const random = randomStream(simulation.seed, `live/${run}`)
  const upcoming = endlessSessions(simulation, since)
  const open: ClientCall[][] = []
  for (let sent = 0; ; sent++) {
    while (open.length < CONCURRENT_SESSIONS) open.push([...upcoming.next().value])
    const index = random.integer(0, open.length - 1)
    const session = open[index]
    const call = session?.shift()
    if (call) {
      yield {
        ...call,
        messageId: `${call.messageId}-${run}-${sent}`,
        timestamp: new Date(clock()).toISOString(),
      }
    }
    if (!session?.length) open.splice(index, 1)
  }
}

function* endlessSessions(simulation: Simulation, since: number): Generator<ClientCall[], never> {
  for (let round = 0; ; round++) {
    const journeys = simulateJourneys({ ...simulation, seed: simulation.seed + 1_000_003 * round })
    const sessions = [...journeys].flatMap(sessionsOf)
    if (sessions.length === 0) throw new RangeError('Live traffic needs at least one visit.')
    const startOf = (session: ClientCall[]) => Date.parse(session[0]?.timestamp ?? '')
    // The first round continues the history that was sent; later ones are all new.
    const fresh = sessions.filter((session) => round > 0 || startOf(session) > since)
    yield* fresh.sort((a, b) => startOf(a) - startOf(b))
  }
}

/** A journey's calls by session and device. */
export function sessionsOf({ calls }: Journey): ClientCall[][] {
  const sessions: ClientCall[][] = []
  let previous: ClientCall | undefined
  for (const call of calls) {
    const goesOn =
      previous?.anonymousId === call.anonymousId &&
      Date.parse(call.timestamp) - Date.parse(previous.timestamp) <= SESSION_IDLE_MS
    if (goesOn) sessions.at(-1)?.push(call)
    else sessions.push([call])
    previous = call
  }
  return sessions
}
