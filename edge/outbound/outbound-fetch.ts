import {
  innerHost,
  type OutboundPolicy,
  type OutboundRefusal,
  outboundAddress,
} from './outbound-address.ts'
import { isPublicAddress } from './public-address.ts'
import { readAtMost } from './read-at-most.ts'
import type { Resolve } from './resolve-host.ts'

export interface OutboundDeps {
  fetch(url: string, init: RequestInit): Promise<Response>
  resolve: Resolve
  policy: OutboundPolicy
}

/** What is sent. There is no way to say more: `credentials`, `redirect` and the like are ours. */
export interface OutboundRequest {
  method?: string
  headers?: HeadersInit
  body?: string
}

export interface OutboundLimits {
  /** For all of it: name, connection, and the answer's last byte. */
  timeoutMs: number
  /** Of the answer, unpacked. */
  maxBytes: number
}

export const OUTBOUND_LIMITS: OutboundLimits = { timeoutMs: 10_000, maxBytes: 1024 * 1024 }

export type OutboundAnswer =
  /** Whole and within the limits, whatever its status; cookies and connection headers are gone. */
  | { kind: 'answered'; response: Response }
  | OutboundRefusal
  | {
      kind: 'failed'
      reason:
        | 'name_unknown'
        | 'name_not_resolved'
        | 'redirected'
        | 'too_large'
        | 'timeout'
        | 'unreachable'
      /** Whether another attempt may go well. */
      isTemporary: boolean
    }

type FailureReason = Extract<OutboundAnswer, { kind: 'failed' }>['reason']
const TEMPORARY: ReadonlySet<FailureReason> = new Set([
  'name_not_resolved',
  'timeout',
  'unreachable',
])

const failed = (reason: FailureReason): OutboundAnswer => ({
  kind: 'failed',
  reason,
  isTemporary: TEMPORARY.has(reason),
})

/**
 * Fetches an address that a customer gave, or says why not; it never throws. Follows no redirect: the
 * next address would be one that nobody looked at.
 *
 * All addresses of the name are looked at just before. A Worker cannot pin them: `fetch` looks the name up
 * again, so that a name server that changes its answer within milliseconds still gets through
 * (docs/abuse.md says what stands behind).
 */
export async function outboundFetch(
  deps: OutboundDeps,
  address: string,
  request: OutboundRequest = {},
  limits = OUTBOUND_LIMITS,
): Promise<OutboundAnswer> {
  const checked = outboundAddress(address, deps.policy)
  if (checked.kind === 'refused') return checked
  const giveUp = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<OutboundAnswer>((resolve) => {
    timer = setTimeout(resolve, limits.timeoutMs, failed('timeout'))
  })
  try {
    const work = attempt(deps, checked.url, request, limits.maxBytes, giveUp.signal)
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    giveUp.abort()
  }
}

async function attempt(
  deps: OutboundDeps,
  url: URL,
  { method = 'GET', headers, body }: OutboundRequest,
  maxBytes: number,
  signal: AbortSignal,
): Promise<OutboundAnswer> {
  const unsafe = await lookedUp(deps, url, signal)
  if (unsafe) return unsafe
  try {
    const answer = await deps.fetch(url.href, {
      method,
      headers: sentHeaders(headers),
      ...(body === undefined ? {} : { body }),
      redirect: 'manual',
      signal,
    })
    if (isRedirect(answer)) {
      answer.body?.cancel().catch(() => undefined)
      return failed('redirected')
    }
    const bytes = await readAtMost(answer, maxBytes)
    if (!bytes) return failed('too_large')
    const { status, statusText } = answer
    const received = { status, statusText, headers: receivedHeaders(answer.headers) }
    return {
      kind: 'answered',
      response: new Response(BODYLESS.has(status) ? null : bytes, received),
    }
  } catch {
    return failed('unreachable')
  }
}

const BODYLESS: ReadonlySet<number> = new Set([204, 205, 304])

/** Null when all that the name stands for is public. */
async function lookedUp(
  { resolve, policy }: OutboundDeps,
  { origin, hostname }: URL,
  signal: AbortSignal,
): Promise<OutboundAnswer | null> {
  const isAddress = hostname.startsWith('[') || /^[\d.]+$/.test(hostname)
  if (isAddress || policy.allowedOrigins.includes(origin)) return null
  let addresses: string[]
  try {
    addresses = await resolve(hostname, signal)
  } catch {
    return failed('name_not_resolved')
  }
  if (addresses.length === 0) return failed('name_unknown')
  return addresses.every(isPublicAddress) ? null : innerHost()
}

/** A browser's `manual` hides the status; others show it. */
function isRedirect({ status }: Response): boolean {
  return status === 0 || (status >= 300 && status < 400 && status !== 304)
}

/** What a caller's own request carried must not travel on, were it ever copied here. */
const NEVER_SENT =
  /^(cookie|host|connection|proxy-.*|x-forwarded-.*|x-real-ip|forwarded|cf-.*|x-write-key)$/i

function sentHeaders(given: HeadersInit | undefined): Headers {
  const headers = new Headers(given)
  for (const name of [...headers.keys()]) if (NEVER_SENT.test(name)) headers.delete(name)
  if (!headers.has('user-agent')) headers.set('user-agent', 'Edgewise')
  return headers
}

/** The body is unpacked and read by now. */
const NEVER_RECEIVED = [
  'set-cookie',
  'content-encoding',
  'content-length',
  'transfer-encoding',
  'location',
]

function receivedHeaders(given: Headers): Headers {
  const headers = new Headers(given)
  for (const name of NEVER_RECEIVED) headers.delete(name)
  return headers
}
