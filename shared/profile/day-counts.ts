import { z } from 'zod'
import type { CapturedEvent } from '#shared/events/captured-event.ts'
import { trackKind } from '#shared/features/event-kind.ts'
import { type PageKind, pageKind } from '#shared/features/page-kind.ts'

export const DAY_MS = 86_400_000

/** What a profile counts. The order is the layout of a stored profile: append, never reorder. */
export const COUNTERS = [
  'events',
  'pageviews',
  'pricingViews',
  'demoViews',
  'docsViews',
  'customerViews',
  'productViews',
  'blogViews',
  'careersViews',
  'forms',
  'keyEvents',
  'conversions',
] as const
export type Counter = (typeof COUNTERS)[number]

/** Days kept behind the newest: the longest window (30) and one of grace for the reader's clock. */
export const MAX_DAYS = 31

/** Counts of one UTC day (`day` = days since 1970), in the order of `COUNTERS`. */
export const DayCounts = z.object({ day: z.number(), counts: z.array(z.number()) })
export type DayCounts = z.infer<typeof DayCounts>

const INDEX = Object.fromEntries(COUNTERS.map((counter, index) => [counter, index])) as Record<
  Counter,
  number
>

const PAGE_COUNTERS: Record<PageKind, Counter | null> = {
  pricing: 'pricingViews',
  demo: 'demoViews',
  docs: 'docsViews',
  customers: 'customerViews',
  product: 'productViews',
  blog: 'blogViews',
  careers: 'careersViews',
  signup: null,
}

/** Adds what one event counts for, in place. */
export function countEvent(counts: number[], event: CapturedEvent): void {
  bump(counts, INDEX.events)
  if (event.type === 'page' || event.type === 'screen') {
    bump(counts, INDEX.pageviews)
    const kind = pageKind(event.path)
    const counter = kind && PAGE_COUNTERS[kind]
    if (counter) bump(counts, INDEX[counter])
  } else if (event.type === 'track') {
    const kind = trackKind(event.name)
    if (kind === 'form') bump(counts, INDEX.forms)
    else if (kind === 'key') bump(counts, INDEX.keyEvents)
    else if (kind === 'conversion') bump(counts, INDEX.conversions)
  }
}

function bump(counts: number[], index: number): void {
  counts[index] = (counts[index] ?? 0) + 1
}

export function zeroCounts(): number[] {
  return COUNTERS.map(() => 0)
}

/** Counts an event on its day and drops days that fell behind `newestDay`; ascending by day. */
export function addToDays(
  days: readonly DayCounts[],
  event: CapturedEvent,
  day: number,
  newestDay: number,
): DayCounts[] {
  const oldest = newestDay - MAX_DAYS + 1
  let from = 0
  while (from < days.length && (days[from]?.day ?? oldest) < oldest) from++
  const kept = days.slice(from)
  if (day < oldest) return kept

  let position = kept.length
  while (position > 0 && (kept[position - 1]?.day ?? day) > day) position--
  const existing = kept[position - 1]
  if (existing?.day === day) {
    const counts = existing.counts.slice()
    countEvent(counts, event)
    kept[position - 1] = { day, counts }
  } else {
    const counts = zeroCounts()
    countEvent(counts, event)
    kept.splice(position, 0, { day, counts })
  }
  return kept
}

/** Sum of one counter over today and the `windowDays - 1` UTC days before it. */
export function sumDays(
  days: readonly DayCounts[],
  counter: Counter,
  windowDays: number,
  now: number,
): number {
  const oldest = Math.floor(now / DAY_MS) - windowDays + 1
  const index = INDEX[counter]
  let sum = 0
  for (const { day, counts } of days) if (day >= oldest) sum += counts[index] ?? 0
  return sum
}

/** UTC days with at least one event, among today and the `windowDays - 1` days before it. */
export function activeDays(days: readonly DayCounts[], windowDays: number, now: number): number {
  const oldest = Math.floor(now / DAY_MS) - windowDays + 1
  let active = 0
  for (const { day } of days) if (day >= oldest) active++
  return active
}

/** One of the counters out of a row of counts. */
export function countOf(counts: readonly number[], counter: Counter): number {
  return counts[INDEX[counter]] ?? 0
}
