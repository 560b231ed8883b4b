const MAX_URI_CHARS = 2_000
/** Host, port and the rest of a loopback redirect. Names are not taken: `localhost` may resolve elsewhere. */
const LOOPBACK = /^http:\/\/(127\.0\.0\.1|\[::1\])(?::([1-9]\d{0,4}))?(\/.*)?$/s
/** RFC 8252, 7.1: a domain backwards. The dot keeps out `javascript:`, `data:` and the like. */
const PRIVATE_USE = /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:\//
/** What browsers, servers and proxies read differently. */
const AMBIGUOUS = /[^\x21-\x7e]|[\\*"<>^`{|}]|%(2f|5c|2e|00|0a|0d)/i
/** What the answer puts into the query: one of them there already would be read instead of ours. */
const ANSWERED = ['code', 'state', 'iss', 'error', 'error_description', 'error_uri']

/**
 * Whether an answer may go to `asked`: exactly as registered, character by character, except that a desktop
 * app does not know its port before it starts, so that with loopback addresses the port is free
 * (RFC 8252, 7.3). Nothing is normalised: two readings of one address are how codes get stolen.
 */
export function redirectAllowed(registered: readonly string[], asked: string): boolean {
  if (asked.length > MAX_URI_CHARS) return false
  if (registered.includes(asked)) return true
  const wanted = loopback(asked)
  return wanted !== null && registered.some((uri) => loopback(uri) === wanted)
}

/** The address without its port, or null for what is no loopback address. */
function loopback(uri: string): string | null {
  const match = LOOPBACK.exec(uri)
  if (!match || Number(match[2] ?? 80) > 65_535) return null
  return `${match[1]}${match[3] ?? ''}`
}

export interface RedirectProblem {
  reason: string
  next: string
}

/**
 * Why an address cannot be registered for an app's redirects; null if it can: https, or http to a loopback
 * address (127.0.0.1, [::1]), or the app's own scheme, in its one canonical spelling.
 */
export function registrableRedirect(uri: string): RedirectProblem | null {
  if (uri.length > MAX_URI_CHARS || !URL.canParse(uri)) {
    return problem('This is not an address.', 'Enter the whole address, beginning with https://.')
  }
  if (AMBIGUOUS.test(uri)) {
    return problem(
      'The address has a wildcard, a space, or a character that servers read differently.',
      'Register each address by itself, without *, \\, spaces or encoded slashes and dots.',
    )
  }
  const url = new URL(uri)
  if (uri.includes('#')) {
    return problem('The address has a fragment.', 'Leave out # and what follows it.')
  }
  if (url.username !== '' || url.password !== '' || /^[^/]*\/\/[^/?]*@/.test(uri)) {
    return problem('The address has a user name.', 'Leave out what stands before the @.')
  }
  if (ANSWERED.some((name) => url.searchParams.has(name))) {
    return problem(
      `The address has a parameter that the answer needs (${ANSWERED.join(', ')}).`,
      'Give the parameter another name.',
    )
  }
  return schemeProblem(uri, url) ?? spellingProblem(uri, url)
}

function schemeProblem(uri: string, url: URL): RedirectProblem | null {
  if (url.protocol === 'https:') {
    return url.hostname.endsWith('.')
      ? problem("The host's name ends with a dot.", 'Leave out the dot.')
      : null
  }
  if (url.protocol === 'http:') {
    return loopback(uri) !== null
      ? null
      : problem(
          'Over http an answer can be read on its way.',
          'Use https, or http://127.0.0.1 for an app on the same computer (not localhost).',
        )
  }
  return PRIVATE_USE.test(uri)
    ? null
    : problem(
        "This scheme is not an app's own.",
        'Use https, or a domain of yours backwards, such as com.example.app:/callback.',
      )
}

/** A loopback or https address without a path is what `URL` adds one slash to. */
function spellingProblem(uri: string, url: URL): RedirectProblem | null {
  if (url.href === uri || url.href === `${uri}/`) return null
  return problem(
    'The address can be written in another way.',
    `Register it as ${url.href}, and send it so from the app.`,
  )
}

function problem(reason: string, next: string): RedirectProblem {
  return { reason, next }
}
