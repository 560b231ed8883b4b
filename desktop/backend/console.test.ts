import { readdirSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { RpcClient } from '#rpc/client.ts'
import { ENGINE_VERSION } from './replica/open.ts'
import {
  eventFact,
  personFact,
  scoredVisitor,
  T0,
  verdictFact,
  visitorFact,
} from './testing/builders.ts'
import {
  type ConsoleProcess,
  type ConsoleStart,
  makeConsoleFolder,
  removePreparedData,
  startConsole,
  startInVain,
} from './testing/console-process.ts'
import { type FixtureEdge, startFixtureEdge } from './testing/fixture-edge.ts'
import { until } from './testing/until.ts'

/** Each test starts processes that open a Postgres, on machines that do other things too. */
vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 })

let folder: Awaited<ReturnType<typeof makeConsoleFolder>>
let edge: FixtureEdge
const running: ConsoleProcess[] = []

beforeEach(async () => {
  folder = await makeConsoleFolder()
  edge = await startFixtureEdge()
})
afterEach(async () => {
  for (const console of running.splice(0)) {
    if (console.child.exitCode === null && console.child.signalCode === null) {
      await console.end('SIGKILL')
    }
  }
  await edge.close()
  folder.remove()
})

afterAll(removePreparedData)

const start = async (partial: Partial<ConsoleStart> = {}): Promise<ConsoleProcess> => {
  const console = await startConsole({ ...folder, edgeUrl: edge.url, ...partial })
  running.push(console)
  return console
}

const stateOf = (client: RpcClient) => client.call('connection.get', {})
const reaches = (client: RpcClient, name: string) =>
  until(name, async () => {
    const state = await stateOf(client)
    return state.name === name && state
  })

const streamOf = async (client: RpcClient) => {
  const items = []
  let before: string | null = null
  do {
    const page: Awaited<ReturnType<typeof client.call<'stream.list'>>> = await client.call(
      'stream.list',
      { filter: {}, limit: 500, before },
    )
    items.push(...page.items)
    before = page.next
  } while (before !== null)
  return items
}

const leadsOf = (client: RpcClient) =>
  client.call('leads.list', { filter: {}, sort: 'points', limit: 500, before: null })

const NOW = Date.now()
const recent = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    eventFact({ ingestSeq: i + 1, visitorId: `v${i % 50}`, receivedAt: NOW - count + i }),
  )

