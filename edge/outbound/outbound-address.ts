import { isPublicAddress } from './public-address.ts'

const MAX_URL_CHARS = 2_000
const DEFAULT_PORTS: readonly number[] = [443, 8443]

/** What a deployment lets through; what it does not name is refused. */
export interface OutboundPolicy {
  ports: readonly number[]
  /**
   * Exact origins that pass whatever they are, also http: and on this machine: for simulators of services on
   * one machine. Never from a customer, and none in production.
   */
  allowedOrigins: readonly string[]
}

export const STRICT: OutboundPolicy = { ports: DEFAULT_PORTS, allowedOrigins: [] }

export type OutboundRefusal = {
  kind: 'refused'
  /** One sentence. It names no address that was found behind a name. */
  reason: string
  next: string
}

export type OutboundAddress = { kind: 'allowed'; url: URL } | OutboundRefusal

/**
 * Whether the edge may fetch an address that a customer gave. Names still have to be looked up:
 * {@link outboundFetch} does.
 *
 * @param text as it was given. Spellings that two parsers might read in two ways are refused, not repaired
 */
export function outboundAddress(text: string, policy = STRICT): OutboundAddress {
  if (text.length > MAX_URL_CHARS) return refused('The address is too long.', 'Use a shorter one.')
  const authority = authorityOf(text)
  const url = URL.parse(text)
  if (authority === null || !url) return refused(NOT_PLAIN, 'Write https://, a name and a path.')
  if (authority.includes('@')) {
    return refused('The address carries a user or password.', 'Take them out of the address.')
  }
  if (text.includes('#')) return refused('The address has a fragment.', 'Leave out # and the rest.')
  if (authority.includes('%')) return refused(NOT_PLAIN, 'Write the name without escapes.')
  if (policy.allowedOrigins.includes(url.origin)) return { kind: 'allowed', url }
  if (url.protocol !== 'https:') return refused('The address is not https.', 'Use https.')
  if (!policy.ports.includes(Number(url.port || 443))) {
    return refused('The port is not allowed.', `Use port ${policy.ports.join(' or ')}.`)
  }
  return checkedHost(url)
}

const NOT_PLAIN = 'The address is not a plain web address.'

const refused = (reason: string, next: string): OutboundRefusal => ({
  kind: 'refused',
  reason,
  next,
})

/** What stands between `//` and the path, as it was given; null where it is not spelled in the usual way. */
function authorityOf(text: string): string | null {
  // `URL` drops tabs and line breaks, takes \ for /, and does without the two slashes.
  if (/[\s\\\p{Cc}\p{Cf}]/u.test(text)) return null
  return /^https?:\/\/([^/?#]+)/i.exec(text)?.[1] ?? null
}

/** Suffixes of names that belong to somebody's own network, and the names of clouds' metadata services. */
const INNER_NAMES =
  /(^|\.)(localhost|localdomain|local|internal|intranet|private|corp|home|lan|home\.arpa|metadata\.goog|instance-data)$/

function checkedHost(url: URL): OutboundAddress {
  const literal = /^\[(.*)\]$/.exec(url.hostname)?.[1] ?? null
  const isAddress = literal !== null || /^[\d.]+$/.test(url.hostname)
  if (isAddress) {
    return isPublicAddress(literal ?? url.hostname) ? { kind: 'allowed', url } : innerHost()
  }
  // One dot at the end says that the name is whole; it is the same name.
  const name = url.hostname.replace(/\.$/, '')
  const labels = name.split('.')
  if (labels.length < 2 || labels.includes('') || INNER_NAMES.test(name)) return innerHost()
  url.hostname = name
  return { kind: 'allowed', url }
}

/** One sentence for all: which of them it was would help to map somebody's network. */
export function innerHost(): OutboundRefusal {
  return refused(
    'The address does not lead to a public host.',
    'Use the public name of the service, reachable from the Internet.',
  )
}
