import { OpenAPIHono } from '@hono/zod-openapi'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Hint } from '#shared/explain/hints.ts'
import { NEXT_ACTIONS } from '#shared/features/next-actions.ts'
import { FEATURES, featuresOf } from '#shared/features/registry.ts'
import { capturedEvent } from '#shared/profile/captured-event.arbitrary.ts'
import { emptyProfile, foldEvent } from '#shared/profile/profile.ts'
import { STARTER_ROLLOUT } from '#shared/scoring/rollout.ts'
import { Score } from '#shared/scoring/score.ts'
import { ProblemError, problems } from '../problems/problem.ts'
import { absentRuntime } from './absent-runtime.fixture.ts'
import { randomModel } from './model.fixture.ts'
import { type ScoreRouteDeps, scoreRoutes } from './routes.ts'
import { createScorer } from './scorer.ts'
import { createSessionCache } from './session-cache.ts'
import { visitorHints } from './visitor-hints.ts'

const NOW = Date.UTC(2026, 10, 2, 9)
const profile = {
  ...emptyProfile('v-1'),
  firstSeenAt: NOW - 3_600_000,
  lastSeenAt: NOW - 60_000,
  country: { at: NOW, messageId: 'm-1', value: 'DE' },
}

/** Scores by the walker: ONNX Runtime in workerd has its own tests. */
const scorer = createScorer(
  await randomModel(21),
  absentRuntime('not in this test'),
  createSessionCache(1),
)

const deps: ScoreRouteDeps = {
  scorers: async () => ({ rollout: STARTER_ROLLOUT, scorerFor: () => scorer, shadows: [] }),
  profileOf: async (workspaceId, visitorId) =>
    workspaceId === 'ws-1' && visitorId === 'v-1' ? profile : null,
  authorize: async (c) => {
    if (c.req.header('authorization') === 'Bearer good') return { workspaceId: 'ws-1' }
    throw new ProblemError(problems.keyMissing(['secret']))
  },
  now: () => NOW,
}
const app = scoreRoutes(deps)

const Body = z.record(z.string(), z.unknown())

async function post(body: unknown, key = 'good') {
  const response = await app.request('/v1/score', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: Body.parse(await response.json()),
  }
}

