import { EVENT_TYPES } from '#shared/events/captured-event.ts'
import { ProblemError } from '../problems/problem.ts'
import type { Caller } from './caller.ts'
import { isDeeperThan, MAX_JSON_DEPTH, textDepth } from './json-depth.ts'
import {
  asObject,
  MAX_EVENT_BYTES,
  type ReadEvent,
  readSegmentEvent,
  reject,
} from './segment-event.ts'

/** Segment's documented limit of one batch. */
const MAX_BATCH_EVENTS = 2500
/** A batch wraps its events in an object and an array. */
const BATCH_WRAPPING_DEPTH = 2

export type CaptureCall = (typeof EVENT_TYPES)[number] | 'batch'

/** Long paths, and the first letters that Segment's browser library posts to. */
const CALLS = new Map<string, CaptureCall>([
  ...EVENT_TYPES.map((type) => [type, type] as const),
  ['batch', 'batch'],
  ['t', 'track'],
  ['p', 'page'],
  ['s', 'screen'],
  ['i', 'identify'],
  ['g', 'group'],
  ['a', 'alias'],
  ['b', 'batch'],
])

const CAPTURE_PATH = /^\/v1\/([a-z]+)\/?$/

export function captureCallOf(pathname: string): CaptureCall | null {
  return CALLS.get(CAPTURE_PATH.exec(pathname)?.[1] ?? '') ?? null
}

/**
 * Every event of a capture body with its verdict so far. One bad event never spoils its batch: it is
 * rejected by itself, with a reason.
 *
 * @throws ProblemError 400 when the body as a whole is not a capture call
 */
export function readBatch(
  call: CaptureCall,
  body: unknown,
  bodyText: string,
  caller: Caller,
): ReadEvent[] {
  const root = asObject(body)
  const items = call === 'batch' ? root.batch : [body]
  if (!Array.isArray(items) || (call !== 'batch' && root !== body)) {
    throw badShape(
      call === 'batch' ? 'The body has no array named batch.' : 'The body is not an object.',
    )
  }
  if (items.length > MAX_BATCH_EVENTS) {
    throw badShape(`A batch may carry at most ${MAX_BATCH_EVENTS} events.`)
  }
  // Both checks cost a pass over each event, so they run only where the body leaves them open.
  const checkSize = bodyText.length > MAX_EVENT_BYTES / 4
  const checkDepth = textDepth(bodyText) > MAX_JSON_DEPTH + BATCH_WRAPPING_DEPTH
  return items.map((item) => {
    if (checkDepth && isDeeperThan(item, MAX_JSON_DEPTH)) {
      return reject(
        shallow(item),
        null,
        caller,
        'too_deep',
        `Nested deeper than ${MAX_JSON_DEPTH} levels.`,
      )
    }
    if (checkSize && byteLength(JSON.stringify(item)) > MAX_EVENT_BYTES) {
      return reject(shallow(item), null, caller, 'too_large', 'The event exceeds 32 KB.')
    }
    return readSegmentEvent(item, call === 'batch' ? asObject(item).type : call, root, caller)
  })
}

function shallow(item: unknown): Record<string, unknown> {
  const { messageId, type, event, name } = asObject(item)
  return { messageId, type, event, name }
}

function byteLength(json: string): number {
  return new TextEncoder().encode(json).length
}

function badShape(detail: string): ProblemError {
  return new ProblemError({
    status: 400,
    code: 'malformed_batch',
    title: 'Malformed batch',
    detail,
    next: 'Send one event object, or {"batch":[…]} with at most 2,500 events.',
  })
}
