import { decide } from '#shared/targeting/decide.ts'
import { type TargetingFacts, UNSEEN_VISITOR } from '#shared/targeting/facts.ts'
import { factsOnPage } from '#shared/targeting/facts-of-profile.ts'
import type { SlotSnapshot } from '#shared/targeting/slot.ts'
import type { QuotaVerdict } from '../quota/leased-meters.ts'
import type { Site } from '../tenancy/site.ts'
import { saysNo } from './opt-out.ts'
import { originRequest, publicLocation } from './origin-request.ts'
import { siteUnreachable } from './site-unreachable.ts'
import { type DecideSlot, slotFiller } from './slot-filler.ts'
import { expiredVisitorCookie, tokenInCookie, visitorCookie } from './visitor-cookie.ts'
import type { VisitorTokens } from './visitor-token.ts'

/** How long a page may be held back for a decision, from the moment it was asked for. */
export const PERSONALIZE_BUDGET_MS = 50

/** How long the site may take to begin its answer. */
const ORIGIN_TIMEOUT_MS = 20_000

export interface SiteProxyDeps {
  fetch(request: Request): Promise<Response>
  tokens: VisitorTokens
  /** What targeting knows of a visitor; null for one who has not been seen yet. */
  factsOf(workspaceId: string, visitorId: string): Promise<TargetingFacts | null>
  snapshotOf(workspaceId: string): Promise<SlotSnapshot>
  /** Takes one decision from the workspace's budget; above it pages stay as they are. */
  spendDecision(workspaceId: string): Promise<QuotaVerdict>
}

/**
 * Serves a customer's site through the edge. Pages get their slots filled in the stream and a signed
 * visitor cookie; everything else passes unchanged. Whatever fails here, or takes longer than
 * `PERSONALIZE_BUDGET_MS`, leaves the page as its author wrote it; a visitor who opted out gets just
 * that, and no cookie.
 */
export async function proxySite(
  request: Request,
  site: Site,
  deps: SiteProxyDeps,
): Promise<Response> {
  const url = new URL(request.url)
  const optedOut = site.honourGpc && saysNo(request.headers)
  const personalized = isPageRequest(request) && !optedOut
  const visit = personalized ? beginVisit(request, url, site, deps) : null

  let response: Response
  try {
    response = await fetchOrigin(originRequest(request, site.origin, personalized), deps)
  } catch {
    return siteUnreachable()
  }
  const location = publicLocation(response.headers.get('location'), site.origin, url.origin)
  if (isPageRequest(request) && isHtml(response)) {
    if (visit) return personalizedPage(response, location, await visit, url)
    return untouchedPage(response, location, request, url)
  }
  return location === response.headers.get('location')
    ? response
    : withHeaders(response, (headers) => headers.set('location', location ?? ''))
}

interface Visit {
  token: string | null
  decideSlot: DecideSlot
}

/** Starts deciding while the origin is being asked; the clock of the budget starts here. */
async function beginVisit(
  request: Request,
  url: URL,
  site: Site,
  deps: SiteProxyDeps,
): Promise<Visit> {
  const { workspaceId } = site
  const timeout = new Promise<null>((resolve) => {
    setTimeout(resolve, PERSONALIZE_BUDGET_MS, null)
  })
  try {
    const visitor = await knownVisitor(request, workspaceId, deps)
    const { visitorId, token } = visitor ?? (await deps.tokens.mint(workspaceId))
    const known = visitor ? deps.factsOf(workspaceId, visitorId) : null
    const country = typeof request.cf?.country === 'string' ? request.cf.country : null
    const quota = deps.spendDecision(workspaceId)
    const inputs = Promise.all([known, deps.snapshotOf(workspaceId), quota])
      .then(([facts, snapshot, { kind }]) =>
        kind === 'above' ? null : { facts: facts ?? UNSEEN_VISITOR, snapshot },
      )
      .catch(() => null)
    // Asked once for all slots of a page, so that they agree. An answer that came in while the
    // origin was slow is used even after the budget: nobody waited for it.
    let awaited: typeof inputs | undefined
    return {
      token,
      async decideSlot(key) {
        awaited ??= Promise.race([inputs, timeout])
        const found = await awaited
        if (!found) return null
        const { facts, snapshot } = found
        const here = factsOnPage({ ...facts, country: facts.country ?? country }, url)
        return decide(snapshot, here, [key], visitorId)[key] ?? null
      },
    }
  } catch {
    return { token: null, decideSlot: async () => null }
  }
}

