import { afterAll, beforeAll, expect, test } from 'vitest'
import { fnv1a32 } from '#edge/visitors/routing.ts'
import { expectBooksMatchStore } from './books.ts'
import { expectDerivedIsRecomputed } from './recompute.ts'
import { type FaultyTenants, startFaultyTenants, TIMEZONE } from './tenants-under-faults.ts'

const BUCKETS = 4
const EVENTS = 200

let tenants: FaultyTenants

beforeAll(async () => {
  tenants = await startFaultyTenants(BUCKETS)
})

afterAll(() => tenants.stop())

test('of one message id under two devices, drained by two objects at once, one is stored and one is a duplicate', async () => {
  const { client, store } = await tenants.add('twins')
  const deviceOf = (bucket: number) => {
    let n = 0
    while (fnv1a32(`device-${n}`) % BUCKETS !== bucket) n++
    return `device-${n}`
  }
  const batchOf = (bucket: number) => ({
    batch: Array.from({ length: EVENTS }, (_, index) => ({
      type: 'track',
      event: 'Signed Up',
      messageId: `twin-${index}`,
      anonymousId: deviceOf(bucket),
    })),
  })
  const answers = await Promise.all(
    [0, 1, 2, 3].map((bucket) => client.capture('batch', batchOf(bucket))),
  )
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200])
  await client.settled()
  expect(await expectBooksMatchStore(client, store)).toMatchObject({
    received: BUCKETS * EVENTS,
    stored: EVENTS,
    duplicate: (BUCKETS - 1) * EVENTS,
  })
  const { data } = await client.get<{ data: { verdict: string }[] }>(
    '/api/v1/events?messageId=twin-7',
  )
  expect(data.map(({ verdict }) => verdict).sort()).toEqual([
    'accepted',
    'duplicate',
    'duplicate',
    'duplicate',
  ])
  await expectDerivedIsRecomputed(store, TIMEZONE)
})
