import { withoutVisitorCookie } from './visitor-cookie.ts'

/** A page that is rewritten cannot be answered with "unchanged" or with a part of itself. */
const CONDITIONAL_HEADERS = ['if-none-match', 'if-modified-since', 'if-range', 'range']

/**
 * The visitor's request as the origin gets it: same method, path, query, body and headers, without
 * our cookie, and with redirects handed back to the browser.
 *
 * @param whole the origin must send the whole page, because it will be rewritten
 */
export function originRequest(request: Request, origin: string, whole: boolean): Request {
  const { pathname, search, host, protocol } = new URL(request.url)
  // Joined as text: a path such as `//other.example` given to `new URL` would name another host.
  const forwarded = new Request(origin.replace(/\/+$/, '') + pathname + search, request)
  const headers = new Headers(request.headers)
  const cookie = withoutVisitorCookie(headers.get('cookie'))
  if (cookie === null) headers.delete('cookie')
  else headers.set('cookie', cookie)
  headers.delete('host')
  headers.set('x-forwarded-host', host)
  headers.set('x-forwarded-proto', protocol.slice(0, -1))
  if (whole) for (const name of CONDITIONAL_HEADERS) headers.delete(name)
  return new Request(forwarded, { headers, redirect: 'manual' })
}

/** Where a redirect leads as the visitor sees it: the origin's own address becomes the public one. */
export function publicLocation(
  location: string | null,
  origin: string,
  publicOrigin: string,
): string | null {
  if (location === null || !URL.canParse(location)) return location
  const url = new URL(location)
  return url.origin === new URL(origin).origin
    ? publicOrigin + url.pathname + url.search + url.hash
    : location
}
