/**
 * Sends more months of demo visits to the platform on this machine than `npm start` does, so that there is
 * enough to train on: `node dev/models/send-longer-history.ts [DAYS]` (default 120).
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { simulateJourneys } from '#dev/traffic/journeys.ts'
import { sendTraffic } from '#dev/traffic/send-traffic.ts'

const DAY_MS = 86_400_000
const VISITORS_A_DAY = 30
/** Another one than that of `npm start`, whose message ids are taken. */
const SEED = 2
const EVENTS_PER_SECOND = 1_000

const Ready = z.object({ edge: z.string(), site: z.string().nullable(), writeKey: z.string() })

const days = Number(process.argv[2] ?? 120)
const home = process.env.EDGEWISE_HOME || '.edgewise'
const ready = Ready.parse(JSON.parse(readFileSync(join(home, 'ready.json'), 'utf8')))
const to = Date.now()
const journeys = simulateJourneys({
  seed: SEED,
  visitors: VISITORS_A_DAY * days,
  companies: 200,
  from: to - days * DAY_MS,
  to,
  ...(ready.site === null ? {} : { site: ready.site }),
})
const { sent } = await sendTraffic({
  edge: ready.edge,
  writeKey: ready.writeKey,
  journeys,
  eventsPerSecond: EVENTS_PER_SECOND,
  signal: new AbortController().signal,
})
console.log(`${sent.toLocaleString('en-US')} calls of ${days} days were sent.`)
