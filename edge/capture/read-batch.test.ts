import { describe, expect, test } from 'vitest'
import { ProblemError } from '../problems/problem.ts'
import { type CaptureCall, captureCallOf, readBatch } from './read-batch.ts'
import { caller, eventOf, rejectedOf } from './segment-call.fixture.ts'
import { MAX_EVENT_BYTES } from './segment-event.ts'

const read = (call: CaptureCall, body: unknown) =>
  readBatch(call, body, JSON.stringify(body), caller())

const batch = (events: unknown[], root: Record<string, unknown> = {}) =>
  read('batch', { batch: events, ...root })

const good = (messageId: string) => ({ type: 'page', messageId, anonymousId: 'a' })

/** A track call of exactly that many bytes as JSON. */
function callOfBytes(bytes: number, unit = 'x') {
  const call = (filler: string) => ({
    ...{ type: 'track', messageId: 'm', anonymousId: 'a', event: 'Big' },
    properties: { filler },
  })
  const room = bytes - new TextEncoder().encode(JSON.stringify(call(''))).length
  const unitBytes = new TextEncoder().encode(unit).length
  const filler = unit.repeat(Math.floor(room / unitBytes)) + 'x'.repeat(room % unitBytes)
  return call(filler)
}

/** `{"a":{"a":…}}`, nested that deep. */
function nested(depth: number): Record<string, unknown> {
  let value: Record<string, unknown> = {}
  for (let i = 1; i < depth; i++) value = { a: value }
  return value
}

const reasonsOf = (answers: ReturnType<typeof readBatch>) =>
  answers.map((answer) => (answer.kind === 'event' ? 'ok' : answer.rejected.reason))

function codeOf(attempt: () => unknown): string {
  try {
    attempt()
  } catch (error) {
    if (error instanceof ProblemError) return `${error.problem.status} ${error.problem.code}`
    throw error
  }
  return 'accepted'
}

describe('the path of a capture call', () => {
  test.each<[string, CaptureCall]>([
    ['/v1/track', 'track'],
    ['/v1/page', 'page'],
    ['/v1/screen', 'screen'],
    ['/v1/identify', 'identify'],
    ['/v1/group', 'group'],
    ['/v1/alias', 'alias'],
    ['/v1/batch', 'batch'],
    ['/v1/t', 'track'],
    ['/v1/p', 'page'],
    ['/v1/s', 'screen'],
    ['/v1/i', 'identify'],
    ['/v1/g', 'group'],
    ['/v1/a', 'alias'],
    ['/v1/b', 'batch'],
    ['/v1/batch/', 'batch'],
  ])('%s means %s', (path, call) => {
    expect(captureCallOf(path)).toBe(call)
  })

  test.each([
    '/v1/',
    '/v1/m',
    '/v1/decide',
    '/v1/tracks',
    '/v1/Track',
    '/v2/track',
    '/v1/track/x',
    '/x/v1/track',
    '/v1/constructor',
  ])('%s is none', (path) => {
    expect(captureCallOf(path)).toBeNull()
  })
})

