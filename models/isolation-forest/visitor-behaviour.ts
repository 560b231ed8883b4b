import type { CapturedEvent } from '#shared/events/captured-event.ts'
import { trackKind } from '#shared/features/event-kind.ts'
import { isAfter } from '#shared/profile/event-order.ts'
import { SESSION_IDLE_MS } from '#shared/sessions/session.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const HOURS_A_DAY = 24
/** Between fewer pages no rhythm can be told. */
const LEAST_GAPS = 3

/** How a visitor behaved, whoever they say they are. NaN where too few events tell. */
export interface VisitorBehaviour {
  /** Events within the 60 seconds that hold the most of them. */
  busiestMinute: number
  /** Median seconds from one page to the next of the same session. */
  secondsBetweenPages: number
  /** Median absolute deviation of these from their median, as a share of it: 0 is a metronome. */
  rhythmSpread: number
  /** Share of pages on which nothing was done but to open them. */
  untouchedPages: number
  /** Different hours of the day (UTC) with an event. */
  hoursOfDay: number
  distinctPages: number
  /** From the first to the last event of the longest session. */
  longestSessionMinutes: number
  formsSent: number
}

/**
 * The behaviour that one visitor's events show. Events may come in any order. User agent, address and what
 * the edge thinks of a bot have no say.
 */
export function visitorBehaviour(events: readonly CapturedEvent[]): VisitorBehaviour {
  const sorted = events.toSorted((a, b) => {
    const [first, second] = [a, b].map(({ occurredAt, messageId }) => ({
      at: occurredAt,
      messageId,
    }))
    return first && second && isAfter(first, second) ? 1 : -1
  })
  const pages = sorted.filter(isPage)
  const gaps = pages
    .slice(1)
    .map((page, index) => page.occurredAt - (pages[index]?.occurredAt ?? 0))
    .filter((gap) => gap <= SESSION_IDLE_MS)
  const middle = middleOf(gaps)
  return {
    busiestMinute: busiestMinute(sorted),
    secondsBetweenPages: middle / SECOND_MS,
    rhythmSpread:
      gaps.length < LEAST_GAPS || middle === 0
        ? Number.NaN
        : middleOf(gaps.map((gap) => Math.abs(gap - middle))) / middle,
    untouchedPages: pages.length === 0 ? Number.NaN : untouched(sorted) / pages.length,
    hoursOfDay: new Set(
      sorted.map(({ occurredAt }) => Math.floor(occurredAt / HOUR_MS) % HOURS_A_DAY),
    ).size,
    distinctPages: new Set(pages.map(({ path }) => path)).size,
    longestSessionMinutes: longestSession(sorted) / MINUTE_MS,
    formsSent: sorted.filter(({ type, name }) => type === 'track' && trackKind(name) === 'form')
      .length,
  }
}

function isPage({ type }: CapturedEvent): boolean {
  return type === 'page' || type === 'screen'
}

function untouched(sorted: readonly CapturedEvent[]): number {
  return sorted.filter((event, index) => {
    const next = sorted[index + 1]
    return isPage(event) && (next === undefined || isPage(next))
  }).length
}

function busiestMinute(sorted: readonly CapturedEvent[]): number {
  let most = 0
  let from = 0
  for (const [index, { occurredAt }] of sorted.entries()) {
    while (occurredAt - (sorted[from]?.occurredAt ?? 0) >= MINUTE_MS) from++
    most = Math.max(most, index - from + 1)
  }
  return most
}

function longestSession(sorted: readonly CapturedEvent[]): number {
  let longest = 0
  let beganAt = 0
  let before = Number.NEGATIVE_INFINITY
  for (const { occurredAt } of sorted) {
    if (occurredAt - before > SESSION_IDLE_MS) beganAt = occurredAt
    before = occurredAt
    longest = Math.max(longest, occurredAt - beganAt)
  }
  return longest
}

function middleOf(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const upper = sorted[sorted.length >> 1] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[(sorted.length >> 1) - 1] ?? upper) + upper) / 2
}
