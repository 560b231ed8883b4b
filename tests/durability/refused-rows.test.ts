import type { Client, InStatement } from '@libsql/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Fault } from '#dev/libsql/faults.ts'
import type { EdgeClient } from '#tests/platform/edge-client.ts'
import { waitFor } from '#tests/platform/edge-client.ts'
import { expectAcknowledgedStoredOnce, expectBooksMatchStore } from './books.ts'
import { LoadPlan, LoadRecord } from './load.ts'
import { expectDerivedIsRecomputed } from './recompute.ts'
import {
  batchOf,
  type FaultyTenants,
  startFaultyTenants,
  type Tenant,
  TIMEZONE,
} from './tenants-under-faults.ts'

const LOAD = { devices: 8, users: 4, eventsPerCall: 12 }
const POISON = 'poisonous'
const WAIT_MS = 60_000

let tenants: FaultyTenants

beforeAll(async () => {
  tenants = await startFaultyTenants(1)
})

afterAll(() => tenants.stop())

/** As a constraint would that nobody thought of: the engine itself refuses one row, for good. */
async function refusePoison(store: Client): Promise<void> {
  await store.execute(`CREATE TRIGGER refuse_poison BEFORE INSERT ON events WHEN NEW.message_id LIKE '${POISON}%'
    BEGIN SELECT RAISE(ABORT, 'no such value is allowed here'); END`)
}

/** Load with one row that the store refuses, somewhere in the middle. */
async function sendWithPoison(tenant: Tenant, seed: number): Promise<LoadRecord> {
  const record = new LoadRecord()
  const call = new LoadPlan({ ...LOAD, seed: 3000 + seed }).nextCall()
  const poison = {
    type: 'track',
    event: 'Refused',
    messageId: `${POISON}-${seed}`,
    anonymousId: 'dev-1',
  }
  call.body.batch.splice(Math.floor(call.body.batch.length / 2), 0, poison)
  expect(await record.send(tenant.client, call)).toBe(true)
  return record
}

async function expectOnlyPoisonQuarantined(tenant: Tenant, record: LoadRecord): Promise<void> {
  await expectAcknowledgedStoredOnce(tenant.store, record)
  const books = await expectBooksMatchStore(tenant.client, tenant.store)
  expect(books.quarantined).toBe(1)
  expect(books.received).toBe(record.answeredEvents)
  const { rows } = await tenant.store.execute(
    "SELECT json_extract(body, '$.messageId') AS id, error FROM quarantine",
  )
  expect(rows.map((row) => String(row.id))).toEqual([expect.stringContaining(POISON)])
  expect(String(rows[0]?.error)).toContain('no such value is allowed here')
  await expectDerivedIsRecomputed(tenant.store, TIMEZONE)
}

test('one row that the store refuses is quarantined alone, and its verdict can be looked up', async () => {
  const tenant = await tenants.add('poison')
  await refusePoison(tenant.store)
  const record = await sendWithPoison(tenant, 0)
  await tenant.client.settled()
  await expectOnlyPoisonQuarantined(tenant, record)
  expect(await verdictsOf(tenant.client, `${POISON}-0`)).toEqual([
    expect.objectContaining({ verdict: 'quarantined', reason: 'store_refused', name: 'Refused' }),
  ])
})

test('a connection cut at any request of the isolation quarantines nothing else and loses nothing', async () => {
  const watched = await tenants.add('poisonwatched')
  await refusePoison(watched.store)
  let requests = 0
  watched.setFault((statements) => {
    if (statements.some((sql) => sql.includes('drained_batches'))) requests++
    return null
  })
  await sendWithPoison(watched, 1)
  await watched.client.settled()
  console.log(`isolation: ${requests} requests`)
  expect(requests).toBeGreaterThan(6)
  const faults: Fault[] = [{ kind: 'cut_after_commit' }, { kind: 'cut_before_step', step: 2 }]
  await Promise.all(
    faults.flatMap((fault, kind) =>
      Array.from({ length: requests }, async (_, nth) => {
        const tenant = await tenants.add(`poison${kind}n${nth}`)
        await refusePoison(tenant.store)
        let seen = 0
        tenant.setFault((statements) =>
          statements.some((sql) => sql.includes('drained_batches')) && seen++ === nth
            ? fault
            : null,
        )
        // The same load each time, so that each request of the isolation has its turn.
        const record = await sendWithPoison(tenant, 1)
        await waitFor(
          () => tenant.hits() === 1,
          WAIT_MS,
          () => `request ${nth} of the isolation`,
        )
        await tenant.client.settled()
        await expectOnlyPoisonQuarantined(tenant, record)
      }),
    ),
  )
})

test('late twins of given-up batches change nothing, even once the store would take the row', async () => {
  const tenant = await tenants.add('latetwins')
  await refusePoison(tenant.store)
  const sent: InStatement[][] = []
  tenant.setFault((statements, requests) => {
    if (statements.some((sql) => sql.includes('INSERT INTO events'))) sent.push(batchOf(requests))
    return null
  })
  const record = await sendWithPoison(tenant, 7)
  await tenant.client.settled()
  // From here on the test itself is the sender.
  tenant.setFault(null)
  await tenant.store.execute('DROP TRIGGER refuse_poison')
  expect(sent.length).toBeGreaterThan(4)
  for (const batch of sent) {
    await expect(tenant.store.batch(batch, 'write')).rejects.toThrow('drained_batches.object')
  }
  await expectOnlyPoisonQuarantined(tenant, record)
})

test('a table that is missing for a while quarantines nothing; everything arrives once it is back', async () => {
  const tenant = await tenants.add('missing')
  let refusals = 0
  tenant.setFault((statements) => {
    if (statements.some((sql) => sql.includes('INSERT INTO drained_batches'))) refusals++
    return null
  })
  await tenant.store.execute('ALTER TABLE events RENAME TO events_elsewhere')
  const record = new LoadRecord()
  await record.run(tenant.client, new LoadPlan({ ...LOAD, seed: 4 }), { calls: 5 })
  await waitFor(
    () => refusals >= 2,
    WAIT_MS,
    () => 'two drains against the missing table',
  )
  expect(await tenant.client.books()).toMatchObject({ stored: 0, quarantined: 0 })
  await tenant.store.execute('ALTER TABLE events_elsewhere RENAME TO events')
  await tenant.client.settled()
  await expectAcknowledgedStoredOnce(tenant.store, record)
  const books = await expectBooksMatchStore(tenant.client, tenant.store)
  expect(books).toMatchObject({ received: record.answeredEvents, quarantined: 0 })
  await expectDerivedIsRecomputed(tenant.store, TIMEZONE)
})

async function verdictsOf(client: EdgeClient, messageId: string): Promise<unknown[]> {
  const { data } = await client.get<{ data: unknown[] }>(`/api/v1/events?messageId=${messageId}`)
  return data
}
