import type { CapturedEvent } from '#shared/events/captured-event.ts'

/**
 * What a visitor object is given and keeps. Bodies are JSON text, written once by the Worker and
 * passed on to the store unread where possible: serializing an event a second time would cost more
 * than storing it.
 */
export type AppendEntry =
  /** `body` is a CapturedEvent. */
  | { kind: 'event'; messageId: string; body: string }
  /** `body` is a LoggedVerdict: counted and kept, never stored as an event. */
  | { kind: 'verdict'; body: string }

export interface LoggedVerdict {
  messageId: string
  verdict: 'duplicate' | 'rejected' | 'quarantined'
  reason: string | null
  detail: string | null
  type: string | null
  name: string | null
  receivedAt: number
}

/** A score's `body` is JSON of a scores row. `blank`: what it held was erased before it was drained. */
export type LogKind = 'event' | 'verdict' | 'score' | 'blank'

export interface LogRow {
  seq: number
  kind: LogKind
  receivedAt: number
  body: string
}

export type AppendAnswer =
  | { kind: 'stored'; accepted: number; duplicates: number }
  /** The backlog is as large as it may get: the client must slow down, nothing was taken. */
  | { kind: 'overloaded'; retryAfterSeconds: number }

type Subject = Pick<CapturedEvent, 'messageId' | 'type' | 'name' | 'receivedAt'>

export function duplicateVerdictOf({ messageId, type, name, receivedAt }: Subject): LoggedVerdict {
  return { messageId, verdict: 'duplicate', reason: null, detail: null, type, name, receivedAt }
}

/** Nothing of the person stays; the sender may still ask what became of the id. */
export function erasedVerdictOf({ messageId, type, name, receivedAt }: Subject): LoggedVerdict {
  return {
    messageId,
    verdict: 'rejected',
    reason: 'erased',
    detail: 'It tells of somebody who was erased after it happened.',
    type,
    name,
    receivedAt,
  }
}

/** Bodies are written by us with messageId as their first key, so no JSON needs to be parsed here. */
export function messageIdOf(row: LogRow): string {
  const end = row.body.indexOf('","type"')
  return JSON.parse(row.body.slice('{"messageId":'.length, end + 1)) as string
}
