import { timingSafeEqual } from 'node:crypto'

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost']

/**
 * Whether a request names us in its Host header. A page of a stranger whose name was rebound to
 * 127.0.0.1 sends its own name there.
 */
export const isOurHost = (host: string | undefined, port: number): boolean =>
  LOOPBACK_NAMES.some((name) => host === `${name}:${port}`)

/**
 * Whether a WebSocket was opened by our own page. Browsers let any page open a socket to any
 * address, and only the Origin header tells whose page it was.
 */
export const isOurOrigin = (origin: string | undefined, port: number): boolean =>
  LOOPBACK_NAMES.some((name) => origin === `http://${name}:${port}`)

/** Compares in constant time, so that the answer's delay tells nothing of the token. */
export const isToken = (expected: string, given: string | null): boolean => {
  if (given === null) return false
  const [a, b] = [Buffer.from(expected), Buffer.from(given)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/**
 * Sent with every answer. Everything the page needs comes from its own origin; `'self'` in
 * connect-src covers the WebSocket of the same host and port.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}
