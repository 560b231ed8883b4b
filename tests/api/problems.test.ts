import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { SYNC_PROTOCOL_VERSION } from '#shared/sync/protocol.ts'
import {
  SECRET_KEY,
  startTestPlatform,
  type TestPlatform,
} from '#tests/platform/faulty-platform.ts'

let platform: TestPlatform

beforeAll(async () => {
  platform = await startTestPlatform()
})

afterAll(() => platform.stop())

const Problem = z.strictObject({
  type: z.string().startsWith('urn:edgewise:'),
  status: z.number(),
  code: z.string().regex(/^[a-z_]+$/),
  title: z.string().min(3),
  detail: z.string().regex(/\.$/),
  next: z.string().regex(/\.$/),
})

const Cursor = (position: unknown) => btoa(encodeURIComponent(JSON.stringify(position)))
const json = { 'content-type': 'application/json' }
const post = (body: string, headers: Record<string, string> = json) => ({
  method: 'POST',
  headers,
  body,
})
const START = { ingestSeq: 0, verdictSeq: 0, version: 0 }

const refusals: [what: string, path: string, init: RequestInit, said: string, names?: string][] = [
  ['a cursor nobody gave', '/api/v1/events?cursor=!', {}, '400 invalid', 'cursor'],
  [
    'a cursor of another list',
    `/api/v1/events?cursor=${Cursor([1, 'x'])}`,
    {},
    '400 invalid',
    'cursor',
  ],
  [
    'a cursor of another shape',
    `/api/v1/visitors?cursor=${Cursor({})}`,
    {},
    '400 invalid',
    'cursor',
  ],
  ['a cursor too long', `/api/v1/visitors?cursor=${'A'.repeat(501)}`, {}, '400 invalid', 'cursor'],
  ['a limit of none', '/api/v1/events?limit=0', {}, '400 invalid', 'limit'],
  ['a limit too high', '/api/v1/visitors?limit=201', {}, '400 invalid', 'limit'],
  ['a limit in parts', '/api/v1/visitors?limit=1.5', {}, '400 invalid', 'limit'],
  ['a limit in words', '/api/v1/visitors?limit=all', {}, '400 invalid', 'limit'],
  [
    'an unknown parameter of a list',
    '/api/v1/events?visitorId=x',
    {},
    '400 invalid',
    'Write visitor in its place',
  ],
  ['a parameter like none', '/api/v1/visitors?page=2', {}, '400 invalid', 'limit, cursor'],
  ['a misspelled span', '/api/v1/ingest/stats?hour=3', {}, '400 invalid', 'hours'],
  ['a parameter of the lag', '/api/v1/ingest/lag?hours=3', {}, '400 invalid', 'no parameters'],
  ['a parameter of the slots', '/api/v1/slots?limit=3', {}, '400 invalid', 'no parameters'],
  ['a parameter of one visitor', '/api/v1/visitors/v?limit=3', {}, '400 invalid', 'no parameters'],
  ['an unknown grade', '/api/v1/visitors?grade=E', {}, '400 invalid', 'grade'],
  ['an unknown verdict', '/api/v1/events?verdict=lost', {}, '400 invalid', 'verdict'],
  [
    'a visitor of a refused event',
    '/api/v1/events?verdict=rejected&visitor=v',
    {},
    '400 invalid',
    'visitor',
  ],
  ['an unknown visitor', '/api/v1/visitors/nobody', {}, '404 not_found', 'letter case'],
  [
    'an unknown visitor to score',
    '/v1/score',
    post('{"visitorId":"x"}'),
    '404 not_found',
    'first event',
  ],
  [
    'an unknown link',
    '/api/v1/identity/links/undo',
    post(JSON.stringify({ linkId: 'x', undone: true, reason: 'none' })),
    '404 not_found',
    'linkId',
  ],
  ['no body for a new visitor', '/v1/visitor', post(''), '400 malformed_json', '{}'],
  ['an id too long', `/api/v1/visitors/${'v'.repeat(256)}`, {}, '400 invalid', 'id'],
  ['malformed JSON', '/api/v1/sync/pull', post('{"protocol":'), '400 invalid'],
  ['an empty body', '/api/v1/sync/pull', post(''), '400 invalid'],
  ['a list for an object', '/v1/score', post('[]'), '400 invalid'],
  [
    'another content type',
    '/api/v1/sync/pull',
    post('{}', { 'content-type': 'text/plain' }),
    '415 not_json',
  ],
  [
    'a form',
    '/v1/score',
    post('a=b', { 'content-type': 'application/x-www-form-urlencoded' }),
    '415 not_json',
  ],
  [
    'another protocol',
    '/api/v1/sync/pull',
    post(JSON.stringify({ protocol: 99, epoch: null, edit: 0, facts: START })),
    '400 invalid',
    'protocol',
  ],
  [
    'a negative cursor',
    '/api/v1/sync/pull',
    post(JSON.stringify({ protocol: SYNC_PROTOCOL_VERSION, epoch: null, edit: -1, facts: START })),
    '400 invalid',
    'edit',
  ],
  [
    'a page too large',
    '/api/v1/sync/pull',
    post(
      JSON.stringify({
        protocol: SYNC_PROTOCOL_VERSION,
        epoch: null,
        edit: 0,
        facts: START,
        limit: 2001,
      }),
    ),
    '400 invalid',
    'limit',
  ],
  [
    'a slot under another key',
    '/api/v1/slots/hero',
    {
      ...post(
        JSON.stringify({ key: 'band', name: 'B', status: 'draft', variants: [], default: null }),
      ),
      method: 'PUT',
    },
    '400 invalid',
    'key',
  ],
  [
    'a link in a slot that runs script',
    '/api/v1/slots/hero',
    {
      ...post(
        JSON.stringify({
          key: 'hero',
          name: 'H',
          status: 'draft',
          variants: [],
          default: { cta: { label: 'x', href: 'javascript:alert(1)' } },
        }),
      ),
      method: 'PUT',
    },
    '400 invalid',
    'default.cta.href',
  ],
  ['an unknown route', '/api/v1/nothing', {}, '404 not_found'],
  ['an unknown route below one', '/api/v1/visitors/v/more', {}, '404 not_found'],
  ['a wrong method', '/api/v1/visitors', { method: 'DELETE' }, '405 method_not_allowed'],
  ['reading what is written', '/v1/track', {}, '405 method_not_allowed'],
  ['reading what is computed', '/v1/score', {}, '405 method_not_allowed'],
]

