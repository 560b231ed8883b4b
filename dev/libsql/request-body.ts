import type { IncomingMessage } from 'node:http'
import type { z } from 'zod'
import { HttpFailure } from './http-reply.ts'
import { ProtocolError } from './stream.ts'

const BODY_BYTES_MAX = 64 * 1024 * 1024

/**
 * Reads all of the body even when it is too large: Node's `fetch` may leave its next request to the
 * same server waiting forever when an answer comes before the request was sent in full.
 * @throws HttpFailure 413 for a body that is too large.
 */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue
    bytes += chunk.length
    if (bytes <= BODY_BYTES_MAX) chunks.push(chunk)
    else chunks.length = 0
  }
  if (bytes > BODY_BYTES_MAX) {
    throw new HttpFailure(413, `A request body may have ${BODY_BYTES_MAX} bytes at most.`)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** @throws ProtocolError with the first thing that is wrong and where. */
export function parseBody<Schema extends z.ZodType>(
  schema: Schema,
  body: string,
): z.output<Schema> {
  let data: unknown
  try {
    data = JSON.parse(body)
  } catch {
    throw new ProtocolError('Cannot deserialize client message from JSON: it is not JSON')
  }
  const parsed = schema.safeParse(data)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new ProtocolError(
    `Cannot deserialize client message from JSON: ${issue?.message} at ${issue?.path.join('.')}`,
  )
}
