import { setTimeout as sleep } from 'node:timers/promises'
import type { ClientCall } from './client-call.ts'
import { deliverBatch, type Target } from './deliver.ts'
import type { Journey } from './journeys.ts'

/** Well under the batch limit of 500 KB: a call is about 1 KB. */
const MAX_BATCH_EVENTS = 50
/** Requests a second at most, so that a slow trickle goes event by event. */
const BATCHES_PER_SECOND = 10
const MAX_ATTEMPTS = 10

export interface Delivery {
  /** Calls that the edge confirmed. */
  sent: number
  /** Requests beyond the first for each batch. */
  retries: number
}

export interface SendOptions extends Target {
  eventsPerSecond: number
  signal: AbortSignal
  /** Attempts for one batch; `Infinity` to wait for the edge however long it takes. */
  maxAttempts?: number
  onProgress?: (delivery: Delivery) => void
}

/**
 * Sends all calls of the journeys in the order of their time, with the times they were made at.
 * Ends early, without an error, when aborted. Sending the same journeys again is harmless.
 *
 * @throws TrafficError when the edge refuses or stays unavailable
 */
export function sendTraffic(
  options: SendOptions & { journeys: Iterable<Journey> },
): Promise<Delivery> {
  const calls = [...options.journeys].flatMap((journey) => journey.calls)
  calls.sort((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp))
  return sendCalls(calls, options)
}

/**
 * Sends calls as they come at a bounded rate. A call is taken from the iterable just before it is
 * sent, so that an endless one may stamp it with the present.
 */
export async function sendCalls(
  calls: Iterable<ClientCall>,
  options: SendOptions,
): Promise<Delivery> {
  const { eventsPerSecond, signal, maxAttempts = MAX_ATTEMPTS, onProgress } = options
  const batchSize = Math.min(
    MAX_BATCH_EVENTS,
    Math.max(1, Math.ceil(eventsPerSecond / BATCHES_PER_SECOND)),
  )
  const delivery: Delivery = { sent: 0, retries: 0 }
  let dueAt = performance.now()
  try {
    for (const batch of batches(calls, batchSize)) {
      await sleep(Math.max(0, dueAt - performance.now()), undefined, { signal })
      const attempts = await deliverBatch(options, batch, { maxAttempts, signal })
      delivery.sent += batch.length
      delivery.retries += attempts - 1
      onProgress?.({ ...delivery })
      // At most one second of delay is made up for: an outage must not be followed by a flood.
      dueAt = Math.max(dueAt, performance.now() - 1000) + (batch.length * 1000) / eventsPerSecond
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
  return delivery
}

function* batches(calls: Iterable<ClientCall>, size: number): Generator<ClientCall[]> {
  let batch: ClientCall[] = []
  for (const call of calls) {
    batch.push(call)
    if (batch.length === size) {
      yield batch
      batch = []
    }
  }
  if (batch.length > 0) yield batch
}
