import { describe, expect, test } from 'vitest'
import type { RpcClient } from '#rpc/client.ts'
import {
  eventFact,
  personFact,
  recentEvents,
  scoredVisitor,
  T0,
  verdictFact,
  visitorFact,
} from './testing/builders.ts'
import { consoleUnderTest, reaches, streamOf } from './testing/console-under-test.ts'
import { until } from './testing/until.ts'

const under = consoleUnderTest()

const leadsOf = (client: RpcClient) =>
  client.call('leads.list', { filter: {}, sort: 'points', limit: 500, before: null })

describe('a running console', () => {
  test('after kill -9 in the middle of pulling holds exactly what the edge has', async () => {
    under.edge.store.events = recentEvents(6000)
    under.edge.store.verdicts = Array.from({ length: 300 }, (_, i) =>
      verdictFact({ verdictSeq: i + 1, receivedAt: Date.now() - i }),
    )
    under.edge.store.visitors = Array.from({ length: 50 }, (_, i) =>
      scoredVisitor({ visitorId: `v${i}`, points: i, version: i + 1 }),
    )
    under.edge.pageRows = 50
    for (const requestsBeforeKill of [5, 25, 60]) {
      const console = await under.start()
      await until('the pull is under way', () => under.edge.requests.length >= requestsBeforeKill)
      await console.end('SIGKILL')
    }
    const pulledBefore = under.edge.requests.at(-1)?.facts.ingestSeq ?? 0
    expect(pulledBefore).toBeGreaterThan(0)
    expect(pulledBefore).toBeLessThan(6000)
    const from = under.edge.requests.length
    under.edge.pageRows = 1000

    const client = (await under.start()).connect()
    await reaches(client, 'synced')
    // It went on where it was and did not begin again.
    expect(under.edge.requests[from]?.facts.ingestSeq).toBeGreaterThanOrEqual(pulledBefore)

    const items = await streamOf(client)
    const ids = items.map((item) => item.id)
    expect(new Set(ids).size).toBe(6300)
    expect(ids).toHaveLength(6300)
    expect(items.map((item) => item.messageId).toSorted()).toEqual(
      [...under.edge.store.events, ...under.edge.store.verdicts]
        .map((fact) => fact.messageId)
        .toSorted(),
    )
    const leads = await leadsOf(client)
    expect(leads.items.map((lead) => [lead.leadKey, lead.points])).toEqual(
      under.edge.store.visitors.toReversed().map((v) => [`v:${v.visitorId}`, v.points]),
    )
    // Counted once each, though the process died in between three times.
    const counted = await client.call('overview.get', {})
    expect(counted.perMinute.reduce((a, b) => a + b, 0)).toBe(6000)
  })

  test('says that it is offline and still answers from what it has', async () => {
    under.edge.store.events = recentEvents(10)
    under.edge.store.visitors = [scoredVisitor({ visitorId: 'v1', personId: 'p1', points: 80 })]
    under.edge.store.persons = [personFact({ personId: 'p1', name: 'Demo Person' })]
    const first = await under.start()
    const before = await reaches(first.connect(), 'synced')
    expect(await first.end('SIGTERM')).toBe(0)
    await under.edge.close()

    const client = (await under.start()).connect()
    const offline = await reaches(client, 'offline')
    expect(offline).toMatchObject({ reason: 'The edge cannot be reached.' })
    expect(offline.lastSyncedAt).toBeGreaterThanOrEqual(before.lastSyncedAt ?? 0)
    expect(await streamOf(client)).toHaveLength(10)
    expect((await leadsOf(client)).items[0]?.name).toBe('Demo Person')
    await under.reopenEdge()
    await client.call('connection.retry', {})
    await reaches(client, 'synced')
  })

  test('passes on why the edge cannot answer, and a refused key with what to do', async () => {
    under.edge.answerInstead = {
      status: 503,
      body: { title: 'Unavailable', detail: 'The store is down.' },
    }
    const client = (await under.start()).connect()
    expect(await reaches(client, 'offline')).toMatchObject({ reason: 'The store is down.' })
    under.edge.answerInstead = { status: 401, body: { detail: 'The key was revoked.' } }
    await client.call('connection.retry', {})
    expect(await reaches(client, 'refused')).toMatchObject({
      reason: 'The key was revoked.',
      next: 'Start the console with a secret key of this workspace.',
    })
    under.edge.answerInstead = { status: 200, body: { kind: 'page', protocol: 99 } }
    await client.call('connection.retry', {})
    await reaches(client, 'update_needed')
    under.edge.answerInstead = null
    await client.call('connection.retry', {})
    await reaches(client, 'synced')
  })

  test('drops and pulls again when the store was restored', async () => {
    under.edge.store.events = recentEvents(20)
    under.edge.store.visitors = [visitorFact({ visitorId: 'gone' })]
    const client = (await under.start()).connect()
    await reaches(client, 'synced')
    under.edge.store = {
      ...under.edge.store,
      epoch: 'epoch-2',
      events: recentEvents(5),
      visitors: [],
    }
    await until('the restored store is pulled', async () => (await streamOf(client)).length === 5)
    await reaches(client, 'synced')
    expect((await leadsOf(client)).total).toBe(0)
  })

  test('announces changes and connection by itself', async () => {
    const client = (await under.start()).connect()
    await reaches(client, 'synced')
    const changed = new Promise((resolve) => client.on('changed', resolve))
    under.edge.store.events = recentEvents(1)
    expect(await changed).toEqual({ areas: ['stream'] })
    const offline = new Promise((resolve) =>
      client.on('connection', (state) => state.name === 'offline' && resolve(true)),
    )
    under.edge.answerInstead = { status: 503, body: {} }
    await offline
  })
})

test('today and the last hour are counted from what was received', async () => {
  const now = Date.now()
  under.edge.store.events = [
    eventFact({ ingestSeq: 1, receivedAt: now }),
    eventFact({ ingestSeq: 2, receivedAt: now - 1, bot: true }),
    eventFact({ ingestSeq: 3, receivedAt: T0 }),
  ]
  under.edge.store.verdicts = [verdictFact({ verdictSeq: 1, receivedAt: now })]
  const client = (await under.start()).connect()
  await reaches(client, 'synced')
  const overview = await client.call('overview.get', {})
  expect(overview.eventsLast15Minutes).toBe(2)
  expect(overview.perMinute).toHaveLength(60)
  expect(overview.today.rejected).toBe(1)
  expect(overview.lagSeconds).toBeLessThan(10)
})
