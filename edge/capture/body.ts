import { ProblemError, problems } from '../problems/problem.ts'

/** Segment's documented batch limit; what is larger is refused before it is parsed. */
export const MAX_BODY_BYTES = 500 * 1024
/** A gzip body may unfold to this much; past it the reading stops (decompression bombs). */
const MAX_UNPACKED_BYTES = 4 * 1024 * 1024
/**
 * A refused body is still read this far: the connection of a client that is not yet done sending would
 * break, and it would repeat what it must give up.
 */
const MAX_DISCARDED_BYTES = 16 * 1024 * 1024

const WANTED = 'one JSON object: an event, or {"batch":[…]}'

/**
 * The JSON of a capture request. Content-Type and Content-Encoding are ignored on purpose: real
 * clients label gzip bodies as form data or plain text, so the first two bytes decide.
 *
 * @param wanted what to send, for whom the body was none
 * @throws ProblemError 400 for a body that is oversized, truncated or malformed
 */
export async function readBody(
  request: Request,
  wanted = WANTED,
): Promise<{ body: unknown; text: string }> {
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
      detail: text === '' ? 'The body is empty.' : 'The body is not JSON.',
      next: `Send ${wanted}.`,
    })
  }
}

async function bytesOfRequest(request: Request): Promise<Uint8Array> {
  const { body } = request
  if (!body) return new Uint8Array()
  const declared = request.headers.get('content-length')
  const fits = Number(declared) <= MAX_BODY_BYTES
  if (declared !== null && fits) return new Uint8Array(await request.arrayBuffer())
  // A chunked body declares no length and must not fill the memory before it is refused.
  const bytes = fits ? await readAtMost(body, MAX_BODY_BYTES) : null
  if (bytes) return bytes
  await discard(body)
  throw tooLarge()
}

/** Reads a refused body away, up to a bound. */
export async function discard(body: ReadableStream<Uint8Array>): Promise<void> {
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > MAX_DISCARDED_BYTES) return
  }
}

async function gunzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  const unpacked = await readAtMost(stream, MAX_UNPACKED_BYTES).catch(() => {
    throw new ProblemError({
      status: 400,
      code: 'malformed_gzip',
      title: 'Malformed body',
      detail: 'The body begins like gzip but cannot be unpacked.',
      next: 'Send the whole gzip stream, or plain JSON.',
    })
  })
  if (unpacked) return unpacked
  // Not awaited: the far end of a decompressor may never settle.
  stream.cancel().catch(() => undefined)
  throw tooLarge()
}

/** @returns null when there is more; the stream can then still be read on */
export async function readAtMost(
  stream: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array | null> {
  const reader = stream.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      length += value.length
      if (length > maxBytes) return null
      chunks.push(value)
    }
  } finally {
    reader.releaseLock()
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
    ...problems.bodyTooLarge(MAX_BODY_BYTES / 1024),
    // As the protocol has it: client libraries know 400 and do not repeat it.
    status: 400,
    next: 'Send smaller batches; clients of the Segment family do so by themselves.',
  })
}
