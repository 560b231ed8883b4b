import { ProblemError } from '../problems/problem.ts'

/** Segment's documented batch limit; what is larger is refused before it is parsed. */
export const MAX_BODY_BYTES = 500 * 1024
/** A gzip body may unfold to this much; past it the reading stops (decompression bombs). */
const MAX_UNPACKED_BYTES = 4 * 1024 * 1024

/**
 * The JSON of a capture request. Content-Type and Content-Encoding are ignored on purpose: real
 * clients label gzip bodies as form data or plain text, so the first two bytes decide.
 *
 * @throws ProblemError 400 for an oversized, truncated or malformed body
 */
export async function readBody(request: Request): Promise<{ body: unknown; text: string }> {
  const bytes = await bytesOfRequest(request)
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b
  const text = new TextDecoder().decode(isGzip ? await gunzip(bytes) : bytes)
  try {
    return { body: JSON.parse(text), text }
  } catch {
    throw new ProblemError({
      status: 400,
      code: 'malformed_json',
      title: 'Malformed body',
      detail: 'The body is not JSON.',
      next: 'Send one JSON object: an event, or {"batch":[…]}.',
    })
  }
}

async function bytesOfRequest(request: Request): Promise<Uint8Array> {
  const declared = request.headers.get('content-length')
  if (Number(declared ?? 0) > MAX_BODY_BYTES) throw tooLarge()
  // A chunked body declares no length and must not fill the memory before it is refused.
  if (declared === null && request.body) return readAtMost(request.body, MAX_BODY_BYTES)
  const bytes = new Uint8Array(await request.arrayBuffer())
  if (bytes.length > MAX_BODY_BYTES) throw tooLarge()
  return bytes
}

async function gunzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  try {
    return await readAtMost(stream, MAX_UNPACKED_BYTES)
  } catch (error) {
    if (error instanceof ProblemError) throw error
    throw new ProblemError({
      status: 400,
      code: 'malformed_gzip',
      title: 'Malformed body',
      detail: 'The body begins like gzip but cannot be unpacked.',
      next: 'Send the whole gzip stream, or plain JSON.',
    })
  }
}

async function readAtMost(
  stream: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array> {
  const reader = stream.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.length
    if (length > maxBytes) {
      // Not awaited: a decompressor's end of the pipe may never settle.
      reader.cancel().catch(() => undefined)
      throw tooLarge()
    }
    chunks.push(value)
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

function tooLarge(): ProblemError {
  return new ProblemError({
    status: 400,
    code: 'body_too_large',
    title: 'Body too large',
    detail: `A request may carry at most ${MAX_BODY_BYTES / 1024} KB.`,
    next: 'Send smaller batches; clients of the Segment family do so by themselves.',
  })
}
