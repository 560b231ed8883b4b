import type { CapturedEvent } from '#shared/events/captured-event.ts'
import type { Caller } from './caller.ts'
import { type ReadEvent, type RejectedEvent, readSegmentEvent } from './segment-event.ts'

export const RECEIVED_AT = Date.UTC(2026, 5, 1, 12)

export const BROWSER_AGENT =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36'

/** A server with a write key, to be varied. */
export function caller(over: Partial<Caller> = {}): Caller {
  return {
    receivedAt: RECEIVED_AT,
    verified: false,
    optedOut: false,
    honourGpc: true,
    browser: null,
    ...over,
  }
}

/** A person's browser. */
export function browserCaller(over: Partial<Caller> = {}): Caller {
  return caller({ browser: { userAgent: BROWSER_AGENT, country: 'DE' }, ...over })
}

/** Reads one call of a type, as the paths of single events do. */
export function read(
  type: string,
  call: Record<string, unknown>,
  by: Caller = caller(),
  root: Record<string, unknown> = {},
): ReadEvent {
  return readSegmentEvent({ messageId: 'm-1', anonymousId: 'a-1', ...call }, type, root, by)
}

export function eventOf(answer: ReadEvent | undefined): CapturedEvent {
  if (answer?.kind !== 'event') throw new Error(`Not an event: ${JSON.stringify(answer)}`)
  return answer.event
}

export function rejectedOf(answer: ReadEvent | undefined): RejectedEvent {
  if (answer?.kind !== 'rejected') throw new Error(`Not rejected: ${JSON.stringify(answer)}`)
  return answer.rejected
}
