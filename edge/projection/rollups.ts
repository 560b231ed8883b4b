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
  readonly #cells = new Map<string, RollupCell>()

  add(event: ProjectedEvent): void {
    const isPage = event.type === 'page' || event.type === 'screen'
    this.#count(event, 'all', '')
    this.#count(event, 'event', event.type === 'track' ? (event.name ?? '') : event.type)
    this.#count(event, 'channel', event.channel)
    if (event.campaign !== null) this.#count(event, 'campaign', event.campaign)
    if (event.country !== null) this.#count(event, 'country', event.country)
    if (isPage && event.path !== null) this.#count(event, 'path', event.path)
  }

  cells(): RollupCell[] {
    return [...this.#cells.values()]
  }

  #count(event: ProjectedEvent, dimension: string, value: string): void {
    const bucketAt = Math.floor(event.occurredAt / BUCKET_MS) * BUCKET_MS
    const bot = event.bot ? 1 : 0
    const key = `${bucketAt}|${dimension}|${bot}|${value}`
    const cell = this.#cells.get(key)
    if (cell) cell.events++
    else this.#cells.set(key, { bucketAt, dimension, value, bot, events: 1 })
  }
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
