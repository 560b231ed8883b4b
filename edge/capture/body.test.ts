import { describe, expect, test } from 'vitest'
import { ProblemError } from '../problems/problem.ts'
import { MAX_BODY_BYTES, readBody } from './body.ts'

const EVENT = { type: 'page', anonymousId: 'a', title: 'Grüße' }

async function gzip(data: string | Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([data]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

function request(body: BodyInit | null, headers: Record<string, string> = {}): Request {
  return new Request('https://edge.example/v1/batch', { method: 'POST', body, headers })
}

async function codeOf(asked: Request): Promise<string> {
  const error = await readBody(asked).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ProblemError)) throw new Error(`Not refused: ${String(error)}`)
  expect(error.problem.status).toBe(400)
  return error.problem.code
}

/** A JSON string of exactly that many bytes. */
const jsonOf = (bytes: number) => JSON.stringify('x'.repeat(bytes - 2))

describe('a capture body', () => {
  test.each([
    [{}],
    [{ 'content-type': 'application/json' }],
    [{ 'content-type': 'text/plain' }],
    [{ 'content-type': 'application/x-www-form-urlencoded' }],
    [{ 'content-type': 'application/json', 'content-encoding': 'gzip' }],
  ])('is read plain and packed whatever its labels say: %j', async (headers) => {
    const json = JSON.stringify(EVENT)
    expect(await readBody(request(json, headers))).toEqual({ body: EVENT, text: json })
    expect(await readBody(request(await gzip(json), headers))).toEqual({ body: EVENT, text: json })
  })

  test('may be 500 KB and not a byte more, whether or not it declares its length', async () => {
    for (const declared of [true, false]) {
      const headers = (bytes: number): Record<string, string> =>
        declared ? { 'content-length': String(bytes) } : {}
      const most = jsonOf(MAX_BODY_BYTES)
      expect((await readBody(request(most, headers(most.length)))).text).toBe(most)
      const more = jsonOf(MAX_BODY_BYTES + 1)
      expect(await codeOf(request(more, headers(more.length)))).toBe('body_too_large')
    }
  })

  test('is refused by its declared length before it is read', async () => {
    const asked = request('{}', { 'content-length': String(MAX_BODY_BYTES + 1) })
    expect(await codeOf(asked)).toBe('body_too_large')
    expect(asked.bodyUsed).toBe(false)
  })

  test('without a declared length is not read to its end once it is too large', async () => {
    let pulled = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 65_536
        controller.enqueue(new Uint8Array(65_536).fill(32))
      },
    })
    const init = { method: 'POST', body: endless, duplex: 'half' }
    expect(await codeOf(new Request('https://edge.example/v1/t', init))).toBe('body_too_large')
    expect(pulled).toBeLessThan(2 * MAX_BODY_BYTES)
  })

  test('may unfold to megabytes, but a decompression bomb is stopped', async () => {
    const large = jsonOf(3 * 1024 * 1024)
    expect((await readBody(request(await gzip(large)))).text.length).toBe(large.length)
    const bomb = await gzip(new Uint8Array(64 * 1024 * 1024))
    expect(bomb.length).toBeLessThan(MAX_BODY_BYTES)
    expect(await codeOf(request(bomb))).toBe('body_too_large')
  })

  test('that is half a gzip stream, or one with a broken check sum, is malformed', async () => {
    const whole = await gzip(JSON.stringify(EVENT))
    expect(await codeOf(request(whole.slice(0, whole.length / 2)))).toBe('malformed_gzip')
    expect(await codeOf(request(whole.slice(0, 2)))).toBe('malformed_gzip')
    const broken = whole.slice()
    broken[broken.length - 5] = (broken[broken.length - 5] ?? 0) ^ 0xff
    expect(await codeOf(request(broken))).toBe('malformed_gzip')
  })

  test('that is empty or not JSON is malformed', async () => {
    for (const text of ['', ' ', '{"a":', 'a=1&b=2', '{"a":1}{"b":2}']) {
      expect(await codeOf(request(text))).toBe('malformed_json')
    }
    expect(await codeOf(request(null))).toBe('malformed_json')
  })

  test('with invalid UTF-8 loses only the characters that cannot be read', async () => {
    const bytes = new TextEncoder().encode('{"title":"a?b"}')
    bytes[11] = 0xff
    expect((await readBody(request(bytes))).body).toEqual({ title: 'a\uFFFDb' })
  })

  test('may begin with a byte order mark, and may be any JSON', async () => {
    expect((await readBody(request('\uFEFF{"a":1}'))).body).toEqual({ a: 1 })
    expect((await readBody(request('[1,2]'))).body).toEqual([1, 2])
  })

  test('nested a hundred thousand deep is parsed, for the depth check to refuse', async () => {
    const depth = 100_000
    const { text } = await readBody(request('['.repeat(depth) + ']'.repeat(depth)))
    expect(text).toHaveLength(2 * depth)
  })
})
