import { type CapturedEvent, EVENT_TYPES } from '#shared/events/captured-event.ts'
import { isPlaceholderId } from '#shared/identity/placeholder-id.ts'
import { isBotAgent } from './bot.ts'
import type { Caller } from './caller.ts'
import { classifyAcquisition } from './channel.ts'
import { correctedTime } from './clock.ts'
import { clip, storedText } from './stored-text.ts'

/** Segment's documented limits. */
export const MAX_EVENT_BYTES = 32 * 1024
const MAX_MESSAGE_ID_CHARS = 100
const MAX_ID_CHARS = 255
const MAX_NAME_CHARS = 255
const MAX_URL_CHARS = 2000
const MAX_USER_AGENT_CHARS = 400

export type RejectReason =
  | 'not_an_object'
  | 'unknown_type'
  | 'message_id_too_long'
  | 'id_too_long'
  | 'no_user_anon_id'
  | 'placeholder_id'
  | 'event_name_missing'
  | 'group_id_missing'
  | 'alias_ids_missing'
  | 'properties_not_an_object'
  | 'too_large'
  | 'too_deep'
  | 'opted_out'
  | 'erased'

/** An event that will not be stored; its verdict can be looked up for seven days. */
export interface RejectedEvent {
  messageId: string
  reason: RejectReason
  detail: string
  type: string | null
  name: string | null
  receivedAt: number
}

export type ReadEvent =
  | { kind: 'event'; event: CapturedEvent }
  | { kind: 'rejected'; rejected: RejectedEvent }

export type Json = Record<string, unknown>

/**
 * Reads one event of the Segment protocol as leniently as Segment does (numbers as ids, missing
 * messageId, timestamps in either place) and as strictly as the store needs.
 *
 * @param root the batch's own object, whose context and sentAt count for each item
 */
export function readSegmentEvent(
  raw: unknown,
  type: unknown,
  root: Json,
  caller: Caller,
): ReadEvent {
  if (!isObject(raw))
    return reject({}, null, caller, 'not_an_object', 'An event must be an object.')
  const eventType = EVENT_TYPES.find((known) => known === type)
  if (!eventType) {
    return reject(raw, null, caller, 'unknown_type', `There is no event type ${quoted(type)}.`)
  }
  const messageId = storedText(raw.messageId) ?? crypto.randomUUID()
  if (messageId.length > MAX_MESSAGE_ID_CHARS) {
    return reject(
      raw,
      eventType,
      caller,
      'message_id_too_long',
      'messageId exceeds 100 characters.',
    )
  }
  const given = {
    anonymousId: storedText(raw.anonymousId),
    userId: storedText(raw.userId),
    previousId: storedText(raw.previousId),
    groupId: storedText(raw.groupId),
  }
  for (const id of [given.anonymousId, given.userId, given.previousId, given.groupId]) {
    if (id && id.length > MAX_ID_CHARS) {
      return reject(raw, eventType, caller, 'id_too_long', 'An id exceeds 255 characters.')
    }
  }
  const anonymousId = ownId(given.anonymousId)
  const userId = ownId(given.userId)
  const previousId = ownId(given.previousId)
  const groupId = ownId(given.groupId)
  const needed = NEEDED_IDS[eventType]?.find((field) => given[field] && !ownId(given[field]))
  if (needed) {
    return reject(
      raw,
      eventType,
      caller,
      'placeholder_id',
      `${needed} is a placeholder (${quoted(given[needed])}), which everybody could send; send a real id, or no ${eventType} call.`,
    )
  }
  if (!anonymousId && !userId) {
    return reject(
      raw,
      eventType,
      caller,
      'no_user_anon_id',
      given.anonymousId || given.userId
        ? 'Neither userId nor anonymousId names anybody: a placeholder such as "null" counts as not given.'
        : 'Neither userId nor anonymousId is given.',
    )
  }
  if (eventType === 'track' && !storedText(raw.event)) {
    return reject(raw, eventType, caller, 'event_name_missing', 'A track call needs an event name.')
  }
  if (eventType === 'group' && !groupId) {
    return reject(raw, eventType, caller, 'group_id_missing', 'A group call needs a groupId.')
  }
  if (eventType === 'alias' && !(previousId && userId)) {
    return reject(
      raw,
      eventType,
      caller,
      'alias_ids_missing',
      'An alias call needs previousId and userId.',
    )
  }
  if (!isAbsentOrObject(raw.properties) || !isAbsentOrObject(raw.traits)) {
    return reject(
      raw,
      eventType,
      caller,
      'properties_not_an_object',
      'properties and traits must be objects.',
    )
  }
  const context = { ...asObject(root.context), ...asObject(raw.context) }
  const consent = asObject(context.consent)
  const optedOut =
    caller.optedOut || (caller.honourGpc && (consent.gpc === true || consent.dnt === true))
  if (optedOut && (eventType === 'identify' || eventType === 'group' || eventType === 'alias')) {
    return reject(
      raw,
      eventType,
      caller,
      'opted_out',
      'The visitor opted out of tracking (GPC or DNT).',
    )
  }

  const properties = asObject(raw.properties)
  const page = { ...asObject(context.page), ...(eventType === 'page' ? properties : {}) }
  const url = storedText(page.url)
  const location = url ? parseUrl(url) : null
  const path = storedText(page.path) ?? location?.pathname ?? null
  const search = storedText(page.search) ?? location?.search ?? ''
  const campaign = asObject(context.campaign)
  const acquisition = classifyAcquisition({
    source: storedText(campaign.source),
    medium: storedText(campaign.medium),
    campaign: storedText(campaign.name),
    search,
    referrer: storedText(page.referrer),
    pageHost: location?.host ?? null,
  })
  const userAgent = clip(
    storedText(context.userAgent) ?? caller.browser?.userAgent ?? '',
    MAX_USER_AGENT_CHARS,
  )
  return {
    kind: 'event',
    event: {
      messageId,
      type: eventType,
      name: clip(
        storedText(eventType === 'track' ? raw.event : (raw.name ?? properties.name)),
        MAX_NAME_CHARS,
      ),
      visitorId: optedOut ? null : (anonymousId ?? userId),
      anonymousId: optedOut ? null : anonymousId,
      userId: optedOut ? null : userId,
      previousId: optedOut ? null : previousId,
      groupId: optedOut ? null : groupId,
      occurredAt: correctedTime(
        raw.originalTimestamp ?? raw.timestamp,
        raw.sentAt ?? root.sentAt,
        caller.receivedAt,
      ),
      receivedAt: caller.receivedAt,
      bot: !caller.verified && userAgent !== '' && isBotAgent(userAgent),
      verified: caller.verified,
      ...acquisition,
      country: caller.browser?.country ?? null,
      // The query of an opted-out visitor may name the person, and so may any property.
      url: clip(optedOut ? beforeQuery(url) : url, MAX_URL_CHARS),
      path: clip(optedOut ? beforeQuery(path) : path, MAX_URL_CHARS),
      title: clip(storedText(page.title), MAX_NAME_CHARS),
      properties: optedOut ? {} : properties,
      traits: optedOut ? {} : asObject(raw.traits),
      context: optedOut ? {} : keptContext(context, userAgent),
    },
  }
}

