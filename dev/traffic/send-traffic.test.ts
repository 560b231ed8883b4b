import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { TrafficError } from './deliver.ts'
import { sendHistory, sendLiveTraffic } from './demo-traffic.ts'
import { simulateJourneys } from './journeys.ts'
import { sessionsOf } from './live-calls.ts'
import { sendTraffic } from './send-traffic.ts'

const DAY_MS = 86_400_000
const Batch = z.object({
  sentAt: z.string(),
  batch: z.array(
    z.object({ messageId: z.string(), anonymousId: z.string(), timestamp: z.string() }),
  ),
})
type Request = { path: string; authorization: string; body: z.infer<typeof Batch> }

let closeServer: (() => Promise<void>) | undefined
afterEach(() => closeServer?.())

/** A server that keeps what it is sent and answers as told, by the number of the request. */
async function recordingEdge(answer: (index: number, response: ServerResponse) => void) {
  const requests: Request[] = []
  const server = createServer(async (request: IncomingMessage, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const body = Batch.parse(JSON.parse(text))
    const authorization = request.headers.authorization ?? ''
    requests.push({ path: request.url ?? '', authorization, body })
    answer(requests.length - 1, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closeServer = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return { edge: `http://127.0.0.1:${port}`, requests }
}

const ok = (_: number, response: ServerResponse) => response.end('{}')
const to = Date.UTC(2026, 8, 1)
const simulation = { seed: 5, companies: 10, visitors: 30, from: to - 30 * DAY_MS, to }
const journeys = [...simulateJourneys(simulation)]
const ids = journeys.flatMap((journey) => journey.calls.map((call) => call.messageId))

describe('sending traffic', () => {
  test('delivers every call once, in the order of time, with the write key', async () => {
    const { edge, requests } = await recordingEdge(ok)
    const signal = new AbortController().signal
    const delivery = await sendTraffic({
      edge,
      writeKey: 'key',
      journeys,
      eventsPerSecond: 5000,
      signal,
    })
    const received = requests.flatMap((request) => request.body.batch)
    expect(delivery).toEqual({ sent: ids.length, retries: 0 })
    expect(received.map((call) => call.messageId).sort()).toEqual([...ids].sort())
    const times = received.map((call) => Date.parse(call.timestamp))
    expect(times).toEqual([...times].sort((a, b) => a - b))
    for (const { path, authorization, body } of requests) {
      expect(path).toBe('/v1/batch')
      expect(authorization).toBe(`Basic ${btoa('key:')}`)
      expect(Math.abs(Date.parse(body.sentAt) - Date.now())).toBeLessThan(60_000)
    }
  })

  test('repeats an unconfirmed batch with the same message ids', async () => {
    const answers = [503, 429, 500]
    const { edge, requests } = await recordingEdge((index, response) => {
      response.statusCode = answers[index] ?? 200
      response.setHeader('retry-after', '0')
      response.end('{}')
    })
    const signal = new AbortController().signal
    const delivery = await sendTraffic({
      edge,
      writeKey: 'key',
      journeys,
      eventsPerSecond: 5000,
      signal,
    })
    expect(delivery).toEqual({ sent: ids.length, retries: 3 })
    const batches = requests.map(({ body }) => body.batch.map((call) => call.messageId))
    expect(batches.slice(1, 4)).toEqual([batches[0], batches[0], batches[0]])
  })

  test('survives a connection that breaks', async () => {
    const { edge, requests } = await recordingEdge((index, response) => {
      if (index === 0) response.destroy()
      else response.end('{}')
    })
    const signal = new AbortController().signal
    const options = { edge, writeKey: 'key', journeys, eventsPerSecond: 5000, signal }
    expect((await sendTraffic(options)).retries).toBe(1)
    expect(requests[1]?.body.batch).toEqual(requests[0]?.body.batch)
  })

  test('stops with a plain sentence when the key is refused or the edge stays away', async () => {
    const { edge } = await recordingEdge((index, response) => {
      response.statusCode = index === 0 ? 401 : 503
      response.setHeader('retry-after', '0')
      response.end('unknown key')
    })
    const signal = new AbortController().signal
    const options = { edge, writeKey: 'key', journeys, eventsPerSecond: 5000, signal }
    const refused = await sendTraffic(options).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(TrafficError)
    expect(refused).toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/status 401: unknown key Check the write key/),
    })
    await expect(sendTraffic({ ...options, maxAttempts: 3 })).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/in 3 attempts/),
    })
  })

  test('keeps to its rate', async () => {
    const { edge } = await recordingEdge(ok)
    const signal = new AbortController().signal
    const startedAt = performance.now()
    const { sent } = await sendTraffic({
      edge,
      writeKey: 'key',
      journeys,
      eventsPerSecond: 300,
      signal,
    })
    // All but the last batch of 30 are waited for.
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(((sent - 30) / 300) * 1000 - 20)
  })
})

describe('demo traffic', () => {
  const site = 'http://127.0.0.1:9999'

  test('has a history of past calls only, the same when it is sent again', async () => {
    const { edge, requests } = await recordingEdge(ok)
    const signal = new AbortController().signal
    const demo = { edge, site, writeKey: 'key', signal, visitors: 30, now: Date.now() }
    const first = await sendHistory(demo)
    const received = requests.splice(0).flatMap((request) => request.body.batch)
    expect(received).toHaveLength(first.sent)
    for (const { timestamp } of received) {
      expect(Date.parse(timestamp)).toBeLessThanOrEqual(demo.now)
      expect(Date.parse(timestamp)).toBeGreaterThan(demo.now - 31 * DAY_MS)
    }
    await sendHistory(demo)
    expect(requests.flatMap((request) => request.body.batch)).toEqual(received)
  })

  test('goes on live, in the present, until aborted', async () => {
    const stop = new AbortController()
    const { edge, requests } = await recordingEdge((index, response) => {
      response.end('{}')
      if (index === 3) stop.abort()
    })
    const demo = { edge, site, writeKey: 'key', signal: stop.signal, visitors: 30 }
    await sendLiveTraffic(demo)
    const received = requests.flatMap((request) => request.body.batch)
    expect(received).toHaveLength(4)
    expect(new Set(received.map((call) => call.messageId)).size).toBe(4)
    for (const { timestamp } of received) {
      expect(Math.abs(Date.parse(timestamp) - Date.now())).toBeLessThan(60_000)
    }
  })

  test('plays whole sessions of one device', () => {
    for (const journey of journeys) {
      const sessions = sessionsOf(journey)
      expect(sessions.flat()).toEqual(journey.calls)
      for (const session of sessions) {
        expect(new Set(session.map((call) => call.anonymousId)).size).toBe(1)
      }
    }
  })
})
