import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { inputColumns } from '#edge/scoring/registry/imported/input-columns.ts'
import { sentTrees } from '#edge/scoring/sent-trees.fixture.ts'
import {
  file,
  floatOutput,
  matrixInput,
  op,
  sklearnPipeline,
} from '#models/onnx/foreign/converters.fixture.ts'
import { runOnnx } from '#models/onnx/onnx-session.fixture.ts'
import { encodeRows } from '#shared/scoring/encoding.ts'
import { EdgeClient } from '#tests/platform/edge-client.ts'
import {
  SECRET_KEY,
  startTestPlatform,
  type TestPlatform,
  type TestWorkspace,
  WRITE_KEY,
} from '#tests/platform/faulty-platform.ts'

const POLL = { timeout: 60_000, interval: 200 }
/** Enough for points and grades to be measured by them. */
const VISITORS = Array.from({ length: 120 }, (_, n) => `visitor-${n}`)
const TREES = sentTrees('xgboost-1')
const PIPELINE = {
  version: 'sklearn-1',
  features: ['pageviews_7d', 'employees'],
  onnx: file(
    sklearnPipeline({
      names: ['employees', 'pageviews_7d'],
      impute: [50, 1],
      offset: [10, 0],
      scale: [0.01, 1],
      weights: [0.4, 0.2],
      bias: -1,
    }),
  ),
}

let platform: TestPlatform
let client: EdgeClient
let other: TestWorkspace

beforeAll(async () => {
  platform = await startTestPlatform()
  other = await platform.addWorkspace('other')
  client = new EdgeClient({ edge: platform.edge.url, writeKey: WRITE_KEY, secretKey: SECRET_KEY })
  const batch = VISITORS.map((anonymousId, n) => ({
    type: 'page',
    anonymousId,
    properties: { path: n % 3 === 0 ? '/pricing' : '/blog/one' },
  }))
  for (const half of [batch.slice(0, 60), batch.slice(60)]) {
    expect((await client.capture('batch', { batch: half })).status).toBe(200)
  }
  await client.settled()
})

afterAll(() => platform.stop())

