import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Fault } from '#dev/libsql/faults.ts'
import { fnv1a32 } from '#edge/visitors/routing.ts'
import { waitFor } from '#tests/platform/edge-client.ts'
import { expectAcknowledgedStoredOnce, expectBooksMatchStore } from './books.ts'
import { LoadPlan, LoadRecord } from './load.ts'
import { expectDerivedIsRecomputed } from './recompute.ts'
import {
  type FaultyTenants,
  isEventDrain,
  isProjection,
  isScoreDrain,
  once,
  startFaultyTenants,
  type Tenant,
  TIMEZONE,
} from './tenants-under-faults.ts'

const HIT_TIMEOUT_MS = 60_000
const BUCKETS = 2
const LOAD = { devices: 8, users: 4, eventsPerCall: 20 }

let tenants: FaultyTenants

beforeAll(async () => {
  tenants = await startFaultyTenants(BUCKETS)
})

afterAll(() => tenants.stop())

type BatchKind = (statements: readonly string[]) => boolean

const KINDS: Record<string, BatchKind> = {
  'a drain of events': isEventDrain,
  'a drain of scores': isScoreDrain,
  'a projection with identity': isProjection,
}

test.for(Object.entries(KINDS))(
  'an unknown outcome at every statement of %s counts nothing twice and loses nothing',
  async ([name, kind]) => {
    const prefix = name.replaceAll(/[^a-z]/g, '').slice(0, 20)
    const statements = await fullBatch(`${prefix}all`, kind)
    expect(statements[0]).toBe('BEGIN IMMEDIATE')
    const cuts: Fault[] = [
      ...statements.map((_, step) => ({ kind: 'cut_before_step', step }) as const),
      { kind: 'cut_after_commit' },
    ]
    console.log(`${name}: ${cuts.length} cuts`)
    await Promise.all(cuts.map((cut, index) => cutOnce(`${prefix}${index}`, kind, cut, index)))
  },
)

/** One tenant with a past loses one answer, at the given place. */
async function cutOnce(id: string, kind: BatchKind, cut: Fault, seed: number): Promise<void> {
  const tenant = await tenants.add(id)
  const record = await warmUp(tenant, seed)
  tenant.setFault(once((statements) => (kind(statements) ? cut : null)))
  await sendMixed(tenant, record, seed)
  await waitFor(
    () => tenant.hits() === 1,
    HIT_TIMEOUT_MS,
    () => `${id} to be cut at ${JSON.stringify(cut)}`,
  )
  await tenant.client.settled()
  await expectAcknowledgedStoredOnce(tenant.store, record)
  const books = await expectBooksMatchStore(tenant.client, tenant.store)
  expect(books.received).toBe(record.answeredEvents)
  await expectDerivedIsRecomputed(tenant.store, TIMEZONE)
}

/** The statements of the longest batch of this kind, from watching one with everything in it. */
async function fullBatch(id: string, kind: BatchKind): Promise<readonly string[]> {
  const tenant = await tenants.add(id)
  const record = await warmUp(tenant, 0)
  let longest: readonly string[] = []
  tenant.setFault((statements) => {
    if (kind(statements) && statements.length > longest.length) longest = statements
    return null
  })
  await sendMixed(tenant, record, 0)
  await waitFor(
    () => longest.length > 0,
    HIT_TIMEOUT_MS,
    () => `${id} to send such a batch`,
  )
  return longest
}

/** A past to build on: known visitors, sessions to be joined, persons to be merged. */
async function warmUp(tenant: Tenant, seed: number): Promise<LoadRecord> {
  const record = new LoadRecord()
  await record.run(tenant.client, new LoadPlan({ ...LOAD, seed: 1000 + seed }), {
    calls: 3,
    workers: 1,
  })
  await record.send(tenant.client, {
    key: 'write',
    body: {
      batch: [{ type: 'page', messageId: `${seed}-twice`, anonymousId: deviceIn(1, 'first') }],
      sentAt: new Date().toISOString(),
    },
    valid: [`${seed}-twice`],
  })
  await tenant.client.settled()
  return record
}

/** One call with everything in it: new and known visitors, merges, an invalid event, and one that another object stored. */
async function sendMixed(tenant: Tenant, record: LoadRecord, seed: number): Promise<void> {
  const call = new LoadPlan({ ...LOAD, seed: 2000 + seed }).nextCall()
  const anonymousId = deviceIn(0, 'second')
  const events = [
    { type: 'page', messageId: `${seed}-twice`, anonymousId },
    { type: 'identify', anonymousId, userId: 'new', traits: { email: 'new@example.com' } },
    { type: 'alias', userId: 'user-1', previousId: 'dev-2' },
    { type: 'group', groupId: 'acme', anonymousId },
  ].map((event, index) => ({ messageId: `${seed}-mixed-${index}`, ...event }))
  // Rejected ones are routed by their own id, so some for each object.
  const invalid = ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => ({
    type: 'track',
    messageId: `${seed}-nameless-${letter}`,
    anonymousId,
  }))
  call.body.batch.push(...events, ...invalid)
  call.valid.push(...events.map((event) => event.messageId))
  expect(await record.send(tenant.client, call)).toBe(true)
}

function deviceIn(bucket: number, name: string): string {
  let id = name
  for (let i = 0; fnv1a32(id) % BUCKETS !== bucket; i++) id = `${name}-${i}`
  return id
}

test('an undo whose answer is lost at any statement is whole or not at all, and can be asked for again', async () => {
  const isUndo: BatchKind = (statements) =>
    statements.some((sql) => sql.includes('INTO identity_undos'))
  const undo = (tenant: Tenant, linkId: string) =>
    fetch(`${tenant.client.target.edge}/api/v1/identity/links/undo`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${tenant.client.target.secretKey}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ linkId, undone: true, reason: 'a shared device' }),
    })
  const cuts: Fault[] = [
    ...Array.from({ length: 8 }, (_, step) => ({ kind: 'cut_before_step', step }) as const),
    { kind: 'cut_after_commit' },
  ]
  await Promise.all(
    cuts.map(async (cut, index) => {
      const tenant = await tenants.add(`undo${index}`)
      const record = new LoadRecord()
      const say = (messageId: string) =>
        record.send(tenant.client, {
          key: 'write',
          body: {
            batch: [{ type: 'identify', messageId, anonymousId: 'kiosk', userId: 'ada' }],
            sentAt: new Date().toISOString(),
          },
          valid: [messageId],
        })
      // Twice: only a visitor whose person stayed the same is remembered.
      for (const messageId of ['before', 'again']) {
        await say(messageId)
        await tenant.client.settled()
      }
      tenant.setFault(once((statements) => (isUndo(statements) ? cut : null)))
      expect((await undo(tenant, 'claim|u|d:kiosk|u:ada')).status).toBeGreaterThanOrEqual(500)
      expect(tenant.hits()).toBe(1)
      // What is remembered of the visitor must not bring the person back.
      await say('between')
      await tenant.client.settled()
      await expectDerivedIsRecomputed(tenant.store, TIMEZONE)
      expect((await undo(tenant, 'claim|u|d:kiosk|u:ada')).status).toBe(200)
      await say('after')
      await tenant.client.settled()
      await expectAcknowledgedStoredOnce(tenant.store, record)
      await expectDerivedIsRecomputed(tenant.store, TIMEZONE)
      const { rows } = await tenant.store.execute('SELECT person_id FROM visitors')
      expect(rows.map((row) => row.person_id)).toEqual([null])
    }),
  )
})
