import { createMiddleware } from 'hono/factory'
import { MAX_BODY_BYTES as MAX_RECOMMENDATION_BYTES } from '#shared/recommend/body.ts'
import { discard, readAtMost } from '../capture/body.ts'
import { MAX_JSON_DEPTH, textDepth } from '../capture/json-depth.ts'
import { ProblemError, problems } from '../problems/problem.ts'
import { MAX_ONNX_BYTES } from '../scoring/registry/contract.ts'
import type { ApiEnv } from './api-app.ts'

const KIB = 1024
/** What people and their programs configure fits many times over. */
const MAX_BODY_BYTES = 256 * KIB
/** Model files travel as base64, four characters for three bytes, with a card and notes beside them. */
const MAX_MODEL_BODY_BYTES = Math.ceil(MAX_ONNX_BYTES / 3) * 4 + 1024 * KIB
/** Longer ones are no address of ours; the longest cursor has 500 characters. */
const MAX_URL_CHARS = 8_000

/** The routes whose bodies are larger. Spaces in JSON count, so that there is room for them. */
const LARGER_BODIES: ReadonlyMap<string, number> = new Map([
  ['/api/v1/models', MAX_MODEL_BODY_BYTES],
  ['/api/v1/models/import', MAX_MODEL_BODY_BYTES],
  ['/api/v1/recommendations', 2 * MAX_RECOMMENDATION_BYTES],
])

/** Bound by {@link readBody}, which reads them itself and whose refusals their pages may read. */
const BOUND_ELSEWHERE: ReadonlySet<string> = new Set(['/v1/decide', '/v1/visitor'])

/**
 * Refuses what is too long before anything reads it: an isolate has 128 MB for all requests at once.
 *
 * @throws ProblemError 413, 414
 */
export const requestLimits = createMiddleware<ApiEnv>(async (c, next) => {
  const { raw, path } = c.req
  if (raw.url.length > MAX_URL_CHARS) throw new ProblemError(problems.addressTooLong(MAX_URL_CHARS))
  if (raw.body && !BOUND_ELSEWHERE.has(path)) {
    const maxBytes = LARGER_BODIES.get(path) ?? MAX_BODY_BYTES
    const declared = raw.headers.get('content-length')
    if (declared === null) {
      // A chunked body says no length, and is counted while it comes.
      const bytes = await readAtMost(raw.body, maxBytes)
      if (!bytes) throw await tooLarge(raw.body, maxBytes)
      c.req.raw = new Request(raw, { body: bytes })
    } else if (!(Number(declared) <= maxBytes)) throw await tooLarge(raw.body, maxBytes)
  }
  await next()
})

async function tooLarge(body: ReadableStream<Uint8Array>, maxBytes: number): Promise<ProblemError> {
  await discard(body)
  return new ProblemError(problems.bodyTooLarge(Math.floor(maxBytes / KIB)))
}

/**
 * Schemas that hold themselves (rules of rules) are walked by recursion, and so is writing JSON.
 *
 * @throws ProblemError 400 for JSON that is nested deeper than anything of ours
 */
export function requireShallow(text: string): void {
  if (textDepth(text) <= MAX_JSON_DEPTH) return
  throw new ProblemError(
    problems.invalid(`The body is nested deeper than ${MAX_JSON_DEPTH} levels.`),
  )
}
