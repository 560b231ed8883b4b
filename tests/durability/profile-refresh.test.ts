import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { Fault } from '#dev/libsql/faults.ts'
import { waitFor } from '#tests/platform/edge-client.ts'
import { expectDerivedIsRecomputed } from './recompute.ts'
import {
  type FaultyTenants,
  isProjection,
  once,
  startFaultyTenants,
  type Tenant,
  TIMEZONE,
} from './tenants-under-faults.ts'

const WAIT_MS = 60_000

let tenants: FaultyTenants

beforeAll(async () => {
  tenants = await startFaultyTenants()
})

afterAll(() => tenants.stop())

const SLOT = {
  key: 'hero',
  name: 'Hero',
  status: 'published',
  default: null,
  variants: [
    {
      key: 'customers',
      name: 'For those we know',
      audience: { kind: 'compare', fact: 'known', op: 'yes', value: true },
      weight: 1,
      content: { headline: 'Welcome back' },
    },
  ],
}

/** A visitor with a signed token, on a tenant whose slot tells whether targeting knows them. */
interface Visitor {
  id: string
  isKnown(): Promise<boolean>
}

async function operate(tenant: Tenant, method: string, path: string, body?: unknown) {
  const answer = await fetch(`${tenant.client.target.edge}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${tenant.client.target.secretKey}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
  })
  expect(answer.status, `${method} ${path}`).toBe(200)
}

async function tenantWithSlot(id: string): Promise<Tenant> {
  const tenant = await tenants.add(id)
  await operate(tenant, 'PUT', '/slots/hero', SLOT)
  await operate(tenant, 'POST', '/slots/publish')
  return tenant
}

async function newVisitor({ client }: Tenant): Promise<Visitor> {
  const minted = await (await client.capture('visitor', {})).json()
  const { visitorId, token } = z.object({ visitorId: z.string(), token: z.string() }).parse(minted)
  return {
    id: visitorId,
    async isKnown() {
      const answer = await client.capture('decide', { token, slots: ['hero'] })
      expect(answer.status).toBe(200)
      const decided = z.object({ slots: z.object({ hero: z.object({ variant: z.unknown() }) }) })
      return decided.parse(await answer.json()).slots.hero.variant === 'customers'
    },
  }
}

async function say({ client }: Tenant, call: string, body: unknown, key?: string): Promise<void> {
  expect((await client.capture(call, body, key)).status).toBe(200)
}

/** What a backend knows: this browser's visitor is that customer. */
const aliasFromServer = (tenant: Tenant, visitor: Visitor) =>
  say(
    tenant,
    'alias',
    { messageId: `alias-${visitor.id}`, userId: 'ada', previousId: visitor.id },
    tenant.client.target.secretKey,
  )

const becomes = (visitor: Visitor, known: boolean) =>
  waitFor(
    async () => (await visitor.isKnown()) === known,
    WAIT_MS,
    () => `targeting to ${known ? 'know' : 'forget'} the visitor ${visitor.id}`,
  )

const outboxRows = async ({ store }: Tenant) =>
  Number((await store.execute('SELECT count(*) AS n FROM outbox')).rows[0]?.n)

const outboxEmpties = (tenant: Tenant) =>
  waitFor(
    async () => (await outboxRows(tenant)) === 0,
    WAIT_MS,
    () => `the outbox of ${tenant.id} to be empty`,
  )

test('whom a server names is known to targeting; a browser cannot name others, and an undo is heard', async () => {
  const tenant = await tenantWithSlot('named')
  const visitor = await newVisitor(tenant)
  await say(tenant, 'page', { messageId: 'p1', anonymousId: visitor.id })
  await say(tenant, 'alias', { messageId: 'a1', userId: 'mallory', previousId: visitor.id })
  await tenant.client.settled()
  const { rows } = await tenant.store.execute({
    sql: 'SELECT person_id FROM visitors WHERE visitor_id = ?',
    args: [visitor.id],
  })
  expect(rows[0]?.person_id).not.toBeNull()
  expect(await outboxRows(tenant)).toBe(0)
  expect(await visitor.isKnown()).toBe(false)

  await aliasFromServer(tenant, visitor)
  await becomes(visitor, true)
  await outboxEmpties(tenant)
  const linkId = `alias|v|u:ada|d:${visitor.id}`
  const reason = 'a shared device'
  await operate(tenant, 'POST', '/identity/links/undo', { linkId, undone: true, reason })
  await becomes(visitor, false)
  await operate(tenant, 'POST', '/identity/links/undo', { linkId, undone: false, reason })
  await becomes(visitor, true)
  await outboxEmpties(tenant)
  await expectDerivedIsRecomputed(tenant.store, TIMEZONE)
})

test('a visitor is known although nothing but the alias was ever heard of them', async () => {
  const tenant = await tenantWithSlot('unseen')
  const visitor = await newVisitor(tenant)
  await aliasFromServer(tenant, visitor)
  await becomes(visitor, true)
})

test('what a projector left waiting is delivered by the sweep', async () => {
  const tenant = await tenantWithSlot('left')
  const visitor = await newVisitor(tenant)
  await tenant.client.settled()
  await tenant.store.execute({
    sql: `INSERT INTO outbox (kind, subject, payload, created_at, next_at, attempts)
      VALUES ('profile_refresh', ?, '{"personId":"p_1","version":1}', 0, 0, 3)`,
    args: [visitor.id],
  })
  await tenants.platform.edge.sweep()
  await becomes(visitor, true)
  await outboxEmpties(tenant)
})

type BatchKind = (statements: readonly string[]) => boolean

const KINDS: Record<string, BatchKind> = {
  'the write that moves a visitor': (statements) =>
    isProjection(statements) && statements.some((sql) => sql.includes('INTO outbox')),
  'the removal of what was delivered': (statements) =>
    statements.some((sql) => sql.includes('DELETE FROM outbox')),
}

test.for(Object.entries(KINDS))(
  'an unknown outcome at every statement of %s delivers at least once, and ends right',
  async ([name, kind]) => {
    const prefix = name.replaceAll(/[^a-z]/g, '').slice(0, 10)
    let statements: readonly string[] = []
    await named(`${prefix}all`, (sent) => {
      if (kind(sent)) statements = sent
      return null
    })
    expect(statements.length).toBeGreaterThan(1)
    const cuts: Fault[] = [
      ...statements.map((_, step) => ({ kind: 'cut_before_step', step }) as const),
      { kind: 'cut_after_commit' },
      { kind: 'refuse' },
    ]
    console.log(`${name}: ${cuts.length} cuts`)
    await Promise.all(
      cuts.map(async (cut, index) => {
        const rule = once((sent) => (kind(sent) ? cut : null))
        const tenant = await named(`${prefix}${index}`, rule)
        expect(tenant.hits(), JSON.stringify(cut)).toBe(1)
      }),
    )
  },
)

/** One tenant under a fault, from a stranger's first page until the name arrived everywhere. */
async function named(id: string, rule: Parameters<Tenant['setFault']>[0]): Promise<Tenant> {
  const tenant = await tenantWithSlot(id)
  const visitor = await newVisitor(tenant)
  await say(tenant, 'page', { messageId: 'p1', anonymousId: visitor.id })
  await tenant.client.settled()
  expect(await visitor.isKnown()).toBe(false)
  tenant.setFault(rule)
  await aliasFromServer(tenant, visitor)
  await becomes(visitor, true)
  await outboxEmpties(tenant)
  await tenant.client.settled()
  expect(await visitor.isKnown()).toBe(true)
  await expectDerivedIsRecomputed(tenant.store, TIMEZONE)
  return tenant
}
