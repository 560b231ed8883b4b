import { cp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import { createClient } from '@libsql/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { fetchPage } from '#backend/pull/fetch-page.ts'
import { applyPage } from '#backend/replica/apply-page.ts'
import { RAW_WINDOW } from '#backend/replica/raw-window.ts'
import { readCursor } from '#backend/replica/state.ts'
import { keyIdentity } from '#backend/session/session.ts'
import { createMemoryReplica } from '#backend/testing/memory-replica.ts'
import type { Fault } from '#dev/libsql/faults.ts'
import type { ErasureSubject } from '#edge/erasure/subject.ts'
import { type PullRequest, SYNC_PROTOCOL_VERSION } from '#shared/sync/protocol.ts'
import { waitFor } from '#tests/platform/edge-client.ts'
import { expectBooksMatchStore } from './books.ts'
import { LoadPlan, LoadRecord } from './load.ts'
import { Ada } from './person.ts'
import { expectDerivedIsRecomputed } from './recompute.ts'
import {
  type FaultyTenants,
  once,
  startFaultyTenants,
  type Tenant,
  TIMEZONE,
} from './tenants-under-faults.ts'

const WAIT_MS = 60_000
const DAY_MS = 86_400_000
const CUTS_APART = 4

let tenants: FaultyTenants

beforeAll(async () => {
  tenants = await startFaultyTenants(3)
})

afterAll(() => tenants.stop())

const Erasure = z.object({
  erasureId: z.string(),
  finishedAt: z.number().nullable(),
  events: z.number(),
  visitors: z.number(),
  persons: z.number(),
})

async function ask({ client }: Tenant, path: string, body?: unknown): Promise<Response> {
  const { edge, secretKey } = client.target
  return fetch(`${edge}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  })
}

/** As the answers say: where a database is away, the same again. */
async function erase(tenant: Tenant, subject: ErasureSubject) {
  let answer: Response | undefined
  await waitFor(
    async () => {
      answer = await ask(tenant, '/api/v1/erasures', subject)
      expect([202, 503]).toContain(answer.status)
      return answer.status === 202
    },
    WAIT_MS,
    () => 'the erasure to be taken',
  )
  return Erasure.parse(await answer?.json())
}

async function finished(tenant: Tenant, { erasureId }: { erasureId: string }): Promise<void> {
  await waitFor(
    async () =>
      Erasure.parse(await tenant.client.get(`/api/v1/erasures/${erasureId}`)).finishedAt !== null,
    WAIT_MS,
    () => `the erasure ${erasureId} to finish`,
  )
}

async function expectNothingOf(ada: Ada, tenant: Tenant): Promise<void> {
  await tenant.client.settled()
  expect(await ada.tracesIn(tenant.store)).toEqual([])
  let left: string[] = []
  await waitFor(
    async () => {
      left = await ada.tracesInObjects(tenants.platform.objectsDir)
      return left.length === 0
    },
    WAIT_MS,
    () => `the objects to forget; left: ${left[0]}`,
  )
  await expectBooksMatchStore(tenant.client, tenant.store)
  await expectDerivedIsRecomputed(tenant.store, TIMEZONE)
}

const statusOf = async (tenant: Tenant, visitorId: string) =>
  (await ask(tenant, `/api/v1/visitors/${visitorId}`)).status

const MOST_UNREACHABLE = 3

/** A console's replica, pulled as a console does. */
class Replica {
  readonly #db: PGlite
  readonly #tenant: Tenant

  constructor(db: PGlite, tenant: Tenant) {
    this.#db = db
    this.#tenant = tenant
  }

  async pullAll(): Promise<void> {
    const { edge: edgeUrl, secretKey } = this.#tenant.client.target
    let unreachable = 0
    for (;;) {
      const cursor = await readCursor(this.#db)
      const { signal } = new AbortController()
      const outcome = await fetchPage(
        { edgeUrl, identity: keyIdentity(secretKey), fetch },
        cursor,
        signal,
      )
      // A kept connection may be closed just as it is used; a console asks again.
      if (outcome.kind === 'unreachable' && unreachable++ < MOST_UNREACHABLE) continue
      if (outcome.kind !== 'page') throw new Error(`The pull says ${JSON.stringify(outcome)}`)
      await applyPage(this.#db, outcome.page, { window: RAW_WINDOW, now: Date.now() })
      if (!outcome.page.more) return
    }
  }

  async tracesOf(ada: Ada): Promise<string[]> {
    const found: string[] = []
    for (const table of ['stream', 'visitors', 'persons', 'leads']) {
      const { rows } = await this.#db.query(`select * from ${table}`)
      found.push(...rows.map((row) => JSON.stringify(row)).filter((text) => ada.isIn(text)))
    }
    return found
  }
}

test('an erased person leaves nothing in store, objects and replicas, on any device; others keep what is theirs', async () => {
  const tenant = await tenants.add('whole')
  const ada = new Ada('whole')
  await new LoadRecord().run(tenant.client, new LoadPlan({ seed: 11 }), { calls: 20 })
  await ada.visit(tenant.client)
  await tenant.client.settled()
  expect((await ada.tracesIn(tenant.store)).length).toBeGreaterThan(10)
  expect((await ada.tracesInObjects(tenants.platform.objectsDir)).length).toBeGreaterThan(3)
  await using db = await createMemoryReplica()
  const replica = new Replica(db, tenant)
  await replica.pullAll()
  expect((await replica.tracesOf(ada)).length).toBeGreaterThan(5)

  const erasure = await erase(tenant, { email: ada.email })
  expect(erasure).toMatchObject({ events: 8, visitors: 3 })
  await finished(tenant, erasure)
  await expectNothingOf(ada, tenant)
  for (const id of [ada.laptop, ada.phone, ada.userId]) expect(await statusOf(tenant, id)).toBe(404)
  expect((await ask(tenant, '/v1/score', { visitorId: ada.laptop })).status).toBe(404)
  await replica.pullAll()
  expect(await replica.tracesOf(ada)).toEqual([])
  const { rows } = await db.query("select email from leads where email = 'bob@example.com'")
  expect(rows).toHaveLength(1)

  const kiosk = await tenant.client.get('/api/v1/visitors/kiosk-7')
  expect(kiosk).toMatchObject({
    visitor: { events: 3 },
    person: { email: 'bob@example.com', traits: { plan: 'free' } },
  })
  await waitFor(
    async () => (await ask(tenant, '/v1/score', { visitorId: 'kiosk-7' })).status === 200,
    WAIT_MS,
    () => 'the shared device to have a profile again',
  )
})

test('what happened before and comes late is refused; who comes back is somebody new', async () => {
  const tenant = await tenants.add('late')
  const ada = new Ada('late')
  await ada.visit(tenant.client)
  await tenant.client.settled()
  await finished(tenant, await erase(tenant, { userId: ada.userId }))
  const timestamp = new Date(Date.now() - DAY_MS).toISOString()
  const late = {
    messageId: 'late',
    type: 'track',
    event: 'Read',
    anonymousId: ada.phone,
    timestamp,
  }
  const elsewhere = {
    messageId: 'elsewhere',
    type: 'identify',
    anonymousId: 'another-device',
    traits: { email: ada.email },
    timestamp,
  }
  const sent = { batch: [late, elsewhere], sentAt: new Date().toISOString() }
  expect((await tenant.client.capture('batch', sent)).status).toBe(200)
  await tenant.client.settled()
  for (const messageId of ['late', 'elsewhere']) {
    expect(await tenant.client.get(`/api/v1/events?messageId=${messageId}`)).toMatchObject({
      data: [{ verdict: 'rejected', reason: 'erased' }],
    })
  }
  await expectNothingOf(ada, tenant)

  const back = { type: 'page', messageId: 'back', anonymousId: ada.phone }
  expect((await tenant.client.capture('batch', { batch: [back] })).status).toBe(200)
  await tenant.client.settled()
  expect(await tenant.client.get(`/api/v1/visitors/${ada.phone}`)).toMatchObject({
    visitor: { events: 1 },
    person: null,
  })
  await expectDerivedIsRecomputed(tenant.store, TIMEZONE)
})

test('another workspace that knows the same person keeps her', async () => {
  const [one, other] = [await tenants.add('one'), await tenants.add('other')]
  const ada = new Ada('both')
  for (const { client } of [one, other]) {
    await ada.visit(client)
    await client.settled()
  }
  const before = await ada.tracesIn(other.store)
  await finished(one, await erase(one, { userId: ada.userId }))
  expect(await ada.tracesIn(one.store)).toEqual([])
  await other.client.settled()
  expect(await ada.tracesIn(other.store)).toEqual(before)
})

test('an unknown outcome at every statement of an erasure leaves nothing of the person in the end', async () => {
  const isErasure = (statements: readonly string[]) =>
    statements.some((sql) => sql.includes('INSERT INTO erasures'))
  let statements: readonly string[] = []
  await erasedUnder('cutall', (sent) => {
    if (isErasure(sent)) statements = sent
    return null
  })
  expect(statements.length).toBeGreaterThan(20)
  const everyCut: Fault[] = [
    ...statements.map((_, step) => ({ kind: 'cut_before_step', step }) as const),
    { kind: 'cut_after_commit' },
  ]
  // All in the soak; the gate takes turns by chance, and always the last two.
  const first = Math.floor(Math.random() * CUTS_APART)
  const cuts = everyCut.filter(
    (_, index) => process.env.SOAK || index % CUTS_APART === first || index >= everyCut.length - 2,
  )
  console.log(`${cuts.length} of ${everyCut.length} cuts, every ${CUTS_APART}th from ${first} on`)
  await Promise.all(
    cuts.map(async (cut, index) => {
      const tenant = await erasedUnder(
        `cut${index}`,
        once((sent) => (isErasure(sent) ? cut : null)),
      )
      expect(tenant.hits(), JSON.stringify(cut)).toBe(1)
    }),
  )
})

async function erasedUnder(id: string, rule: Parameters<Tenant['setFault']>[0]): Promise<Tenant> {
  const tenant = await tenants.add(id)
  const ada = new Ada(id)
  await ada.visit(tenant.client)
  await tenant.client.settled()
  tenant.setFault(rule)
  await finished(tenant, await erase(tenant, { userId: ada.userId }))
  await waitFor(
    async () =>
      Number((await tenant.store.execute('SELECT count(*) AS n FROM outbox')).rows[0]?.n) === 0,
    WAIT_MS,
    () => 'every object to be told',
  )
  await expectNothingOf(ada, tenant)
  return tenant
}

test('events on their way while a person is erased go with the rest, whatever happens first', async () => {
  const tenant = await tenants.add('underway')
  const ada = new Ada('underway')
  const visits = Array.from({ length: 6 }, (_, round) => ada.visit(tenant.client, `r${round}-`))
  const first = erase(tenant, { userId: ada.userId })
  await Promise.all(visits)
  await tenants.platform.stopStore()
  await ada.visit(tenant.client, 'away-')
  await tenants.platform.startStore()
  const second = await erase(tenant, { userId: ada.userId })
  for (const erasure of [await first, second]) await finished(tenant, erasure)
  // Whether the first two knew her devices depends on what was folded by then; now all is.
  await tenant.client.settled()
  for (const subject of [
    { userId: ada.userId },
    { visitorId: ada.laptop },
    { visitorId: ada.phone },
  ])
    await finished(tenant, await erase(tenant, subject))
  await expectNothingOf(ada, tenant)
})

async function restore(id: string, copy: string): Promise<void> {
  const { platform } = tenants
  const own = (name: string) => name.startsWith(`ws-${id}.`)
  await platform.stopStore()
  for (const name of (await readdir(platform.storeDir)).filter(own)) {
    await rm(join(platform.storeDir, name))
  }
  for (const name of (await readdir(copy)).filter(own)) {
    await cp(join(copy, name), join(platform.storeDir, name))
  }
  const file = createClient({ url: `file:${join(platform.storeDir, `ws-${id}.db`)}` })
  await file.execute('UPDATE store_meta SET epoch = lower(hex(randomblob(8)))')
  file.close()
  await platform.startStore()
}

test('a store restored to a copy from before an erasure is not shown until that is carried out again', async () => {
  const tenant = await tenants.add('restored')
  const ada = new Ada('restored')
  await ada.visit(tenant.client)
  await tenant.client.settled()
  await tenants.platform.stopStore()
  const copy = join(tenants.platform.storeDir, '..', 'copy')
  await cp(tenants.platform.storeDir, copy, { recursive: true })
  await tenants.platform.startStore()
  await finished(tenant, await erase(tenant, { email: ada.email }))
  await restore('restored', copy)
  expect((await ada.tracesIn(tenant.store)).length).toBeGreaterThan(10)
  const fromZero: Omit<PullRequest, 'limit'> = {
    protocol: SYNC_PROTOCOL_VERSION,
    epoch: null,
    edit: 0,
    facts: { ingestSeq: 0, verdictSeq: 0, version: 0 },
  }
  // The refused pull itself sets the projector to work.
  expect((await ask(tenant, '/api/v1/sync/pull', fromZero)).status).toBe(503)
  let pulled = ''
  await waitFor(
    async () => {
      const answer = await ask(tenant, '/api/v1/sync/pull', fromZero)
      pulled = await answer.text()
      return answer.status === 200
    },
    WAIT_MS,
    () => 'the restored store to be shown',
  )
  expect(ada.isIn(pulled)).toBe(false)
  await tenants.platform.edge.sweep()
  await waitFor(
    async () =>
      Number((await tenant.store.execute('SELECT count(*) AS n FROM outbox')).rows[0]?.n) === 0,
    WAIT_MS,
    () => 'every object to be told again',
  )
  await expectNothingOf(ada, tenant)
})

test('a rebuild after an erasure brings nobody back', async () => {
  const tenant = await tenants.add('rebuilt')
  const ada = new Ada('rebuilt')
  await ada.visit(tenant.client)
  await tenant.client.settled()
  await finished(tenant, await erase(tenant, { visitorId: ada.laptop }))
  expect((await ask(tenant, '/api/v1/projection/rebuild', {})).status).toBe(202)
  await tenant.client.settled()
  await expectNothingOf(ada, tenant)
  expect(await statusOf(tenant, 'kiosk-7')).toBe(200)
})

test('an erasure that names nobody, or somebody in two ways, is refused in a plain sentence', async () => {
  const tenant = await tenants.add('refused')
  const said = async (body: unknown) => {
    const answer = await ask(tenant, '/api/v1/erasures', body)
    expect(answer.status, JSON.stringify(body)).toBe(400)
    return z.object({ detail: z.string() }).parse(await answer.json()).detail
  }
  const oneWay = 'Name the person in exactly one way: visitorId, userId or email.'
  expect(await said({})).toBe(oneWay)
  expect(await said({ userId: 'a', email: 'a@b.example' })).toBe(oneWay)
  expect(await said({ email: 'nobody' })).toBe('email: This is not an e-mail address.')
  // Nobody of that name: the tombstone stands all the same.
  expect(await erase(tenant, { userId: 'unheard-of' })).toMatchObject({ events: 0 })
})