describe('POST /v1/score', () => {
  test('bare features are scored with reasons in words and the values that were sent', async () => {
    const { status, body } = await post({ features: { pricing_views_7d: 4, industry: 'software' } })
    expect(status).toBe(200)
    const score = Score.parse(body)
    expect(body).toMatchObject({ visitorId: null, engine: 'walker', calibrated: false })
    const pricing = score.reasons.find((reason) => reason.feature === 'pricing_views_7d')
    expect(pricing).toMatchObject({
      side: 'engagement',
      value: 4,
      text: 'visited pricing 4 times this week',
    })
    const strengths = score.reasons.map((reason) => Math.abs(reason.contribution))
    expect(strengths).toEqual([...strengths].sort((a, b) => b - a))
  })

  test('a visitor is scored on the live profile as of now, like the profile itself', async () => {
    const { status, body } = await post({ visitorId: 'v-1' })
    expect(status).toBe(200)
    expect(body).toMatchObject({ visitorId: 'v-1' })
    const [direct] = await scorer.score([featuresOf(profile, NOW)], { reasons: true })
    expect(Score.parse(body)).toEqual(direct)
  })

  test('of a company whose size is known as a range, the range is what people read', async () => {
    const stated = { value: '1000-4999', at: NOW, messageId: 'm-1', verified: false }
    const scored = { ...profile, traits: { employees: stated } }
    const ofRange = scoreRoutes({ ...deps, profileOf: async () => scored })
    const answer = await ofRange.request('/v1/score', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer good' },
      body: JSON.stringify({ visitorId: 'v-1' }),
    })
    const { reasons } = Score.parse(await answer.json())
    expect(reasons.find(({ feature }) => feature === 'employees')).toMatchObject({
      value: 2236,
      text: 'company of 1,000–4,999 people',
    })
  })

  test('without reasons the score is the same and says nothing of why', async () => {
    const withReasons = await post({ visitorId: 'v-1' })
    const without = await post({ visitorId: 'v-1', reasons: false })
    expect(without.body).toEqual({ ...withReasons.body, reasons: [] })
  })

  test('hints are given where asked for, of this model and this moment, and change nothing else', async () => {
    const without = await post({ visitorId: 'v-1' })
    expect(without.body).not.toHaveProperty('hints')
    const asked = await post({ visitorId: 'v-1', hints: true })
    const { hints, ...rest } = asked.body
    expect(rest).toEqual(without.body)
    const [direct] = await scorer.score([featuresOf(profile, NOW)], { reasons: false })
    if (!direct) throw new Error('No score.')
    expect(hints).toEqual(await visitorHints(scorer, direct, profile, NOW, null))
    expect(z.array(Hint).min(1).parse(hints)).toEqual(hints)
  })

  test('a score without hints runs the model once, over one row', async () => {
    const batches: number[] = []
    const counting = {
      ...scorer,
      score: (...given: Parameters<typeof scorer.score>) => {
        batches.push(given[0].length)
        return scorer.score(...given)
      },
    }
    const counted = scoreRoutes({
      ...deps,
      scorers: async () => ({ rollout: STARTER_ROLLOUT, scorerFor: () => counting, shadows: [] }),
    })
    const ask = (body: object) =>
      counted.request('/v1/score', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer good' },
        body: JSON.stringify(body),
      })
    await ask({ visitorId: 'v-1' })
    expect(batches).toEqual([1])
    await ask({ visitorId: 'v-1', hints: true })
    expect(batches).toEqual([1, 1, NEXT_ACTIONS.length])
  })

  test('after the conversion there is nothing to hint at', async () => {
    const trial = capturedEvent({ type: 'track', name: 'Trial Started', occurredAt: NOW })
    const converted = scoreRoutes({ ...deps, profileOf: async () => foldEvent(profile, trial) })
    const answer = await converted.request('/v1/score', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer good' },
      body: JSON.stringify({ visitorId: 'v-1', hints: true }),
    })
    expect(await answer.json()).toMatchObject({ hints: [] })
  })

  test('missing features are allowed, up to all of them', async () => {
    expect((await post({ features: {} })).status).toBe(200)
    const allNull = Object.fromEntries(FEATURES.map((feature) => [feature.name, null]))
    expect((await post({ features: allNull })).body).toEqual((await post({ features: {} })).body)
  })

  test.each([
    ['an unknown feature', { shoe_size: 44 }, 'shoe_size'],
    ['a NaN (null in JSON is missing, so it comes as text)', { employees: 'NaN' }, 'employees'],
    ['a wrong type', { has_company_email: 'yes' }, 'has_company_email'],
    ['an unknown level', { industry: 'alchemy' }, 'industry'],
    ['a negative count', { sessions_30d: -1 }, 'sessions_30d'],
  ])('%s is refused and named', async (_what, features, field) => {
    const { status, type, body } = await post({ features })
    expect(status).toBe(400)
    expect(type).toBe('application/problem+json')
    expect(body).toMatchObject({ status: 400, code: 'invalid', type: 'urn:edgewise:invalid' })
    expect(body).toMatchObject({
      detail: expect.stringContaining(field),
      next: expect.stringContaining(field),
    })
  })

  test('a number beyond float64 is refused and named', async () => {
    const { status, body } = await post('{"features":{"employees":1e999}}')
    expect(status).toBe(400)
    expect(body).toMatchObject({ detail: expect.stringContaining('employees') })
  })

  test.each([
    ['{"features":{"__proto__":1}}', '__proto__'],
    ['{"features":{"employees":NaN}}', 'employees'],
  ])('%s is refused and named', async (text, field) => {
    const { status, body } = await post(text)
    expect(status).toBe(400)
    expect(body).toMatchObject({
      detail: expect.stringContaining(field),
      next: expect.stringContaining(field),
    })
  })

  test.each([
    ['features that are a list', { features: [] }],
    ['a field of every object', JSON.parse('{"visitorId":"v-1","__proto__":1}')],
    ['neither visitor nor features', {}],
    ['both visitor and features', { visitorId: 'v-1', features: {} }],
    ['hints for bare features', { features: {}, hints: true }],
    ['an unknown field', { visitorId: 'v-1', explain: true }],
    ['a body that is no object', []],
    ['a body that is no JSON', '{"visitorId":'],
  ])('%s is a problem that says what to do', async (_what, body) => {
    const answer = await post(body)
    expect(answer.status).toBe(400)
    expect(answer.type).toBe('application/problem+json')
    expect(answer.body).toMatchObject({ detail: expect.any(String), next: expect.any(String) })
  })

  test('an unknown visitor is 404, also one of another workspace', async () => {
    const { status, body } = await post({ visitorId: 'v-2' })
    expect(status).toBe(404)
    expect(body).toMatchObject({ code: 'not_found' })
  })

  test('a caller without a key is refused before the body is looked at', async () => {
    const { status, body } = await post('{"visitorId":', 'bad')
    expect(status).toBe(401)
    expect(body).toMatchObject({ code: 'key_missing' })
  })

  test('mounted in another app, the route describes itself and states its permission', () => {
    const whole = new OpenAPIHono().route('/', app)
    const document = whole.getOpenAPI31Document({
      openapi: '3.1.0',
      info: { title: 'test', version: '1' },
    })
    const operation = document.paths?.['/v1/score']?.post
    expect(operation).toMatchObject({ 'x-permission': 'scores:read', security: [{ key: [] }] })
    expect(Object.keys(operation?.responses ?? {})).toEqual(
      expect.arrayContaining(['200', '400', '401', '403', '404', '503']),
    )
  })
})