async function ask(method: string, path: string, body?: unknown, key = SECRET_KEY) {
  const answer = await fetch(`${platform.edge.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  })
  return {
    status: answer.status,
    body: z.record(z.string(), z.unknown()).parse(await answer.json()),
  }
}

function send(
  { onnx, ...said }: { version: string; onnx: Uint8Array; features: unknown },
  key = SECRET_KEY,
) {
  const body = { ...said, onnx: Buffer.from(onnx).toString('base64') }
  return ask('POST', '/api/v1/models/import', body, key)
}

const stage = (version: string, change: object) =>
  ask('POST', `/api/v1/models/${version}/stage`, change)

async function column(sql: string): Promise<unknown[]> {
  const { rows } = await platform.store.execute(sql)
  return rows.map((row) => row[0])
}

test('files of XGBoost and scikit-learn become drafts that say what is not known', async () => {
  const scored = 'SELECT count(DISTINCT visitor_id) FROM scores'
  await expect.poll(() => column(scored), POLL).toEqual([VISITORS.length])
  const said = { version: TREES.version, onnx: TREES.onnx, features: TREES.features }
  expect(await send(said)).toEqual({
    status: 201,
    body: { version: TREES.version, stage: 'draft' },
  })
  expect((await send(said)).status).toBe(201)
  expect((await send(PIPELINE)).status).toBe(201)
  expect((await send({ ...PIPELINE, version: TREES.version })).status).toBe(409)
  const { body } = await ask('GET', `/api/v1/models/${TREES.version}`)
  expect(body).toMatchObject({
    algorithm: 'imported',
    stage: 'draft',
    trainedOn: null,
    testedOn: null,
    metrics: null,
    calibrated: false,
    imported: { scale: { kind: 'visitors', visitors: VISITORS.length } },
  })
})

test('a file that cannot be served is refused with the reason and what to do, and is not registered', async () => {
  const loop = file({
    nodes: [op('Loop', ['X'], ['probability'])],
    inputs: [matrixInput(1)],
    outputs: [floatOutput('probability', 1)],
  })
  const features = ['sessions_30d']
  expect(await send({ version: 'loop', onnx: loop, features })).toMatchObject({
    status: 400,
    body: {
      code: 'invalid',
      detail: expect.stringContaining('uses Loop'),
      next: expect.stringContaining('trees'),
    },
  })
  const unknown = await send({ ...PIPELINE, version: 'x', features: ['shoe_size'] })
  expect(unknown).toMatchObject({
    status: 400,
    body: { detail: expect.stringContaining('shoe_size is no feature') },
  })
  expect((await send({ ...PIPELINE, version: '../x' })).status).toBe(400)
  expect(await column('SELECT version FROM models ORDER BY 1')).toEqual(['sklearn-1', 'xgboost-1'])
})

test('another workspace sees none of it, and a write key imports nothing', async () => {
  const key = other.target.secretKey
  expect((await ask('GET', '/api/v1/models', undefined, key)).body).toEqual({ data: [] })
  expect((await ask('GET', '/api/v1/models/xgboost-1', undefined, key)).status).toBe(404)
  expect((await send(PIPELINE, WRITE_KEY)).status).toBe(403)
  // Of the same version, and measured by nobody, for that workspace has no visitors.
  expect((await send({ ...PIPELINE, version: TREES.version }, key)).status).toBe(201)
  expect((await ask('GET', '/api/v1/models/xgboost-1', undefined, key)).body).toMatchObject({
    imported: { scale: { kind: 'even' } },
    grades: { A: 0.9, B: 0.7, C: 0.4 },
  })
  expect((await ask('GET', '/api/v1/models/xgboost-1')).body).toMatchObject({
    imported: { scale: { kind: 'visitors' } },
  })
})

test('a manifest that calls itself imported does not come in by the way of our own models', async () => {
  const [manifest] = await column("SELECT manifest FROM models WHERE version = 'xgboost-1'")
  const body = {
    manifest: { ...JSON.parse(String(manifest)), version: 'around' },
    onnx: Buffer.from(TREES.onnx).toString('base64'),
  }
  expect((await ask('POST', '/api/v1/models', body)).status).toBe(400)
})

test('it scores in shadow, passes the checks and is promoted', async () => {
  expect((await stage('sklearn-1', { stage: 'shadow' })).status).toBe(200)
  const inShadow = `SELECT DISTINCT visitor_id FROM scores, json_each(shadows)
    WHERE value ->> '$.modelVersion' = 'sklearn-1' ORDER BY 1`
  await expect.poll(() => column(inShadow), POLL).toEqual(VISITORS.toSorted())
  const { checks } = (await ask('POST', '/api/v1/models/xgboost-1/check')).body
  expect(checks).toMatchObject([
    { check: 'features', verdict: 'passed' },
    { check: 'file', verdict: 'passed' },
    { check: 'parity', verdict: 'passed', finding: expect.stringContaining('No walker') },
    { check: 'time', verdict: 'passed' },
    { check: 'outcomes', verdict: 'unknown' },
  ])
  const promotion = { stage: 'champion', accept: ['outcomes'], reason: 'No outcomes in a test.' }
  expect((await stage('xgboost-1', promotion)).status).toBe(200)
  const served = 'SELECT DISTINCT model_version FROM visitors'
  await expect.poll(() => column(served), POLL).toEqual(['xgboost-1'])
})

test('scores are those of the file that was sent, run by ONNX Runtime elsewhere', async () => {
  const named = inputColumns(TREES.features)
  if (named.kind === 'refused') throw new Error(named.reason)
  const rows = [
    {},
    { pricing_views_7d: 1, sessions_30d: 1, has_company_email: true, industry: 'software' },
    { pricing_views_7d: 0, sessions_30d: 0, has_company_email: false, industry: 'healthcare' },
    { sessions_30d: 12 },
  ]
  const encoded = encodeRows(named.columns, rows)
  const [run] = await runOnnx(TREES.onnx, encoded, named.columns.length, ['probabilities'])
  const scored: number[] = []
  for (const features of rows) {
    const { body } = await ask('POST', '/v1/score', { features })
    expect(body).toMatchObject({ modelVersion: 'xgboost-1', engine: 'onnxruntime' })
    scored.push(z.number().parse(body.probability))
  }
  expect(new Set(scored).size).toBeGreaterThan(2)
  scored.forEach((probability, row) => {
    expect(Math.abs(probability - (run?.data[2 * row + 1] ?? 0))).toBeLessThan(1e-5)
  })
})

test('its reasons say that they are approximate, and its hints what it would score', async () => {
  const { body } = await ask('POST', '/v1/score', { visitorId: VISITORS[0], hints: true })
  const reasons = z.array(z.object({ text: z.string() })).parse(body.reasons)
  expect(reasons.length).toBeGreaterThan(0)
  for (const { text } of reasons) expect(text).toMatch(/\(approximate\)$/)
  for (const hint of z.array(z.object({ probability: z.number() })).parse(body.hints)) {
    expect(hint.probability).toBeGreaterThan(z.number().parse(body.probability))
  }
})
