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

/** `body` is JSON of a scores row. */
export type LogKind = 'event' | 'verdict' | 'score'

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