describe('a running console', () => {
  test('after kill -9 in the middle of pulling holds exactly what the edge has', async () => {
    edge.store.events = recent(6000)
    edge.store.verdicts = Array.from({ length: 300 }, (_, i) =>
      verdictFact({ verdictSeq: i + 1, receivedAt: NOW - i }),
    )
    edge.store.visitors = Array.from({ length: 50 }, (_, i) =>
      scoredVisitor({ visitorId: `v${i}`, points: i, version: i + 1 }),
    )
    edge.pageRows = 50
    for (const requestsBeforeKill of [5, 25, 60]) {
      const console = await start()
      await until('the pull is under way', () => edge.requests.length >= requestsBeforeKill)
      await console.end('SIGKILL')
    }
    const pulledBefore = edge.requests.at(-1)?.facts.ingestSeq ?? 0
    expect(pulledBefore).toBeGreaterThan(0)
    expect(pulledBefore).toBeLessThan(6000)
    const from = edge.requests.length
    edge.pageRows = 1000

    const client = (await start()).connect()
    await reaches(client, 'synced')
    // It went on where it was and did not begin again.
    expect(edge.requests[from]?.facts.ingestSeq).toBeGreaterThanOrEqual(pulledBefore)

    const items = await streamOf(client)
    const ids = items.map((item) => item.id)
    expect(new Set(ids).size).toBe(6300)
    expect(ids).toHaveLength(6300)
    expect(items.map((item) => item.messageId).toSorted()).toEqual(
      [...edge.store.events, ...edge.store.verdicts].map((fact) => fact.messageId).toSorted(),
    )
    const leads = await leadsOf(client)
    expect(leads.items.map((lead) => [lead.leadKey, lead.points])).toEqual(
      edge.store.visitors.toReversed().map((v) => [`v:${v.visitorId}`, v.points]),
    )
    // Counted once each, though the process died in between three times.
    const counted = await client.call('overview.get', {})
    expect(counted.perMinute.reduce((a, b) => a + b, 0)).toBe(6000)
  })

  test('says that it is offline and still answers from what it has', async () => {
    edge.store.events = recent(10)
    edge.store.visitors = [scoredVisitor({ visitorId: 'v1', personId: 'p1', points: 80 })]
    edge.store.persons = [personFact({ personId: 'p1', name: 'Demo Person' })]
    const first = await start()
    const before = await reaches(first.connect(), 'synced')
    expect(await first.end('SIGTERM')).toBe(0)
    await edge.close()

    const client = (await start()).connect()
    const offline = await reaches(client, 'offline')
    expect(offline).toMatchObject({ reason: 'The edge cannot be reached.' })
    expect(offline.lastSyncedAt).toBeGreaterThanOrEqual(before.lastSyncedAt ?? 0)
    expect(await streamOf(client)).toHaveLength(10)
    expect((await leadsOf(client)).items[0]?.name).toBe('Demo Person')
    edge = await startFixtureEdge({ store: edge.store, port: Number(new URL(edge.url).port) })
    await client.call('connection.retry', {})
    await reaches(client, 'synced')
  })

  test('passes on why the edge cannot answer, and a refused key with what to do', async () => {
    edge.answerInstead = {
      status: 503,
      body: { title: 'Unavailable', detail: 'The store is down.' },
    }
    const client = (await start()).connect()
    expect(await reaches(client, 'offline')).toMatchObject({ reason: 'The store is down.' })
    edge.answerInstead = { status: 401, body: { detail: 'The key was revoked.' } }
    await client.call('connection.retry', {})
    expect(await reaches(client, 'refused')).toMatchObject({
      reason: 'The key was revoked.',
      next: 'Start the console with a secret key of this workspace.',
    })
    edge.answerInstead = { status: 200, body: { kind: 'page', protocol: 99 } }
    await client.call('connection.retry', {})
    await reaches(client, 'update_needed')
    edge.answerInstead = null
    await client.call('connection.retry', {})
    await reaches(client, 'synced')
  })

  test('drops and pulls again when the store was restored', async () => {
    edge.store.events = recent(20)
    edge.store.visitors = [visitorFact({ visitorId: 'gone' })]
    const client = (await start()).connect()
    await reaches(client, 'synced')
    edge.store = { ...edge.store, epoch: 'epoch-2', events: recent(5), visitors: [] }
    await until('the restored store is pulled', async () => (await streamOf(client)).length === 5)
    await reaches(client, 'synced')
    expect((await leadsOf(client)).total).toBe(0)
  })

  test('announces changes and connection by itself', async () => {
    const client = (await start()).connect()
    await reaches(client, 'synced')
    const changed = new Promise((resolve) => client.on('changed', resolve))
    edge.store.events = recent(1)
    expect(await changed).toEqual({ areas: ['stream'] })
    const offline = new Promise((resolve) =>
      client.on('connection', (state) => state.name === 'offline' && resolve(true)),
    )
    edge.answerInstead = { status: 503, body: {} }
    await offline
  })
})

