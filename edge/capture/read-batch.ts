import { EVENT_TYPES } from '#shared/events/captured-event.ts'
import { ProblemError } from '../problems/problem.ts'
import type { Caller } from './caller.ts'
import { isDeeperThan, MAX_JSON_DEPTH, textDepth } from './json-depth.ts'
import {
  asObject,
  type Json,
  MAX_EVENT_BYTES,
  type ReadEvent,
  readSegmentEvent,
  reject,
} from './segment-event.ts'

/** Segment's documented limit of one batch. */
const MAX_BATCH_EVENTS = 2500

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
  const check = checksOf(root, bodyText)
  return items.map((item) => {
    const refusal = check?.(item)
    if (refusal) return reject(shallow(item), null, caller, refusal.reason, refusal.detail)
    return readSegmentEvent(item, call === 'batch' ? asObject(item).type : call, root, caller)
  })
}

interface Refusal {
  reason: 'too_deep' | 'too_large'
  detail: string
}

/**
 * The checks of depth and size, which cost a pass over each event; null where the body as a whole is
 * so small and flat that no event of it can exceed a limit. The batch's context is merged into every
 * event, so it counts for each.
 */
function checksOf(root: Json, bodyText: string): ((item: unknown) => Refusal | null) | null {
  // A character of JSON is at most three bytes of UTF-8.
  const checkSize = bodyText.length > MAX_EVENT_BYTES / 3
  const checkDepth = textDepth(bodyText) > MAX_JSON_DEPTH
  if (!checkSize && !checkDepth) return null
  const sharedIsDeep = checkDepth && isDeeperThan(root.context, MAX_JSON_DEPTH - 1)
  const sharedBytes = checkSize && !sharedIsDeep ? jsonBytes(root.context) : 0
  return (item) => {
    if (sharedIsDeep || (checkDepth && isDeeperThan(item, MAX_JSON_DEPTH))) {
      return { reason: 'too_deep', detail: `Nested deeper than ${MAX_JSON_DEPTH} levels.` }
    }
    // A single call is its own root: its context is already part of it.
    const shared = item === root ? 0 : sharedBytes
    if (!checkSize || isWithin(item, MAX_EVENT_BYTES - shared)) return null
    return jsonBytes(item) + shared > MAX_EVENT_BYTES
      ? { reason: 'too_large', detail: 'The event exceeds 32 KB.' }
      : null
  }
}

function shallow(item: unknown): Json {
  const { messageId, type, event, name } = asObject(item)
  return { messageId, type, event, name }
}

/** A control character becomes a six-byte escape; nothing grows more than that. */
const MAX_BYTES_PER_CHAR = 6
const MAX_NUMBER_BYTES = 25

/** Whether a value certainly fits, without writing it out: true for all but the largest events. */
function isWithin(value: unknown, bytes: number): boolean {
  return bytesLeft(value, bytes) >= 0
}

function bytesLeft(value: unknown, bytes: number): number {
  if (bytes < 0) return bytes
  if (typeof value === 'string') return bytes - 2 - MAX_BYTES_PER_CHAR * value.length
  if (typeof value !== 'object' || value === null) return bytes - MAX_NUMBER_BYTES
  let left = bytes - 2
  for (const [key, child] of Object.entries(value)) {
    left = bytesLeft(child, left - 4 - MAX_BYTES_PER_CHAR * key.length)
    if (left < 0) return left
  }
  return left
}

function jsonBytes(value: unknown): number {
  return value === undefined ? 0 : new TextEncoder().encode(JSON.stringify(value)).length
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
