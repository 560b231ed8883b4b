import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { randomModel, randomTrees } from '#edge/scoring/model.fixture.ts'
import type { ScoringModel } from '#edge/scoring/served-model.ts'
import { EdgeClient } from '#tests/platform/edge-client.ts'
import {
  SECRET_KEY,
  startTestPlatform,
  type TestPlatform,
  type TestWorkspace,
  WRITE_KEY,
} from '#tests/platform/faulty-platform.ts'

/** What is promised; a test waits longer and then compares. */
const SERVED_WITHIN_MS = 60_000
const POLL = { timeout: 90_000, interval: 200 }
const VISITORS = Array.from({ length: 12 }, (_, n) => `visitor-${n}`)

let platform: TestPlatform
let client: EdgeClient
let other: TestWorkspace
let lead: ScoringModel
let trees: ScoringModel

beforeAll(async () => {
  ;[platform, lead, trees] = await Promise.all([
    startTestPlatform(),
    randomModel(7),
    randomTrees(8),
  ])
  other = await platform.addWorkspace('other')
  client = new EdgeClient({ edge: platform.edge.url, writeKey: WRITE_KEY, secretKey: SECRET_KEY })
  const batch = VISITORS.map((anonymousId) => ({
    type: 'page',
    anonymousId,
    name: 'Pricing',
    properties: { path: '/pricing' },
  }))
  expect((await client.capture('batch', { batch })).status).toBe(200)
  await client.settled()
})

afterAll(() => platform.stop())

