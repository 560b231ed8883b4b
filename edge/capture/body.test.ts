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
  const { status, code } = error.problem
  expect(status).toBe(400)
  return code
}

/** A body that comes in pieces, and how much of it was asked for. */
function streamed(bytes: number, declared: string | null) {
  const PIECE_BYTES = 100_000
  let pulled = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (pulled >= bytes) return controller.close()
      pulled += PIECE_BYTES
      controller.enqueue(new Uint8Array(PIECE_BYTES).fill(32))
    },
  })
  const headers: Record<string, string> = declared === null ? {} : { 'content-length': declared }
  const init = { method: 'POST', body, headers, duplex: 'half' }
  const asked = new Request('https://edge.example/v1/batch', init)
  return { asked, bytesPulled: () => pulled }
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

  test('that is refused is read to its end all the same, so that its sender hears of it', async () => {
    for (const declared of ['8000000', null]) {
      const { asked, bytesPulled } = streamed(8_000_000, declared)
      expect(await codeOf(asked)).toBe('body_too_large')
      expect(bytesPulled()).toBe(8_000_000)
    }
  })

  test('that never ends is not read for ever', async () => {
    const { asked, bytesPulled } = streamed(Number.POSITIVE_INFINITY, null)
    expect(await codeOf(asked)).toBe('body_too_large')
    expect(bytesPulled()).toBeLessThan(20_000_000)
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