describe('the limits of a capture call', () => {
  test('are 32 KB an event, alone and in a batch, in ASCII and beyond', () => {
    for (const unit of ['x', 'é', '😀']) {
      const most = callOfBytes(MAX_EVENT_BYTES, unit)
      const more = callOfBytes(MAX_EVENT_BYTES + 1, unit)
      expect(reasonsOf(read('track', most))).toEqual(['ok'])
      expect(reasonsOf(read('track', more))).toEqual(['too_large'])
      expect(reasonsOf(batch([most, more, most]))).toEqual(['ok', 'too_large', 'ok'])
    }
  })

  test("count a batch's context for each of its events", () => {
    const library = 'x'.repeat(MAX_EVENT_BYTES)
    expect(reasonsOf(batch([good('m-1'), good('m-2')], { context: { library } }))).toEqual([
      'too_large',
      'too_large',
    ])
    const half = { library: 'x'.repeat(MAX_EVENT_BYTES / 2) }
    expect(
      reasonsOf(batch([good('m-1'), callOfBytes(MAX_EVENT_BYTES / 2 + 1)], { context: half })),
    ).toEqual(['ok', 'too_large'])
  })

  test("count a single call's context once", () => {
    const call = { ...good('m'), context: { library: 'x'.repeat(20_000) } }
    expect(reasonsOf(read('page', call))).toEqual(['ok'])
  })

  test('are 2,500 events a batch', () => {
    const events = Array.from({ length: 2500 }, (_, i) => good(`m-${i}`))
    expect(batch(events)).toHaveLength(2500)
    expect(codeOf(() => batch([...events, good('one more')]))).toBe('400 malformed_batch')
  })

  test('are 64 levels an event, alone and in a batch', () => {
    const deep = (levels: number) => ({ ...good('m'), properties: nested(levels - 1) })
    expect(reasonsOf(read('page', deep(64)))).toEqual(['ok'])
    expect(reasonsOf(read('page', deep(65)))).toEqual(['too_deep'])
    expect(reasonsOf(batch([deep(64), deep(65), good('m')]))).toEqual(['ok', 'too_deep', 'ok'])
  })

  test("hold for a batch's context too, which every event inherits", () => {
    const root = (levels: number) => ({ context: { library: nested(levels) } })
    expect(reasonsOf(batch([good('m')], root(62)))).toEqual(['ok'])
    expect(reasonsOf(batch([good('m')], root(63)))).toEqual(['too_deep'])
  })

  test('keep JSON of a hundred thousand levels from exhausting the stack', () => {
    const depth = 100_000
    const text = `{"batch":[{"type":"page","messageId":"deep","anonymousId":"a","properties":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}},{"type":"page","messageId":"flat","anonymousId":"a"}]}`
    const answers = readBatch('batch', JSON.parse(text), text, caller())
    expect(rejectedOf(answers[0])).toMatchObject({ messageId: 'deep', reason: 'too_deep' })
    expect(eventOf(answers[1]).messageId).toBe('flat')
  })
})

describe('a batch', () => {
  test('is never spoilt by a bad event, and each keeps its place', () => {
    const answers = batch([
      good('m-1'),
      null,
      'text',
      [good('in an array')],
      { type: 'purchase' },
      { type: { toString: null, valueOf: null }, messageId: 'odd' },
      { type: 'track', anonymousId: 'a' },
      { type: 'page' },
      good('m-2'),
    ])
    expect(reasonsOf(answers)).toEqual([
      'ok',
      'not_an_object',
      'not_an_object',
      'not_an_object',
      'unknown_type',
      'unknown_type',
      'event_name_missing',
      'no_user_anon_id',
      'ok',
    ])
    expect(eventOf(answers.at(-1)).messageId).toBe('m-2')
  })

  test('may be empty', () => {
    expect(batch([])).toEqual([])
  })

  test('gives its time of sending to its events', () => {
    const sentAt = '2030-01-01T00:01:00Z'
    const [answer] = batch([{ ...good('m'), timestamp: '2030-01-01T00:00:00Z' }], { sentAt })
    expect(eventOf(answer).occurredAt).toBe(eventOf(answer).receivedAt - 60_000)
  })

  test.each<[CaptureCall, unknown]>([
    ['batch', {}],
    ['batch', { batch: {} }],
    ['batch', { batch: null }],
    ['batch', [good('m')]],
    ['batch', null],
    ['page', [good('m')]],
    ['page', null],
    ['page', 'text'],
    ['page', 7],
  ])('or call of another shape is refused as a whole: %s %j', (call, body) => {
    expect(codeOf(() => read(call, body))).toBe('400 malformed_batch')
  })
})

test("a single call's path decides its type, whatever the body says", () => {
  const [answer] = read('identify', { ...good('m'), type: 'page' })
  expect(eventOf(answer).type).toBe('identify')
})
