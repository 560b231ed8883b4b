import { fnv1a64 } from '#shared/features/fingerprint.ts'

const DAY_MS = 86_400_000

/** Rows of one visitor say much the same, so a few are enough. */
export const MOST_MOMENTS = 3
/** How often a score is asked for while the visitor is here, at one of the events. */
const SHARE_AT_EVENT = 0.6
/** Otherwise people look at their leads within this time after an event. */
const LONGEST_AFTER_MS = 10 * DAY_MS

/** In [0, 1), by the text alone. FNV leaves its low bits uneven; murmur3's finalizer evens them out. */
function drawOf(text: string): number {
  let mixed = Number.parseInt(fnv1a64(text).slice(8), 16)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32
}

/**
 * When a visitor's rows are made: the moments at which a score might have been asked for. Decided by a hash
 * of the visitor's id, so that the same events give the same moments.
 *
 * @param times when each event became known, Unix milliseconds, ascending
 * @returns up to three distinct moments, Unix milliseconds, ascending; none without events
 */
export function decisionMoments(visitorId: string, times: readonly number[]): number[] {
  const moments = Array.from({ length: MOST_MOMENTS }, (_, index) => {
    const draw = (what: string) => drawOf(`${visitorId}/${index}/${what}`)
    const time = times[Math.floor(draw('event') * times.length)]
    if (time === undefined) return []
    const isAtEvent = draw('at event') < SHARE_AT_EVENT
    return [isAtEvent ? time : time + Math.round(draw('after') * LONGEST_AFTER_MS)]
  })
  return [...new Set(moments.flat())].sort((a, b) => a - b)
}
