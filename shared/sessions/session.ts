import { z } from 'zod'
import type { CapturedEvent } from '#shared/events/captured-event.ts'
import { isConversion } from '#shared/features/event-kind.ts'

/** A longer silence than this, in event time, ends a session. */
export const SESSION_IDLE_MS = 30 * 60_000

/** The channel of a visit that says nothing about where it came from. */
export const DIRECT_CHANNEL = 'direct'

/** What the sessionizer reads of an event. */
export type SessionInput = Pick<
  CapturedEvent,
  | 'messageId'
  | 'occurredAt'
  | 'type'
  | 'path'
  | 'channel'
  | 'source'
  | 'medium'
  | 'campaign'
  | 'name'
>

/** Where one event stands in event time; the message id settles equal times. */
const eventKey = { at: z.number(), messageId: z.string() }

const PageMark = z.object({ ...eventKey, path: z.string().nullable() })
type PageMark = z.infer<typeof PageMark>

const TouchMark = z.object({
  ...eventKey,
  channel: z.string(),
  source: z.string().nullable(),
  medium: z.string().nullable(),
  campaign: z.string().nullable(),
})
type TouchMark = z.infer<typeof TouchMark>

/**
 * A maximal run of one visitor's events without a gap over `SESSION_IDLE_MS`. Times are Unix
 * milliseconds of the event clock. The marks keep their ordering keys, so that two summaries merge
 * exactly, in whatever order their events arrived.
 */
export const Session = z.object({
  startAt: z.number(),
  endAt: z.number(),
  events: z.number(),
  pageviews: z.number(),
  conversions: z.number(),
  /** First and last page of the session; null where it has none. */
  entry: PageMark.nullable(),
  exit: PageMark.nullable(),
  /** The earliest event that did not come directly, else the earliest. */
  touch: TouchMark,
})
export type Session = z.infer<typeof Session>

/** The session of a single event. */
export function sessionOf(event: SessionInput): Session {
  const at = event.occurredAt
  const { messageId } = event
  const isPage = event.type === 'page' || event.type === 'screen'
  const page = isPage ? { at, messageId, path: event.path } : null
  return {
    startAt: at,
    endAt: at,
    events: 1,
    pageviews: isPage ? 1 : 0,
    conversions: isConversion(event) ? 1 : 0,
    entry: page,
    exit: page,
    touch: {
      at,
      messageId,
      channel: event.channel,
      source: event.source,
      medium: event.medium,
      campaign: event.campaign,
    },
  }
}

/**
 * Joins two lists of sessions of one visitor. The result is sorted by time and any two neighbours
 * are further apart than the idle time; a late event may join two sessions into one. Commutative
 * and associative, but counts add up: give each event once.
 */
export function mergeSessions(sessions: readonly Session[], added: readonly Session[]): Session[] {
  const sorted = [...sessions, ...added].sort((a, b) => a.startAt - b.startAt)
  const merged: Session[] = []
  let current: Session | undefined
  for (const next of sorted) {
    if (current && next.startAt - current.endAt <= SESSION_IDLE_MS) {
      current = join(current, next)
      merged[merged.length - 1] = current
    } else {
      current = next
      merged.push(next)
    }
  }
  return merged
}

function join(a: Session, b: Session): Session {
  return {
    startAt: Math.min(a.startAt, b.startAt),
    endAt: Math.max(a.endAt, b.endAt),
    events: a.events + b.events,
    pageviews: a.pageviews + b.pageviews,
    conversions: a.conversions + b.conversions,
    entry: pick(a.entry, b.entry, precedes),
    exit: pick(a.exit, b.exit, (x, y) => precedes(y, x)),
    touch: touchPrecedes(b.touch, a.touch) ? b.touch : a.touch,
  }
}

type EventKey = { at: number; messageId: string }

function precedes(a: EventKey, b: EventKey): boolean {
  return a.at < b.at || (a.at === b.at && a.messageId < b.messageId)
}

function touchPrecedes(a: TouchMark, b: TouchMark): boolean {
  const aDirect = a.channel === DIRECT_CHANNEL
  const bDirect = b.channel === DIRECT_CHANNEL
  return aDirect === bDirect ? precedes(a, b) : bDirect
}

function pick(
  a: PageMark | null,
  b: PageMark | null,
  wins: (x: PageMark, y: PageMark) => boolean,
): PageMark | null {
  if (!a || !b) return a ?? b
  return wins(b, a) ? b : a
}
