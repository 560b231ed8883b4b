import { expect, test } from 'vitest'
import { readSegmentEvent } from '#edge/capture/segment-event.ts'
import { captureCall } from './capture-calls.ts'
import { simulateJourneys } from './journeys.ts'

const DAY_MS = 86_400_000
const to = Date.UTC(2026, 8, 1)

test('simulated calls become the very events that the edge makes of them', () => {
  const simulation = { seed: 11, companies: 40, visitors: 300, from: to - 60 * DAY_MS, to }
  const calls = [...simulateJourneys(simulation)].flatMap((journey) => journey.calls)
  expect(new Set(calls.map((call) => call.type))).toEqual(
    new Set(['page', 'track', 'identify', 'group']),
  )
  for (const call of calls) {
    const caller = {
      receivedAt: Date.parse(call.timestamp),
      verified: false,
      optedOut: false,
      honourGpc: true,
      browser: null,
    }
    expect(captureCall(call)).toEqual(eventOf(readSegmentEvent(call, call.type, {}, caller)))
  }
})

function eventOf(read: ReturnType<typeof readSegmentEvent>) {
  if (read.kind !== 'event') throw new Error(`Rejected: ${JSON.stringify(read.rejected)}`)
  return read.event
}
