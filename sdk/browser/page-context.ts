import { campaignOf } from './campaign.ts'
import { VERSION } from './version.ts'

/** The page as Segment's `context.page` and as properties of a page call. */
export function pageOf(referrer: string): Record<string, string> {
  const { href, pathname, search } = location
  return { url: href, path: pathname, search, title: document.title, referrer }
}

export function contextOf(page: Record<string, string>): Record<string, unknown> {
  return {
    page,
    campaign: campaignOf(location.search),
    locale: navigator.language,
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    screen: { width: screen.width, height: screen.height, density: devicePixelRatio },
    library,
  }
}

/**
 * What remains for a visitor who opted out: which page and which campaign, nothing that tells one
 * person from another. Queries may carry addresses and ids, so they go too.
 */
export function optedOutContext(optOut: OptOut): Record<string, unknown> {
  const { origin, pathname, search } = location
  return {
    page: { url: origin + pathname, path: pathname, title: document.title },
    campaign: campaignOf(search),
    library,
    consent: { [optOut]: true },
  }
}

const library = { name: 'edgewise-browser', version: VERSION }

export type OptOut = 'gpc' | 'dnt'

/** Whether this browser says no to tracking, and by which signal. */
export function optOutOf(signals: {
  globalPrivacyControl?: boolean
  doNotTrack?: string | null
}): OptOut | null {
  if (signals.globalPrivacyControl) return 'gpc'
  return signals.doNotTrack === '1' ? 'dnt' : null
}
