import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PROFILE_IDLE_MS } from '#edge/visitors/idle-time.ts'
import { fnv1a32 } from '#edge/visitors/routing.ts'
import { EdgeClient, waitFor } from '#tests/platform/edge-client.ts'
import {
  newHome,
  removeHome,
  type SpawnedPlatform,
  spawnPlatform,
} from '#tests/platform/spawned-platform.ts'

const DAY_MS = 86_400_000
const WAIT_MS = 60_000
/** Enough that each object has some. */
const NEIGHBOURS = 40
/** Of one object (of 2, 4, … or 64 that a workspace may have): what is seen of one's eviction holds for the other. */
const [ASKS, SENDS] = twoOfOneObject()

let home: string
let platform: SpawnedPlatform | null = null

beforeAll(async () => {
  home = await newHome()
})

afterAll(async () => {
  await platform?.stop()
  await removeHome(home)
})

function twoOfOneObject(): [string, string] {
  const asks = 'asks'
  let n = 0
  while (fnv1a32(`sends-${n}`) % 64 !== fnv1a32(asks) % 64) n++
  return [asks, `sends-${n}`]
}

const start = () => spawnPlatform(home, ['--no-demo', '--no-console'])

/** Weeks of interest, the same for each visitor but for the ids. */
function historyOf(visitor: string, now: number) {
  const at = (daysAgo: number) => new Date(now - daysAgo * DAY_MS).toISOString()
  const page = (index: number, path: string) => ({
    type: 'page',
    messageId: `${visitor}-${index}`,
    anonymousId: visitor,
    timestamp: at(index + 1),
    context: { page: { path, url: `https://shop.example${path}` } },
  })
  return [
    ...['/pricing', '/demo', '/pricing', '/product', '/customers/a'].map((path, i) =>
      page(i, path),
    ),
    {
      type: 'identify',
      messageId: `${visitor}-identify`,
      anonymousId: visitor,
      userId: `user of ${visitor}`,
      timestamp: at(3),
      traits: { email: 'ada@acme.example', title: 'VP Sales', employees: 400 },
    },
  ]
}

async function send(client: EdgeClient, batch: unknown[], now: number): Promise<void> {
  const answer = await client.capture('batch', { batch, sentAt: new Date(now).toISOString() })
  expect(answer.status).toBe(200)
}

/** What a person is shown of a score; null for a visitor that is not known. */
async function scoreOf({ target }: EdgeClient, visitorId: string): Promise<unknown> {
  const answer = await fetch(`${target.edge}/v1/score`, {
    method: 'POST',
    headers: { authorization: `Bearer ${target.secretKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ visitorId }),
  })
  if (answer.status === 404) return null
  const { points, grade, reasons } = (await answer.json()) as {
    points: number
    grade: string
    reasons: { text: string }[]
  }
  return { points, grade, reasons: reasons.map(({ text }) => text) }
}

/** Nobody can wait a month: while the platform is stopped, its files are made to say that one has passed. */
async function letIdleTimePass(visitors: readonly string[]): Promise<void> {
  const dir = join(home, 'edge', 'objects')
  let aged = 0
  for (const name of await readdir(dir, { recursive: true })) {
    if (!name.endsWith('.sqlite')) continue
    const object = new DatabaseSync(join(dir, name))
    const profiles = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'profiles'"
    if (object.prepare(profiles).get()) {
      object.prepare("DELETE FROM meta WHERE key = 'purged_at'").run()
      const age = object.prepare(
        'UPDATE profiles SET touched_at = touched_at - ? WHERE visitor_id = ?',
      )
      for (const visitor of visitors) aged += Number(age.run(PROFILE_IDLE_MS, visitor).changes)
    }
    object.close()
  }
  expect(aged).toBe(visitors.length)
}

test('visitors idle for a month are evicted, and come back whole: by a page that asks, and by an event', async () => {
  platform = await start()
  let client = new EdgeClient(platform.ready)
  const now = Date.now()
  const visitors = [ASKS, SENDS, 'stayed', 'stayed and sends']
  await send(
    client,
    visitors.flatMap((visitor) => historyOf(visitor, now)),
    now,
  )
  await client.settled()
  await platform.stop()
  await letIdleTimePass([ASKS, SENDS])

  platform = await start()
  client = new EdgeClient(platform.ready)
  expect(await scoreOf(client, ASKS)).not.toBeNull()
  const neighbours = Array.from({ length: NEIGHBOURS }, (_, n) => ({
    type: 'page',
    messageId: `neighbour-${n}`,
    anonymousId: `neighbour-${n}`,
  }))
  await send(client, neighbours, Date.now())
  await client.settled()
  await waitFor(
    async () => (await scoreOf(client, ASKS)) === null,
    WAIT_MS,
    () => 'the idle visitor to be evicted',
  )
  const whole = await scoreOf(client, 'stayed')
  await waitFor(
    async () => (await scoreOf(client, ASKS)) !== null,
    WAIT_MS,
    () => 'the visitor who asked to be brought back',
  )
  expect(await scoreOf(client, ASKS)).toEqual(whole)

  const next = (visitor: string) => ({
    type: 'page',
    messageId: `${visitor}-next`,
    anonymousId: visitor,
    context: { page: { path: '/pricing', url: 'https://shop.example/pricing' } },
  })
  await send(client, [SENDS, 'stayed and sends', 'newcomer'].map(next), Date.now())
  expect(await scoreOf(client, SENDS)).not.toBeNull()
  await client.settled()
  expect(await scoreOf(client, 'newcomer')).not.toEqual(await scoreOf(client, 'stayed and sends'))
  let seen: unknown = null
  await waitFor(
    async () => {
      seen = await scoreOf(client, SENDS)
      return JSON.stringify(seen) === JSON.stringify(await scoreOf(client, 'stayed and sends'))
    },
    WAIT_MS,
    () => `the visitor who sent an event to be whole again; last: ${JSON.stringify(seen)}`,
  )
})
