import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { permissionsOfKey } from '#shared/access/matrix.ts'
import { UNSEEN_VISITOR } from '#shared/targeting/facts.ts'
import { SlotSnapshot } from '#shared/targeting/slot.ts'
import type { KeyCheck } from '../tenancy/directory.ts'
import { type DecideRouteDeps, decideRoutes } from './decide-routes.ts'
import { visitorTokens } from './visitor-token.ts'

const KEY = 'ewk_demo_aaaaaaaaaaaaaaaaaaaaaaaa'
const tokens = visitorTokens('secret of the tests')

const workspace = {
  id: 'demo',
  name: 'Demo',
  timezone: 'UTC',
  region: 'eu',
  buckets: 1,
  honourGpc: true,
  databaseUrl: 'http://127.0.0.1:0/demo',
}

const snapshot = SlotSnapshot.parse({
  version: 1,
  slots: [
    {
      key: 'cta_band',
      name: 'Call to action',
      status: 'published',
      default: null,
      variants: [
        {
          key: 'sales',
          name: 'Hot lead',
          audience: { kind: 'compare', fact: 'grade', op: 'grade_at_least', value: 'B' },
          content: { cta: { label: 'Talk to sales', href: '/demo' } },
        },
        {
          key: 'launch',
          name: 'Campaign',
          audience: { kind: 'compare', fact: 'campaign', op: 'is', value: 'spring-launch' },
          content: { headline: 'Launch offer' },
        },
      ],
    },
  ],
})

function app(parts: Partial<DecideRouteDeps> = {}) {
  return decideRoutes({
    authorize: async (key): Promise<KeyCheck> =>
      key === KEY
        ? {
            kind: 'ok',
            key: 'write',
            prefix: 'ewk_demo_',
            permissions: permissionsOfKey('write'),
            workspace,
            allowedOrigins: null,
          }
        : { kind: 'refused' },
    workspaceOfPerson: async () => workspace,
    tokens,
    factsOf: async () => ({ ...UNSEEN_VISITOR, points: 88, grade: 'A', company: 'Rivermill' }),
    spendDecision: async () => ({ kind: 'within' }),
    snapshotOf: async () => snapshot,
    ...parts,
  })
}

const post = (path: string, body: unknown, headers: Record<string, string> = {}, parts = {}) =>
  app(parts).request(path, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'text/plain', ...headers },
  })

async function ask(more: Record<string, unknown> = {}, headers = {}, parts = {}) {
  const { token } = await tokens.mint('demo')
  return post('/v1/decide', { writeKey: KEY, token, slots: ['cta_band'], ...more }, headers, parts)
}

const code = async (response: Response) =>
  [response.status, z.object({ code: z.string() }).parse(await response.json()).code] as const

describe('POST /v1/decide', () => {
  test('tells the variants of the token’s visitor, and nothing of what is known', async () => {
    const response = await ask({ slots: ['cta_band', 'nowhere'] })
    expect(response.status).toBe(200)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toEqual({
      slots: {
        cta_band: { variant: 'sales', content: { cta: { label: 'Talk to sales', href: '/demo' } } },
        nowhere: { variant: null, content: null },
      },
    })
  })

  test('asks about the visitor whom the token names, in the workspace of the key', async () => {
    const asked: unknown[] = []
    const { token, visitorId } = await tokens.mint('demo')
    const factsOf = async (...who: string[]) => {
      asked.push(who)
      return null
    }
    await post('/v1/decide', { writeKey: KEY, token, slots: ['hero'] }, {}, { factsOf })
    expect(asked).toEqual([['demo', visitorId]])
  })

  test('knows the campaign of the page before its view is recorded', async () => {
    const page = { url: 'https://site.example/pricing?utm_campaign=spring-launch' }
    const response = await ask({ page }, {}, { factsOf: async () => null })
    expect(await response.json()).toMatchObject({ slots: { cta_band: { variant: 'launch' } } })
  })

  test('takes the key from the headers as well', async () => {
    const { token } = await tokens.mint('demo')
    const authorization = `Basic ${btoa(`${KEY}:`)}`
    const response = await post('/v1/decide', { token, slots: ['cta_band'] }, { authorization })
    expect(response.status).toBe(200)
  })

  test.each(['sec-gpc', 'dnt'])('leaves pages alone for a visitor who sends %s', async (name) => {
    const factsOf = () => Promise.reject(new Error('must not be asked'))
    const response = await ask({}, { [name]: '1' }, { factsOf })
    expect(await response.json()).toEqual({ slots: { cta_band: { variant: null, content: null } } })
  })

  test('refuses a bare visitor id and a token of another workspace', async () => {
    const foreign = await tokens.mint('other')
    for (const token of [foreign.token, foreign.visitorId]) {
      expect(await code(await ask({ token }))).toEqual([403, 'visitor_token_refused'])
    }
  })

  test('says what is wrong with the request', async () => {
    expect(await code(await ask({ writeKey: undefined }))).toEqual([401, 'key_missing'])
    expect(await code(await ask({ writeKey: 'ewk_demo_unknown' }))).toEqual([401, 'key_refused'])
    expect(await code(await ask({ slots: [] }))).toEqual([400, 'invalid'])
    expect(await code(await ask({ slots: Array(21).fill('x') }))).toEqual([400, 'invalid'])
    expect(await code(await post('/v1/decide', '{"wr'))).toEqual([400, 'malformed_json'])
    expect(await (await post('/v1/decide', '')).json()).toMatchObject({
      detail: 'The body is empty.',
      next: expect.stringContaining('"token"'),
    })
    expect(await (await post('/v1/visitor', '')).json()).toMatchObject({
      next: expect.stringContaining('{}'),
    })
  })

  test('answers 503 and never 4xx when it cannot know', async () => {
    const away = () => Promise.reject(new Error('away'))
    const unchecked = async () => ({ kind: 'unavailable', reason: 'store away' })
    for (const parts of [{ factsOf: away }, { snapshotOf: away }, { authorize: unchecked }]) {
      expect(await code(await ask({}, {}, parts))).toEqual([503, 'unavailable'])
    }
  })
})

describe('POST /v1/visitor', () => {
  test('mints a visitor whom decide then knows, and sets no cookie', async () => {
    const response = await post('/v1/visitor', { writeKey: KEY })
    expect(response.status).toBe(200)
    expect(response.headers.get('set-cookie')).toBeNull()
    const { visitorId, token } = z
      .object({ visitorId: z.uuid(), token: z.string() })
      .parse(await response.json())
    expect(await tokens.verify('demo', token)).toBe(visitorId)
    expect((await ask({ token })).status).toBe(200)
  })

  test('gives nobody an id who sends Global Privacy Control', async () => {
    const response = await post('/v1/visitor', { writeKey: KEY }, { 'sec-gpc': '1' })
    expect(await code(response)).toEqual([403, 'opted_out'])
  })
})

test('a preflight is answered, for callers that send JSON', async () => {
  const response = await app().request('/v1/decide', { method: 'OPTIONS' })
  expect(response.status).toBe(204)
  expect(response.headers.get('access-control-allow-headers')).toContain('Content-Type')
})

test('both routes are in the API description', () => {
  const { paths } = app().getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 't', version: '1' },
  })
  expect(Object.keys(paths ?? {})).toEqual(['/v1/decide', '/v1/visitor'])
})
