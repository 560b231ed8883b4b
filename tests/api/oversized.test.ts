import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  SECRET_KEY,
  startTestPlatform,
  type TestPlatform,
} from '#tests/platform/faulty-platform.ts'
import { call, type Operation, operationsOf, outcomeOf } from './operations.ts'

const MIB = 1024 * 1024
/** More than any route takes, and less than what is read away before a connection breaks. */
const OVERSIZED_BYTES = 12 * MIB

let platform: TestPlatform
let operations: Operation[]

beforeAll(async () => {
  platform = await startTestPlatform()
  operations = (await operationsOf(platform.edge.url)).filter(({ takesBody }) => takesBody)
})

afterAll(() => platform.stop())

const headers = { authorization: `Bearer ${SECRET_KEY}`, 'content-type': 'application/json' }

function send(
  { method, path }: Operation,
  body: string | ReadableStream<Uint8Array>,
): Promise<Response> {
  const url = `${platform.edge.url}${path.replaceAll(/\{\w+\}/g, 'nobody')}`
  const init: RequestInit & { duplex: 'half' } = { method, headers, body, duplex: 'half' }
  return fetch(url, init)
}

/** A body that does not say how long it is. */
function chunked(bytes: number): ReadableStream<Uint8Array> {
  let left = bytes
  return new ReadableStream({
    pull(controller) {
      if (left <= 0) return controller.close()
      controller.enqueue(new Uint8Array(65_536).fill(0x20))
      left -= 65_536
    },
  })
}

test('every route that takes a body refuses one that is too large, declared or not', async () => {
  expect(operations.length).toBeGreaterThan(15)
  const text = ' '.repeat(OVERSIZED_BYTES)
  const outcomes: Record<string, string[]> = {}
  for (const operation of operations) {
    outcomes[operation.id] = [
      await outcomeOf(await send(operation, text)),
      await outcomeOf(await send(operation, chunked(OVERSIZED_BYTES))),
    ]
  }
  // Client libraries of the capture protocol know 400.
  const CAPTURE = /^(capture_\w+|decide|mintVisitor)$/
  const expected = operations.map(({ id }) => {
    const said = `${CAPTURE.test(id) ? 400 : 413} body_too_large`
    return [id, [said, said]]
  })
  expect(outcomes).toEqual(Object.fromEntries(expected))
})

test.each([
  ['objects', '{"a":', '}'],
  ['lists', '[', ']'],
])('no route fails over 20,000 nested %s', async (_what, open, close) => {
  const text = `${open.repeat(20_000)}1${close.repeat(20_000)}`
  const failed: string[] = []
  for (const operation of operations) {
    const answer = await send(operation, text)
    if (answer.status >= 500) failed.push(`${operation.id} ${answer.status}`)
    await answer.arrayBuffer()
  }
  expect(failed).toEqual([])
})

test('rules nested without end in a slot are refused, not walked', async () => {
  const rule = `${'{"kind":"not","rule":'.repeat(9_000)}{}${'}'.repeat(9_000)}`
  const slot = `{"key":"hero","name":"H","status":"draft","default":null,"variants":[{"key":"a","name":"A","audience":${rule},"content":{}}]}`
  const operation = operations.find(({ id }) => id === 'saveSlot')
  expect(operation).toBeDefined()
  if (operation) expect(await outcomeOf(await send(operation, slot))).toBe('400 invalid')
})

test('an address that is too long is refused as such', async () => {
  const [operation] = await operationsOf(platform.edge.url)
  const query = `?x=${'y'.repeat(9_000)}`
  if (operation) {
    const listVisitors = { ...operation, method: 'GET', path: '/api/v1/visitors', takesBody: false }
    const answer = await call(platform.edge.url, listVisitors, { headers, query })
    expect(await outcomeOf(answer)).toBe('414 address_too_long')
  }
})
