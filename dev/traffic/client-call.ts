import { titleOf } from './browsing.ts'

/** One call of a Segment-compatible browser library, as it goes over the wire. */
export interface ClientCall {
  type: 'page' | 'track' | 'identify' | 'group'
  messageId: string
  anonymousId: string
  userId?: string
  groupId?: string
  event?: string
  /** ISO 8601, by the client's clock. */
  timestamp: string
  properties?: Record<string, unknown>
  traits?: Record<string, unknown>
  context: {
    page: { url: string; path: string; search: string; referrer: string; title: string }
    campaign?: { source?: string; medium?: string; name?: string }
    userAgent: string
    locale: string
    timezone: string
    library: { name: string; version: string }
  }
}

export interface Browser {
  anonymousId: string
  userAgent: string
  locale: string
  timezone: string
}

/** The open page of a browser: what each call's context says. */
export interface OpenPage {
  site: string
  path: string
  search: string
  referrer: string
}

/** What differs between the calls made on one page. */
export type Said =
  | { type: 'page' }
  | { type: 'track'; event: string; properties: Record<string, unknown> }
  | { type: 'identify'; userId?: string; traits: Record<string, unknown> }
  | { type: 'group'; groupId: string; traits: Record<string, unknown> }

/** Builds a call as the browser library would: a page call carries its page as properties too. */
export function clientCall(
  messageId: string,
  at: number,
  browser: Browser,
  open: OpenPage,
  said: Said,
): ClientCall {
  const page = {
    url: `${open.site}${open.path}${open.search}`,
    path: open.path,
    search: open.search,
    referrer: open.referrer,
    title: titleOf(open.path),
  }
  const campaign = campaignOf(open.search)
  return {
    messageId,
    anonymousId: browser.anonymousId,
    timestamp: new Date(at).toISOString(),
    ...said,
    ...(said.type === 'page' ? { properties: page } : {}),
    context: {
      page,
      ...(campaign ? { campaign } : {}),
      userAgent: browser.userAgent,
      locale: browser.locale,
      timezone: browser.timezone,
      library: { name: 'edgewise-demo-traffic', version: '1' },
    },
  }
}

function campaignOf(search: string): ClientCall['context']['campaign'] | null {
  const query = new URLSearchParams(search)
  const source = query.get('utm_source')
  if (!source) return null
  return {
    source,
    medium: query.get('utm_medium') ?? undefined,
    name: query.get('utm_campaign') ?? undefined,
  }
}