/** The ids without which a call says nothing. */
const NEEDED_IDS: Partial<
  Record<CapturedEvent['type'], readonly ('userId' | 'previousId' | 'groupId')[]>
> = {
  group: ['groupId'],
  alias: ['previousId', 'userId'],
}

/** A placeholder counts as not given: it would make one person of everybody who sends it. */
function ownId(id: string | null): string | null {
  return id === null || isPlaceholderId(id) ? null : id
}

/** Of a client's context only what reports and features use is kept. */
function keptContext(context: Json, userAgent: string): Json {
  const kept: Json = {}
  if (userAgent) kept.userAgent = userAgent
  for (const key of ['locale', 'timezone', 'library', 'screen', 'consent', 'groupId'] as const) {
    if (context[key] !== undefined) kept[key] = context[key]
  }
  return kept
}

export function reject(
  raw: Json,
  type: string | null,
  caller: Caller,
  reason: RejectReason,
  detail: string,
): ReadEvent {
  return {
    kind: 'rejected',
    rejected: {
      messageId: clip(storedText(raw.messageId) ?? crypto.randomUUID(), MAX_MESSAGE_ID_CHARS),
      reason,
      detail,
      type: type ?? clip(storedText(raw.type), 40),
      name: clip(storedText(raw.event) ?? storedText(raw.name), MAX_NAME_CHARS),
      receivedAt: caller.receivedAt,
    },
  }
}

/** Also cuts off the fragment, and the user name and password before a host. */
function beforeQuery(address: string | null): string | null {
  return address?.split(/[?#]/, 1)[0]?.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, '$1') || null
}

function parseUrl(url: string): URL | null {
  return URL.parse(url)
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isAbsentOrObject(value: unknown): boolean {
  return value === undefined || value === null || isObject(value)
}

export function asObject(value: unknown): Json {
  return isObject(value) ? value : {}
}

/** Never `String(value)` of an object: one with a field named toString would throw. */
function quoted(value: unknown): string {
  return typeof value === 'object' && value !== null
    ? 'that is an object'
    : JSON.stringify(String(value).slice(0, 40))
}
