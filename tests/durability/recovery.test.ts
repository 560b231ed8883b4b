import { cp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EdgeClient, waitFor } from '#tests/platform/edge-client.ts'
import {
  SECRET_KEY,
  startTestPlatform,
  type TestPlatform,
  WRITE_KEY,
} from '#tests/platform/faulty-platform.ts'
import { expectAcknowledgedStoredOnce, expectBooksMatchStore } from './books.ts'
import { LoadPlan, LoadRecord } from './load.ts'
import { expectDerivedIsRecomputed } from './recompute.ts'

const TIMEZONE = 'Pacific/Chatham'
const WAIT_MS = 60_000

let platform: TestPlatform
let client: EdgeClient
let record: LoadRecord
let plan: LoadPlan

beforeEach(async () => {
  platform = await startTestPlatform({ timezone: TIMEZONE })
  client = new EdgeClient({ edge: platform.edge.url, writeKey: WRITE_KEY, secretKey: SECRET_KEY })
  record = new LoadRecord()
  plan = new LoadPlan({ seed: 77 })
})

afterEach(() => platform.stop())

async function expectAllWell(): Promise<void> {
  await expectAcknowledgedStoredOnce(platform.store, record)
  const books = await expectBooksMatchStore(client, platform.store)
  expect(books.received).toBe(record.answeredEvents)
  await expectDerivedIsRecomputed(platform.store, TIMEZONE)
}

async function copyDatabase(from: string, to: string): Promise<void> {
  for (const name of await readdir(to)) {
    if (name.startsWith('ws-demo')) await rm(join(to, name))
  }
  for (const name of await readdir(from)) {
    if (name.startsWith('ws-demo')) await cp(join(from, name), join(to, name))
  }
}

/** What an operator does: the earlier copy comes back under a new epoch, before anybody can write to it. */
async function restore(copy: string): Promise<void> {
  await platform.stopStore()
  await copyDatabase(copy, platform.storeDir)
  const file = createClient({ url: `file:${join(platform.storeDir, 'ws-demo.db')}` })
  await file.execute('UPDATE store_meta SET epoch = lower(hex(randomblob(8)))')
  file.close()
  await platform.startStore()
}

const storedIds = async () =>
  Number((await platform.store.execute('SELECT count(*) AS n FROM events')).rows[0]?.n)

for (const visited of ['with new visits', 'with nobody visiting any more']) {
  test(`a store restored to an earlier copy, ${visited}, gets back what it lost, and nothing twice`, async () => {
    await record.run(client, plan, { calls: 30 })
    await client.settled()
    await platform.stopStore()
    const copy = join(platform.storeDir, '..', 'copy')
    await cp(platform.storeDir, copy, { recursive: true })
    await platform.startStore()
    const before = await storedIds()
    await record.run(client, plan, { calls: 30 })
    await client.settled()
    const complete = await storedIds()
    expect(complete).toBeGreaterThan(before)
    await restore(copy)
    expect(await storedIds()).toBe(before)
    if (visited === 'with new visits') await record.run(client, plan, { calls: 10 })
    else await platform.edge.sweep()
    await waitFor(
      async () => (await storedIds()) >= complete,
      WAIT_MS,
      () => 'the objects to send again what the store lost',
    )
    await client.settled()
    await expectAllWell()
  })
}

const visitorVersion = async () =>
  Number((await platform.store.execute('SELECT min(version) AS n FROM visitors')).rows[0]?.n)

test('everything derived can be deleted, and the projector builds the same again', async () => {
  await record.run(client, plan, { calls: 60 })
  await client.settled()
  const before = await visitorVersion()
  const answer = await fetch(`${platform.edge.url}/api/v1/projection/rebuild`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SECRET_KEY}` },
  })
  expect(answer.status).toBe(202)
  await client.settled()
  await expectAllWell()
  const { rows } = await platform.store.execute('SELECT count(*) AS n FROM visitors')
  expect(Number(rows[0]?.n)).toBeGreaterThan(10)
  expect(await visitorVersion()).toBeGreaterThan(before)
})

test('a statement about identity can be taken back and restored while events come in', async () => {
  const device = { anonymousId: 'kiosk' }
  const say = (messageId: string, event: Record<string, unknown>) =>
    record.send(client, {
      key: 'write',
      body: { batch: [{ messageId, ...event }], sentAt: new Date().toISOString() },
      valid: [messageId],
    })
  await say('u1', { type: 'page', ...device })
  await say('u2', { type: 'identify', ...device, userId: 'ada', traits: { name: 'Ada' } })
  await say('u3', {
    type: 'identify',
    anonymousId: 'phone',
    userId: 'ada',
    traits: { plan: 'team' },
  })
  await client.settled()
  const personOf = async (visitor: string) =>
    (await client.get<{ visitor: { personId: string | null } }>(`/api/v1/visitors/${visitor}`))
      .visitor.personId
  const ada = await personOf('phone')
  expect(ada).not.toBeNull()
  expect(await personOf('kiosk')).toBe(ada)

  const linkId = 'claim|u|d:kiosk|u:ada'
  expect(await setUndone(linkId, true)).toBe(200)
  expect(await personOf('kiosk')).toBeNull()
  expect(await personOf('phone')).toBe(ada)
  // The same statement heard again is still taken back.
  await say('u4', { type: 'track', event: 'Clicked', ...device, userId: 'ada' })
  await client.settled()
  expect(await personOf('kiosk')).toBeNull()
  await expectAllWell()

  expect(await setUndone(linkId, false)).toBe(200)
  await say('u5', { type: 'page', ...device })
  await client.settled()
  expect(await personOf('kiosk')).toBe(ada)
  await expectAllWell()
  expect(await setUndone('claim|u|d:nobody|u:ada', true)).toBe(404)
})

async function setUndone(linkId: string, undone: boolean): Promise<number> {
  const answer = await fetch(`${platform.edge.url}/api/v1/identity/links/undo`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SECRET_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ linkId, undone, reason: 'a shared device' }),
  })
  await answer.arrayBuffer()
  return answer.status
}
