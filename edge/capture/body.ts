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
  const declared = Number(request.headers.get('content-length') ?? 0)
  if (declared > MAX_BODY_BYTES) throw tooLarge()
  const bytes = new Uint8Array(await request.arrayBuffer())
  if (bytes.length > MAX_BODY_BYTES) throw tooLarge()
  const text =
    bytes[0] === 0x1f && bytes[1] === 0x8b ? await gunzip(bytes) : new TextDecoder().decode(bytes)
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

async function gunzip(bytes: Uint8Array): Promise<string> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let unpacked = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return text + decoder.decode()
      unpacked += value.length
      if (unpacked > MAX_UNPACKED_BYTES) throw tooLarge()
      text += decoder.decode(value, { stream: true })
    }
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

function tooLarge(): ProblemError {
  return new ProblemError({
    status: 400,
    code: 'body_too_large',
    title: 'Body too large',
    detail: `A request may carry at most ${MAX_BODY_BYTES / 1024} KB.`,
    next: 'Send smaller batches; clients of the Segment family do so by themselves.',
  })
}