async function knownVisitor(request: Request, workspaceId: string, deps: SiteProxyDeps) {
  const token = tokenInCookie(request.headers.get('cookie'))
  const visitorId = token ? await deps.tokens.verify(workspaceId, token) : null
  return token && visitorId ? { visitorId, token } : null
}

/** The timer guards the beginning of the answer only: a long page may stream as long as it likes. */
async function fetchOrigin(request: Request, deps: SiteProxyDeps): Promise<Response> {
  const giveUp = new AbortController()
  const timer = setTimeout(() => giveUp.abort(), ORIGIN_TIMEOUT_MS)
  try {
    return await deps.fetch(new Request(request, { signal: giveUp.signal }))
  } finally {
    clearTimeout(timer)
  }
}

function personalizedPage(
  response: Response,
  location: string | null,
  visit: Visit,
  url: URL,
): Response {
  const filled = response.body ? slotFiller(visit.decideSlot).transform(response) : response
  return withHeaders(filled, (headers) => {
    for (const name of SHARED_CACHE_HEADERS) headers.delete(name)
    const stored = /no-store/i.test(response.headers.get('cache-control') ?? '')
    headers.set('cache-control', stored ? 'private, no-store' : 'private, no-cache')
    if (location !== null) headers.set('location', location)
    if (visit.token) {
      headers.append('set-cookie', visitorCookie(visit.token, url.protocol === 'https:'))
    }
  })
}

/** For a visitor who opted out; whoever shares a cache with them must not get this copy instead. */
function untouchedPage(
  response: Response,
  location: string | null,
  request: Request,
  url: URL,
): Response {
  return withHeaders(response, (headers) => {
    headers.append('vary', 'Sec-GPC, DNT')
    if (location !== null) headers.set('location', location)
    if (tokenInCookie(request.headers.get('cookie')) === null) return
    headers.append('set-cookie', expiredVisitorCookie(url.protocol === 'https:'))
    headers.set('cache-control', 'private, no-cache')
  })
}

/**
 * Length and validators are those of the origin's page, not of what is sent: a later 304 would bring
 * back another moment's variants. The others invite caches in between to keep a personal page.
 */
const SHARED_CACHE_HEADERS = [
  'content-length',
  'etag',
  'last-modified',
  'accept-ranges',
  'age',
  'expires',
  'pragma',
  'cdn-cache-control',
  'cloudflare-cdn-cache-control',
  'surrogate-control',
]

function withHeaders(response: Response, change: (headers: Headers) => void): Response {
  const changed = new Response(response.body, response)
  change(changed.headers)
  return changed
}

/** A navigation, as opposed to an image, a script or a call of the page's own code. */
function isPageRequest(request: Request): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false
  const destination = request.headers.get('sec-fetch-dest')
  if (destination) return ['document', 'iframe', 'frame'].includes(destination)
  return request.headers.get('accept')?.includes('text/html') ?? false
}

/** HTML in a character set that the rewriter reads as it is. */
function isHtml(response: Response): boolean {
  const type = response.headers.get('content-type')?.toLowerCase() ?? ''
  const charset = /charset="?([\w-]+)/.exec(type)?.[1]
  return (
    type.startsWith('text/html') && (!charset || ['utf-8', 'utf8', 'us-ascii'].includes(charset))
  )
}