describe('starting', () => {
  test('for the first time makes the replica', async () => {
    rmSync(folder.dataDir, { recursive: true })
    await reaches((await start()).connect(), 'synced')
  })

  test('a second console on the same folder says which process has it', async () => {
    const first = await start()
    const { code, stderr } = await startInVain({ ...folder, edgeUrl: edge.url })
    expect(code).toBe(1)
    expect(stderr).toContain(`(process ${first.child.pid}) is using ${folder.dataDir}`)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })

  test('an unusable replica is moved aside and pulled again', async () => {
    edge.store.events = recent(10)
    const first = await start()
    await reaches(first.connect(), 'synced')
    await first.end('SIGTERM')
    const home = join(folder.dataDir, 'pgdata', ENGINE_VERSION)
    rmSync(join(home, 'replica', 'global', 'pg_control'))

    const client = (await start()).connect()
    await reaches(client, 'synced')
    expect(await streamOf(client)).toHaveLength(10)
    expect(readdirSync(home).filter((name) => name.includes('unusable'))).toHaveLength(1)
  })

  test('another key begins an empty replica', async () => {
    edge.store.events = recent(10)
    const first = await start()
    await reaches(first.connect(), 'synced')
    await first.end('SIGTERM')
    const client = (await start({ secretKey: 'key-of-another-workspace' })).connect()
    await reaches(client, 'refused')
    expect(await streamOf(client)).toEqual([])
  })

  test('a taken port is said in one line', async () => {
    const taken = Number(new URL(edge.url).port)
    const { code, stderr } = await startInVain({ ...folder, edgeUrl: edge.url, port: taken })
    expect(code).toBe(1)
    expect(stderr).toContain(`port ${taken}`)
  })
})

describe('the door on 127.0.0.1', () => {
  const get = (port: number, path: string, headers: Record<string, string>) =>
    new Promise<{ status: number; headers: Record<string, unknown> }>((resolve, reject) => {
      request({ host: '127.0.0.1', port, path, headers }, (response) => {
        response.resume()
        resolve({ status: response.statusCode ?? 0, headers: response.headers })
      })
        .on('error', reject)
        .end()
    })

  const upgrade = (port: number, headers: { origin?: string; host?: string }) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, { headers })
      socket.on('open', () => {
        socket.terminate()
        resolve('open')
      })
      socket.on('error', (error) => resolve(error.message))
    })

  test('opens to its own page only', async () => {
    const { port, connect, token } = await start()
    const origin = `http://127.0.0.1:${port}`
    const page = await get(port, '/', { host: `127.0.0.1:${port}` })
    expect(page.status).toBe(200)
    expect(page.headers['content-security-policy']).toContain("default-src 'none'")
    expect((await get(port, '/', { host: 'rebound.example' })).status).toBe(421)
    expect((await get(port, '/../../package.json', { host: `127.0.0.1:${port}` })).status).toBe(404)

    expect(await upgrade(port, { origin })).toBe('open')
    expect(await upgrade(port, { origin: 'https://elsewhere.example' })).toContain('403')
    expect(await upgrade(port, {})).toContain('403')
    expect(await upgrade(port, { origin, host: 'rebound.example' })).toContain('403')

    expect(token).toMatch(/^[\w-]{43}$/)
    await connect().ready
  })

  test('keeps its token over a restart, so that an open tab comes back', async () => {
    const first = await start()
    await first.end('SIGTERM')
    expect((await start()).token).toBe(first.token)
  })
})

test('today and the last hour are counted from what was received', async () => {
  const now = Date.now()
  edge.store.events = [
    eventFact({ ingestSeq: 1, receivedAt: now }),
    eventFact({ ingestSeq: 2, receivedAt: now - 1, bot: true }),
    eventFact({ ingestSeq: 3, receivedAt: T0 }),
  ]
  edge.store.verdicts = [verdictFact({ verdictSeq: 1, receivedAt: now })]
  const client = (await start()).connect()
  await reaches(client, 'synced')
  const overview = await client.call('overview.get', {})
  expect(overview.eventsLast15Minutes).toBe(2)
  expect(overview.perMinute).toHaveLength(60)
  expect(overview.today.rejected).toBe(1)
  expect(overview.lagSeconds).toBeLessThan(10)
})
