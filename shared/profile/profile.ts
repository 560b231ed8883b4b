import { z } from 'zod'
import type { CapturedEvent } from '#shared/events/captured-event.ts'
import { DIRECT_CHANNEL } from '#shared/sessions/session.ts'
import { addActivity } from './activity-slots.ts'
import {
  addToDays,
  type Counter,
  countEvent,
  countOf,
  DAY_MS,
  DayCounts,
  MAX_DAYS,
  zeroCounts,
} from './day-counts.ts'
import { Device, deviceOf } from './device.ts'
import { type EventOrder, isAfter } from './event-order.ts'
import { foldTraits, Trait, type TraitValue } from './traits.ts'

/** Raise when the meaning or layout changes: stored profiles of another version are rebuilt. */
export const PROFILE_VERSION = 1

export const MAX_PATHS = 10
const MAX_TEXT_CHARS = 200

const order = { at: z.number(), messageId: z.string() }

const Touch = z.object({
  ...order,
  channel: z.string(),
  source: z.string().nullable(),
  medium: z.string().nullable(),
  campaign: z.string().nullable(),
})
type Touch = z.infer<typeof Touch>

const latest = <T extends z.ZodType>(value: T) => z.object({ ...order, value }).nullable()

/**
 * The live profile of one visitor, as its object stores it. Every part is a maximum, a minimum or
 * a sum over the events, so that it does not depend on their order of arrival; duplicates must be
 * dropped before. It says what happened and when, and nothing relative to now.
 */
export const Profile = z.object({
  version: z.literal(PROFILE_VERSION),
  visitorId: z.string(),
  /** Unix milliseconds by the event clock; null before the first event. */
  firstSeenAt: z.number().nullable(),
  lastSeenAt: z.number().nullable(),
  /** Counts since the first event, in the order of `COUNTERS`; read them by `totalOf`. */
  totals: z.array(z.number()),
  days: z.array(DayCounts),
  /** See `ActivitySlots`. */
  slots: z.array(z.number()).readonly(),
  /** The earliest event, and the latest that did not come directly (else the latest). */
  firstTouch: Touch.nullable(),
  lastTouch: Touch.nullable(),
  /** Distinct pages, latest first. */
  paths: z.array(z.object({ ...order, path: z.string() })),
  userId: latest(z.string()),
  groupId: latest(z.string()),
  country: latest(z.string()),
  device: latest(Device),
  traits: z.record(z.string(), Trait),
})
export type Profile = z.infer<typeof Profile>

export function emptyProfile(visitorId: string): Profile {
  return {
    version: PROFILE_VERSION,
    visitorId,
    firstSeenAt: null,
    lastSeenAt: null,
    totals: zeroCounts(),
    days: [],
    slots: [],
    firstTouch: null,
    lastTouch: null,
    paths: [],
    userId: null,
    groupId: null,
    country: null,
    device: null,
    traits: {},
  }
}

/**
 * The profile with one more event; the given one is left as it is. Bots' events change nothing.
 * Give each message id once. Runs for every captured event: no parsing, a few microseconds.
 */
export function foldEvent(profile: Profile, event: CapturedEvent): Profile {
  if (event.bot) return profile
  const at = eventTime(event)
  const { messageId } = event
  const key: EventOrder = { at, messageId }
  const lastSeenAt = profile.lastSeenAt === null ? at : Math.max(profile.lastSeenAt, at)
  const totals = profile.totals.slice()
  countEvent(totals, event)
  const newestDay = Math.floor(lastSeenAt / DAY_MS)
  return {
    version: PROFILE_VERSION,
    visitorId: profile.visitorId,
    firstSeenAt: profile.firstSeenAt === null ? at : Math.min(profile.firstSeenAt, at),
    lastSeenAt,
    totals,
    days: addToDays(profile.days, event, Math.floor(at / DAY_MS), newestDay),
    slots: addActivity(profile.slots, at, (newestDay - MAX_DAYS + 1) * DAY_MS),
    firstTouch:
      profile.firstTouch && isAfter(key, profile.firstTouch)
        ? profile.firstTouch
        : touchOf(event, at),
    lastTouch: laterTouch(profile.lastTouch, event, key),
    paths: withPath(profile.paths, event, key),
    userId: later(profile.userId, key, event.userId),
    groupId: later(profile.groupId, key, event.groupId),
    country: later(profile.country, key, event.country),
    device: foldDevice(profile.device, event, key),
    traits: foldTraits(profile.traits, event, key),
  }
}

/** One of the total counters. */
export function totalOf(profile: Profile, counter: Counter): number {
  return countOf(profile.totals, counter)
}

/** A trait's value by its flattened key; undefined where it is not known. */
export function traitOf(profile: Profile, key: string): TraitValue | undefined {
  return Object.hasOwn(profile.traits, key) ? profile.traits[key]?.value : undefined
}

/**
 * Nothing happens after it was received: a clock far ahead would otherwise push the windows into
 * the future and everything else out of them.
 */
function eventTime(event: CapturedEvent): number {
  return Math.min(event.occurredAt, event.receivedAt)
}

function touchOf(event: CapturedEvent, at: number): Touch {
  return {
    at,
    messageId: event.messageId,
    channel: event.channel,
    source: cut(event.source),
    medium: cut(event.medium),
    campaign: cut(event.campaign),
  }
}

function laterTouch(known: Touch | null, event: CapturedEvent, key: EventOrder): Touch {
  if (!known) return touchOf(event, key.at)
  const knownDirect = known.channel === DIRECT_CHANNEL
  const direct = event.channel === DIRECT_CHANNEL
  const wins = direct === knownDirect ? isAfter(key, known) : knownDirect
  return wins ? touchOf(event, key.at) : known
}

type Latest<T> = { at: number; messageId: string; value: T } | null

function later<T>(known: Latest<T>, { at, messageId }: EventOrder, value: T | null): Latest<T> {
  if (value === null || (known && !isAfter({ at, messageId }, known))) return known
  return { at, messageId, value }
}

function foldDevice(known: Latest<Device>, event: CapturedEvent, key: EventOrder): Latest<Device> {
  if (known && !isAfter(key, known)) return known
  return later(known, key, deviceOf(event.context))
}

type PathMark = Profile['paths'][number]

function withPath(paths: PathMark[], event: CapturedEvent, key: EventOrder): PathMark[] {
  const path = cut(event.path)
  if (path === null || (event.type !== 'page' && event.type !== 'screen')) return paths
  const known = paths.find((mark) => mark.path === path)
  if (known && !isAfter(key, known)) return paths
  const rest = known ? paths.filter((mark) => mark !== known) : paths
  let position = 0
  for (const mark of rest) {
    if (isAfter(key, mark)) break
    position++
  }
  if (position >= MAX_PATHS) return rest
  const next = rest.slice(0, MAX_PATHS)
  next.splice(position, 0, { at: key.at, messageId: key.messageId, path })
  if (next.length > MAX_PATHS) next.pop()
  return next
}

function cut(text: string | null): string | null {
  if (text === null || text.length <= MAX_TEXT_CHARS) return text
  return text.slice(0, MAX_TEXT_CHARS).toWellFormed()
}