test.each(refusals)(
  '%s is refused with a code and a next step',
  async (_what, path, init, said, names) => {
    const answer = await fetch(`${platform.edge.url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${SECRET_KEY}`, ...init.headers },
    })
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    const problem = Problem.parse(await answer.json())
    expect(`${answer.status} ${problem.code}`).toBe(said)
    expect(problem.status).toBe(answer.status)
    if (names !== undefined) expect(problem.next).toContain(names)
  },
)

test('a wrong method is told which ones there are', async () => {
  const answer = await fetch(`${platform.edge.url}/api/v1/slots/hero`, { method: 'DELETE' })
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'PUT'])
})

test('a parameter that does not exist is named', async () => {
  const answer = await fetch(`${platform.edge.url}/api/v1/events?limit=5&visitorId=x`, {
    headers: { authorization: `Bearer ${SECRET_KEY}` },
  })
  expect(await answer.json()).toMatchObject({ detail: 'There is no parameter visitorId.' })
})

test('without a key the next step names one that the route takes', async () => {
  const nextOf = async (path: string, init?: RequestInit) =>
    Problem.parse(await (await fetch(`${platform.edge.url}${path}`, init)).json()).next
  expect(await nextOf('/api/v1/visitors')).toBe(
    'Send a secret key of the workspace with the header Authorization: Bearer esk_….',
  )
  expect(await nextOf('/v1/score', post('{}'))).not.toContain('write key')
  expect(await nextOf('/v1/visitor', post('{}'))).toContain('write key')
})

test.each(['/', '/docs/'])('%s leads to the page of the API', async (path) => {
  const answer = await fetch(`${platform.edge.url}${path}`, { redirect: 'manual' })
  expect([answer.status, answer.headers.get('location')]).toEqual([302, '/docs'])
})
