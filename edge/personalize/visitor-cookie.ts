/** Carries the visitor token; the browser SDK reads it, so it is not HttpOnly. */
const VISITOR_COOKIE = 'ew_vid'

const MAX_AGE_S = 365 * 86_400

/** The Set-Cookie value that names the visitor for a year from now. */
export function visitorCookie(token: string, secure: boolean): string {
  return cookie(token, MAX_AGE_S, secure)
}

/** The Set-Cookie value that takes the name away again. */
export function expiredVisitorCookie(secure: boolean): string {
  return cookie('', 0, secure)
}

function cookie(value: string, maxAgeS: number, secure: boolean): string {
  const attributes = `Path=/; Max-Age=${maxAgeS}; SameSite=Lax${secure ? '; Secure' : ''}`
  return `${VISITOR_COOKIE}=${value}; ${attributes}`
}

/** The token in a Cookie header, unverified. */
export function tokenInCookie(header: string | null): string | null {
  const pair = pairs(header).find((text) => isVisitorCookie(text))
  return pair ? pair.slice(VISITOR_COOKIE.length + 1) : null
}

/** The Cookie header without ours; null when nothing remains. */
export function withoutVisitorCookie(header: string | null): string | null {
  return (
    pairs(header)
      .filter((pair) => !isVisitorCookie(pair))
      .join('; ') || null
  )
}

function pairs(header: string | null): string[] {
  return (header ?? '').split(/; */).filter(Boolean)
}

function isVisitorCookie(pair: string): boolean {
  return pair.startsWith(`${VISITOR_COOKIE}=`)
}
