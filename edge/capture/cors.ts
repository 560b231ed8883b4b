/**
 * Capture is public: a write key stands in the page. What client libraries send beyond simple headers
 * is listed, since Segment's browser library makes a preflight even for text/plain.
 */
export const CORS_HEADERS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Retry-After',
}

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
