import { isAppUrl } from './app-origin.ts'

const WEB_PROTOCOLS = ['https:', 'http:']

/** What becomes of an address that the page wants to go to or to open. */
export type NavigationDecision = 'stay' | 'open_outside' | 'refuse'

/**
 * Inside the window there is only our page. Addresses of the web are opened by the computer's
 * browser; anything else (file:, mailto:, other apps' schemes) can start programs and is refused.
 */
export const decideNavigation = (target: string): NavigationDecision => {
  if (isAppUrl(target)) return 'stay'
  const url = URL.parse(target)
  return url !== null && WEB_PROTOCOLS.includes(url.protocol) ? 'open_outside' : 'refuse'
}

/** Who sent a message to main. Only the top frame of our own page is listened to. */
export type Sender = { url: string; isTopFrame: boolean } | null

export const isTrustedSender = (sender: Sender): boolean =>
  sender?.isTopFrame === true && isAppUrl(sender.url)
