import type { ProjectedEvent } from './projected-event.ts'

const BUCKET_MS = 15 * 60_000

export interface RollupCell {
  bucketAt: number
  dimension: string
  value: string
  bot: 0 | 1
  events: number
}

/**
 * Additive counts in 15-minute UTC buckets: the finest step that every time zone's day begins on
 * (Kathmandu is 5:45 off), so a report in any zone is a sum of whole buckets.
 */
export class Rollups {
  /** By bucket and bot, then dimension, then value: no key is put together for an event. */
  readonly #slices = new Map<number, Map<string, Map<string, RollupCell>>>()

  add(event: ProjectedEvent): void {
    const isPage = event.type === 'page' || event.type === 'screen'
    const bucketAt = Math.floor(event.occurredAt / BUCKET_MS) * BUCKET_MS
    const bot = event.bot ? 1 : 0
    const slice = entry(
      this.#slices,
      bucketAt + bot,
      () => new Map<string, Map<string, RollupCell>>(),
    )
    const count = (dimension: string, value: string) => {
      const cells = entry(slice, dimension, () => new Map<string, RollupCell>())
      const cell = entry(cells, value, () => ({ bucketAt, dimension, value, bot, events: 0 }))
      cell.events++
    }
    count('all', '')
    count('event', event.type === 'track' ? (event.name ?? '') : event.type)
    count('channel', event.channel)
    if (event.campaign !== null) count('campaign', event.campaign)
    if (event.country !== null) count('country', event.country)
    if (isPage && event.path !== null) count('path', event.path)
  }

  cells(): RollupCell[] {
    return [...this.#slices.values()].flatMap((dimensions) =>
      [...dimensions.values()].flatMap((cells) => [...cells.values()]),
    )
  }
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

/** Days of a time zone. Zones shift by whole quarter hours, so one answer serves a bucket. */
export class ZoneDays {
  readonly #format: Intl.DateTimeFormat
  readonly #days = new Map<number, string>()

  /** @param timezone IANA name */
  constructor(timezone: string) {
    this.#format = new Intl.DateTimeFormat('en-CA', {
      timeZone: timezone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    })
  }

  /** @returns YYYY-MM-DD */
  dayOf(ms: number): string {
    const bucket = Math.floor(ms / BUCKET_MS)
    const known = this.#days.get(bucket)
    if (known !== undefined) return known
    const day = this.#format.format(bucket * BUCKET_MS)
    if (this.#days.size > 10_000) this.#days.clear()
    this.#days.set(bucket, day)
    return day
  }
}
