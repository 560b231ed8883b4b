/** A year: RFC 6797. Not for subdomains, which may be somebody else's. */
const HSTS = 'max-age=31536000'

/** What holds for all answers that are ours; `same-origin` gives way where an answer is for other sites. */
const ALWAYS: [name: string, value: string][] = [
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
  ['x-frame-options', 'DENY'],
  ['cross-origin-opener-policy', 'same-origin'],
]

/** Of an answer that is data: should a browser ever show it as a page, nothing in it does anything. */
const DATA_CSP = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/**
 * The same answer with the headers that keep browsers from doing more with it than it is for. What a route
 * has set itself stays. Not for a site's pages: those are the site's.
 *
 * @param url of the request: plain http, as on one machine, gets no HSTS
 */
export function secured(answer: Response, url: URL): Response {
  // A WebSocket travels with its answer and would be lost in a copy.
  if (answer.status === 101) return answer
  const changed = new Response(answer.body, answer)
  const { headers } = changed
  for (const [name, value] of ALWAYS) {
    // Pages with forms choose their own: without a referrer, browsers send `Origin: null` with a form.
    if (name !== 'referrer-policy' || !headers.has(name)) headers.set(name, value)
  }
  if (url.protocol === 'https:') headers.set('strict-transport-security', HSTS)
  const isForOthers = headers.has('access-control-allow-origin')
  headers.set('cross-origin-resource-policy', isForOthers ? 'cross-origin' : 'same-origin')
  if (!headers.has('content-security-policy')) headers.set('content-security-policy', DATA_CSP)
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store')
  return changed
}

/** 128 random bits, new for each page that is sent. */
export function newNonce(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))))
}

/**
 * The policy of a page that the edge renders: style and script by nonce alone, nothing from elsewhere.
 *
 * @param nonce of {@link newNonce}
 * @param formTargets addresses that a form's answer may redirect to, besides our own: browsers hold
 *   form-action against redirects too. Only their origins count; what is no web address is left out
 */
export function pageCsp(nonce: string, formTargets: readonly string[] = []): string {
  const origins = formTargets.flatMap((target) => {
    const url = URL.parse(target)
    return url && ['https:', 'http:'].includes(url.protocol) ? [url.origin] : []
  })
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    `form-action ${["'self'", ...origins].join(' ')}`,
    "frame-ancestors 'none'",
  ].join('; ')
}
