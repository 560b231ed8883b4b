import { isBotAgent } from '#edge/capture/bot.ts'
import { classifyAcquisition } from '#edge/capture/channel.ts'
import type { CapturedEvent } from '#shared/events/captured-event.ts'
import type { ClientCall } from './client-call.ts'

/**
 * The event that the edge makes of a simulated call when it arrives at once: the edge's own rules
 * for channel and bots, its times equal to the call's. The country stays unknown, as it is for
 * calls that one machine sends for all visitors.
 */
export function captureCall(call: ClientCall): CapturedEvent {
  const { page, campaign, userAgent, locale, timezone, library } = call.context
  const at = Date.parse(call.timestamp)
  return {
    messageId: call.messageId,
    type: call.type,
    name: call.event ?? null,
    visitorId: call.anonymousId,
    anonymousId: call.anonymousId,
    userId: call.userId ?? null,
    previousId: null,
    groupId: call.groupId ?? null,
    occurredAt: at,
    receivedAt: at,
    bot: isBotAgent(userAgent),
    verified: false,
    ...classifyAcquisition({
      source: campaign?.source ?? null,
      medium: campaign?.medium ?? null,
      campaign: campaign?.name ?? null,
      search: page.search,
      referrer: page.referrer,
      pageHost: new URL(page.url).host,
    }),
    country: null,
    url: page.url,
    path: page.path,
    title: page.title,
    properties: call.properties ?? {},
    traits: call.traits ?? {},
    context: { userAgent, locale, timezone, library },
  }
}
