import type { Client, InStatement } from '@libsql/client'
import { readSegmentEvent } from '#edge/capture/segment-event.ts'
import { drainStatements } from '#edge/visitors/drain-statements.ts'
import { waitFor } from '#tests/platform/edge-client.ts'
import { benchCall } from './calls.ts'
import { closedLoop, type LoadResult } from './load.ts'
import { type BenchPlatform, startBenchPlatform, startHello, WRITE_KEY } from './platform.ts'

const CONNECTIONS = 32
const SINGLE_REQUESTS = 12_000
const BATCH_EVENTS = 100
const STORED_EVENTS = 60_000
const DRAIN_ROWS = 1_000
const MAX_SECONDS = 30
const SETTLE_TIMEOUT_MS = 120_000

const headers = {
  authorization: `Basic ${btoa(`${WRITE_KEY}:`)}`,
  'content-type': 'application/json',
}

export interface CaptureFigures {
  hello: LoadResult
  single: LoadResult
  storedPerSecond: number
  ackedPerSecond: number
  storeAlonePerSecond: number
}

export async function benchCapture(): Promise<CaptureFigures> {
  const platform = await startBenchPlatform(2)
  const hello = await startHello()
  try {
    await warmUp(platform, hello.url)
    const limits = { connections: CONNECTIONS, requests: SINGLE_REQUESTS, maxSeconds: MAX_SECONDS }
    const peers: LoadResult[] = []
    const ours: LoadResult[] = []
    // In turns, so that a machine that slows down slows both.
    for (let round = 0; round < 3; round++) {
      const run = `single-${round}-${Date.now()}`
      peers.push(await closedLoop(hello.url, limits, (i) => single(i, run)))
      ours.push(await closedLoop(platform.edge, limits, (i) => single(i, run)))
      await projected(platform.store)
    }
    const { stored, acked } = await storedAndProjected(platform)
    const storeAlone = await replayDrain(await platform.emptyStore())
    return {
      hello: median(peers),
      single: median(ours),
      storedPerSecond: stored,
      ackedPerSecond: acked,
      storeAlonePerSecond: storeAlone,
    }
  } finally {
    await hello.stop()
    await platform.stop()
  }
}

function single(index: number, run: string) {
  const call = benchCall(index, run)
  return { path: call.type === 'page' ? '/v1/p' : '/v1/t', headers, body: JSON.stringify(call) }
}

function batch(index: number, run: string) {
  const first = index * BATCH_EVENTS
  const items = Array.from({ length: BATCH_EVENTS }, (_, i) => benchCall(first + i, run))
  return {
    path: '/v1/batch',
    headers,
    body: JSON.stringify({ batch: items, sentAt: new Date().toISOString() }),
  }
}

async function warmUp(platform: BenchPlatform, helloUrl: string): Promise<void> {
  const limits = { connections: 8, requests: 1_000, maxSeconds: 10 }
  await closedLoop(helloUrl, limits, (i) => single(i, 'warm'))
  await closedLoop(platform.edge, limits, (i) => single(i, 'warm'))
  await projected(platform.store)
}

/** From the first byte sent until the last event is in every derived table. */
async function storedAndProjected(
  platform: BenchPlatform,
): Promise<{ stored: number; acked: number }> {
  const run = `batch-${Date.now()}`
  const bodies = Array.from({ length: STORED_EVENTS / BATCH_EVENTS }, (_, i) => batch(i, run))
  const before = await countEvents(platform.store)
  const started = performance.now()
  const load = await closedLoop(
    platform.edge,
    { connections: 8, requests: bodies.length, maxSeconds: MAX_SECONDS },
    (i) => bodies[i] ?? batch(i, run),
  )
  const acked = (load.requests * BATCH_EVENTS) / load.seconds
  await waitFor(
    async () => (await countEvents(platform.store)) >= before + load.requests * BATCH_EVENTS,
    SETTLE_TIMEOUT_MS,
    () => 'all events to be stored',
  )
  await projected(platform.store)
  const seconds = (performance.now() - started) / 1000
  return { stored: (load.requests * BATCH_EVENTS) / seconds, acked }
}

async function countEvents(store: Client): Promise<number> {
  const { rows } = await store.execute('SELECT coalesce(max(ingest_seq), 0) AS n FROM events')
  return Number(rows[0]?.n)
}

async function projected(store: Client): Promise<void> {
  await waitFor(
    async () => {
      const { rows } = await store.execute(
        'SELECT ingest_seq >= (SELECT coalesce(max(ingest_seq), 0) FROM events) AS done FROM projector_cursor',
      )
      return Number(rows[0]?.done) === 1
    },
    SETTLE_TIMEOUT_MS,
    () => 'all events to be projected',
  )
}

/** The very statements of the drain, against the store alone, one batch after another. */
async function replayDrain(store: Client): Promise<number> {
  const run = `alone-${Date.now()}`
  const batches: InStatement[][] = []
  for (let first = 0; first < STORED_EVENTS; first += DRAIN_ROWS) {
    const rows = Array.from({ length: DRAIN_ROWS }, (_, i) => logRow(first + i, run))
    batches.push(drainStatements('bench:local:0', first / DRAIN_ROWS + 1, rows, Date.now()))
  }
  const started = performance.now()
  for (const statements of batches) await store.batch(statements, 'write')
  return STORED_EVENTS / ((performance.now() - started) / 1000)
}

function logRow(index: number, run: string) {
  const call = benchCall(index, run)
  const caller = {
    receivedAt: Date.now(),
    verified: false,
    optedOut: false,
    honourGpc: true,
    browser: null,
  }
  const read = readSegmentEvent(call, call.type, {}, caller)
  if (read.kind !== 'event')
    throw new Error(`The benchmark's own event was refused: ${read.rejected.reason}`)
  const { messageId, type, ...rest } = read.event
  return {
    seq: index + 1,
    kind: 'event' as const,
    receivedAt: caller.receivedAt,
    body: JSON.stringify({ messageId, type, ...rest }),
  }
}

function median(results: LoadResult[]): LoadResult {
  const sorted = results.toSorted((a, b) => a.perSecond - b.perSecond)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (!middle) throw new Error('Nothing was measured.')
  return middle
}
