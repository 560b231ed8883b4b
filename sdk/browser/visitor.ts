/** Who the events are of. Only a signed token lets the edge decide for this visitor. */
export interface Visitor {
  id: string
  token: string | null
}

/** Name of the edge's first-party cookie and of the key in local storage. */
export const VISITOR_KEY = 'ew_vid'

const MAX_TOKEN_CHARS = 200

/** Reads `<visitorId>.<signature>`, or a bare id that was made up here. */
export function parseVisitor(value: string | null | undefined): Visitor | null {
  if (!value || value.length > MAX_TOKEN_CHARS || !/^[\w.~-]+$/.test(value)) return null
  const dot = value.lastIndexOf('.')
  if (dot < 0) return { id: value, token: null }
  return dot > 0 && dot < value.length - 1 ? { id: value.slice(0, dot), token: value } : null
}

/** The visitor in `document.cookie`, if the edge set one. */
export function visitorInCookie(cookie: string): Visitor | null {
  for (const pair of cookie.split(/; */)) {
    const [name, value] = pair.split('=')
    if (name === VISITOR_KEY) return parseVisitor(value)
  }
  return null
}

/** A version 4 UUID; `crypto.randomUUID` is missing on plain http pages. */
export function randomId(): string {
  if (crypto.randomUUID) return crypto.randomUUID()
  return '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (digit) => {
    const random = crypto.getRandomValues(new Uint8Array(1))[0] ?? 0
    return (Number(digit) ^ (random & (15 >> (Number(digit) / 4)))).toString(16)
  })
}