async function ask(method: string, path: string, body?: unknown, key = SECRET_KEY) {
  const answer = await fetch(`${platform.edge.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
  })
  return {
    status: answer.status,
    body: z.record(z.string(), z.unknown()).parse(await answer.json()),
  }
}

function register({ manifest, onnx }: ScoringModel, key = SECRET_KEY) {
  const body = { manifest, onnx: Buffer.from(onnx).toString('base64'), note: 'for this test' }
  return ask('POST', '/api/v1/models', body, key)
}

const stage = (version: string, change: object) =>
  ask('POST', `/api/v1/models/${version}/stage`, change)

async function servedVersion(): Promise<unknown> {
  const { status, body } = await ask('POST', '/v1/score', { visitorId: VISITORS[0] })
  expect(status).toBe(200)
  return body.modelVersion
}

async function column(sql: string): Promise<unknown[]> {
  const { rows } = await platform.store.execute(sql)
  return rows.map((row) => row[0])
}

test('a model is registered once, and a damaged or foreign one not at all', async () => {
  expect(await register(lead)).toMatchObject({ status: 201, body: { stage: 'draft' } })
  expect(await register(lead)).toMatchObject({ status: 201 })
  expect(await register(trees)).toMatchObject({ status: 201 })
  const another = { ...trees, manifest: { ...trees.manifest, version: lead.manifest.version } }
  expect(await register(another)).toMatchObject({ status: 409, body: { code: 'conflict' } })
  const cut = { ...lead, onnx: lead.onnx.slice(0, -9) }
  expect(await register(cut)).toMatchObject({ status: 400, body: { code: 'invalid' } })
  const foreign = {
    ...lead,
    manifest: { ...lead.manifest, version: 'x', featureHash: 'of others' },
  }
  expect((await register(foreign)).body.detail).toContain('of others')
  const path = { ...lead, manifest: { ...lead.manifest, version: '../other/x' } }
  expect((await register(path)).status).toBe(400)
  expect(await column('SELECT version FROM models ORDER BY version')).toEqual([
    lead.manifest.version,
    trees.manifest.version,
  ])
})

test('another workspace sees and changes none of it', async () => {
  const key = other.target.secretKey
  const version = lead.manifest.version
  expect((await ask('GET', '/api/v1/models', undefined, key)).body).toEqual({ data: [] })
  expect((await ask('GET', `/api/v1/models/${version}`, undefined, key)).status).toBe(404)
  const promote = { stage: 'champion', accept: ['outcomes'], reason: 'theirs' }
  const asked = await ask('POST', `/api/v1/models/${version}/stage`, promote, key)
  expect(asked.status).toBe(404)
  expect((await ask('POST', '/api/v1/models', {}, WRITE_KEY)).status).toBe(403)
})

test('a shadow scores the same visitors unseen, and every profile is scored again for it', async () => {
  expect((await stage(trees.manifest.version, { stage: 'shadow' })).status).toBe(200)
  const inShadow = `SELECT DISTINCT visitor_id FROM scores, json_each(shadows)
    WHERE value ->> '$.modelVersion' = '${trees.manifest.version}' ORDER BY 1`
  await expect.poll(() => column(inShadow), POLL).toEqual(VISITORS.toSorted())
  expect(await servedVersion()).toMatch(/^starter-/)
})

test('a promotion that nothing supports is refused, with what to do', async () => {
  const { status, body } = await stage(lead.manifest.version, { stage: 'champion' })
  expect(status).toBe(409)
  expect(body).toMatchObject({ code: 'conflict', next: expect.stringContaining('"outcomes"') })
  const silent = await stage(lead.manifest.version, { stage: 'champion', accept: ['outcomes'] })
  expect(silent.status).toBe(400)
  const { checks } = (await ask('POST', `/api/v1/models/${lead.manifest.version}/check`)).body
  expect(checks).toMatchObject([
    { check: 'features', verdict: 'passed' },
    { check: 'file', verdict: 'passed' },
    { check: 'parity', verdict: 'passed' },
    { check: 'time', verdict: 'passed' },
    { check: 'outcomes', verdict: 'unknown' },
  ])
})

test('promotion and rollback change what is served within a minute, under load, and no request fails', async () => {
  const statuses = new Map<number, number>()
  const load = { on: true }
  const visitor = async (n: number) => {
    while (load.on) {
      const body = JSON.stringify({ visitorId: VISITORS[n], reasons: n % 2 === 0 })
      const answer = await fetch(`${platform.edge.url}/v1/score`, {
        method: 'POST',
        headers: { authorization: `Bearer ${SECRET_KEY}`, 'content-type': 'application/json' },
        body,
      })
      await answer.arrayBuffer()
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
      await sleep(5)
    }
  }
  const visitors = [0, 1, 2, 3].map(visitor)
  const timed = async (change: () => Promise<{ status: number }>, version: unknown) => {
    const before = statuses.get(200) ?? 0
    await expect.poll(() => statuses.get(200), POLL).toBeGreaterThan(before + 50)
    expect((await change()).status).toBe(200)
    const from = performance.now()
    await expect.poll(servedVersion, POLL).toEqual(version)
    expect(performance.now() - from).toBeLessThan(SERVED_WITHIN_MS)
  }
  const reason = 'There are no outcomes in a test.'
  const promote = { stage: 'champion', accept: ['outcomes'], reason }
  await timed(() => stage(lead.manifest.version, promote), lead.manifest.version)
  await timed(() => ask('POST', '/api/v1/rollout/rollback', {}), expect.stringMatching(/^starter-/))
  load.on = false
  await Promise.all(visitors)
  expect([...statuses.keys()]).toEqual([200])
  expect(statuses.get(200)).toBeGreaterThan(100)

  const changes = (await ask('GET', '/api/v1/model-changes')).body.data
  expect(changes).toMatchObject([
    { action: 'roll_back', rollout: 3 },
    { action: 'promote', rollout: 2, reason, checks: { length: 5 } },
    { action: 'shadow', rollout: 1 },
    { action: 'register' },
    { action: 'register' },
  ])
  expect((await ask('POST', '/api/v1/rollout/rollback', {})).status).toBe(409)
})

test('after a change every visitor has the score of what serves, and the progress says so', async () => {
  await expect
    .poll(async () => (await ask('GET', '/api/v1/rollout')).body, POLL)
    .toMatchObject({ version: 3, champion: null, rescoring: { profiles: 12, isDone: true } })
  await client.settled()
  const served = 'SELECT DISTINCT model_version FROM visitors'
  await expect.poll(() => column(served), POLL).toEqual([expect.stringMatching(/^starter-/)])
})

test('grades follow the cut-offs that people set', async () => {
  const none = { A: 0.999, B: 0.998, C: 0.997 }
  expect((await ask('PUT', '/api/v1/rollout/grades', { grades: none })).status).toBe(200)
  await expect.poll(() => column('SELECT DISTINCT grade FROM visitors'), POLL).toEqual(['D'])
  const mixed = { A: 0.2, B: 0.3, C: 0.1 }
  expect((await ask('PUT', '/api/v1/rollout/grades', { grades: mixed })).status).toBe(400)
})

test('the served model is looked at once a day, and on demand, and says what it cannot tell yet', async () => {
  expect((await ask('GET', '/api/v1/model-watch')).body).toEqual({ report: null })
  await platform.edge.sweep()
  const first = (await ask('GET', '/api/v1/model-watch')).body.report
  expect(first).toMatchObject({ model: expect.stringMatching(/^starter-/), findings: [] })
  expect(first).toMatchObject({ untold: { length: 2 } })
  await platform.edge.sweep()
  expect((await ask('GET', '/api/v1/model-watch')).body.report).toEqual(first)
  const asked = await ask('POST', '/api/v1/model-watch')
  expect(asked.body.report).not.toEqual(first)
  expect((await ask('GET', '/api/v1/model-alerts')).body).toEqual({ data: [] })
})
