import { SESSION_IDLE_MS } from '#shared/sessions/session.ts'

/**
 * When a visitor was active, as a flat list `[first, last, first, last, …]` of event times, one
 * pair per active half hour, ascending.
 *
 * Why not a list of sessions: a bounded list of sessions depends on the order of arrival (a late
 * event may join two of them after a third was already dropped for want of room). Half hours never
 * join, so "the newest 96 active half hours" is the same set whatever came first. Two events of
 * one half hour are always of one session (the slot is as long as the idle time), so sessions
 * follow exactly.
 */
export type ActivitySlots = readonly number[]

const SLOT_MS = SESSION_IDLE_MS

/** Beyond two full days of activity in a month, counting further changes nothing. */
export const MAX_ACTIVE_SLOTS = 96

export type Interval = { startAt: number; endAt: number }

/** Adds one event time and drops slots that begin before `horizonAt` or exceed the cap. */
export function addActivity(slots: ActivitySlots, at: number, horizonAt: number): ActivitySlots {
  const horizon = Math.floor(horizonAt / SLOT_MS)
  const slot = Math.floor(at / SLOT_MS)
  let from = 0
  while (from < slots.length && slotAt(slots, from) < horizon) from += 2
  const kept = slots.slice(from)
  if (slot < horizon) return kept

  let position = kept.length
  while (position > 0 && slotAt(kept, position - 2) > slot) position -= 2
  const before = position - 2
  if (before >= 0 && slotAt(kept, before) === slot) {
    kept[before] = Math.min(kept[before] ?? at, at)
    kept[before + 1] = Math.max(kept[before + 1] ?? at, at)
    return kept
  }
  kept.splice(position, 0, at, at)
  return kept.length > 2 * MAX_ACTIVE_SLOTS ? kept.slice(2) : kept
}

function slotAt(slots: ActivitySlots, index: number): number {
  return Math.floor((slots[index] ?? 0) / SLOT_MS)
}

/** The sessions that these slots hold, ascending, by the sessionizer's own gap. */
export function sessionIntervals(slots: ActivitySlots): Interval[] {
  const intervals: Interval[] = []
  let current: Interval | undefined
  for (let i = 0; i < slots.length; i += 2) {
    const first = slots[i] ?? 0
    const last = slots[i + 1] ?? first
    if (current && first - current.endAt <= SESSION_IDLE_MS) {
      current.endAt = last
    } else {
      current = { startAt: first, endAt: last }
      intervals.push(current)
    }
  }
  return intervals
}
