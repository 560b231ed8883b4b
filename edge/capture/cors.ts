import type { AllowedOrigins } from '../keys/allowed-origins.ts'
import { type Problem, ProblemError, problems } from '../problems/problem.ts'

/**
 * Capture is public: a write key stands in the page. What client libraries send beyond simple headers
 * is listed, since Segment's browser library makes a preflight even for text/plain.
 */
export const CORS_HEADERS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Retry-After',
  'cross-origin-resource-policy': 'cross-origin',
  'x-content-type-options': 'nosniff',
}

/**
 * What an answer to a key's bearer says about who may read it. Compared as text, whole: an origin is no
 * pattern, and `null` (sandboxed frames, files) is nobody's. A request without Origin comes from no browser.
 *
 * @throws ProblemError 403 when the key is not for the page's origin
 */
export function corsOf(allowed: AllowedOrigins, headers: Headers): Record<string, string> {
  if (allowed === null) return CORS_HEADERS
  const origin = headers.get('origin')
  if (origin === null) return CORS_HEADERS
  if (!allowed.includes(origin)) throw new ProblemError(problems.originNotAllowed())
  return { ...CORS_HEADERS, 'access-control-allow-origin': origin, vary: 'Origin' }
}

/** A refusal may be read by any page, unless it refuses the page. */
export function problemCors({ code }: Problem): Record<string, string> {
  return code === problems.originNotAllowed().code ? { vary: 'Origin' } : CORS_HEADERS
}

/** Comes without a key, so that it answers for all of them; the call itself is refused. */
export function preflight(): Response {
  return new Response(null, {
    status: 204,
    headers: {
      ...CORS_HEADERS,
      'access-control-allow-methods': 'POST, GET, OPTIONS',
      'access-control-allow-headers':
        'Authorization, Content-Type, Content-Encoding, AnonymousId, SentAt, X-Write-Key, X-Retry-Count',
      'access-control-max-age': '86400',
    },
  })
}
