import { z } from 'zod'
import { inTime } from '../deadlines/in-time.ts'
import type { Site } from './site.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** How often an isolate looks whether the copy of a host is still right. */
const CHECK_EVERY_MS = 10 * MINUTE_MS
/** A copy that says the same is confirmed this often, whatever the number of isolates. */
const CONFIRM_EVERY_MS = DAY_MS
/** A site that the control database has not confirmed for so long is not served from its copy. */
const MAX_AGE_MS = 7 * DAY_MS
/** A page waits for it. */
const READ_TIMEOUT_MS = 250
const MAX_HOSTS = 5_000

const SiteCopy = z.object({
  workspaceId: z.string().min(1),
  origin: z.url({ protocol: /^https?$/ }),
  honourGpc: z.boolean(),
  /** When the control database said so; Unix milliseconds. */
  confirmedAt: z.number().int(),
})
type SiteCopy = z.infer<typeof SiteCopy>

interface Noted {
  site: Site | null
  saying: string
  at: number
}

/** As much of KV as copies need. */
export interface SiteCopyStore {
  get(key: string): Promise<string | null>
  put(key: string, body: string, options: { expirationTtl: number }): Promise<void>
  delete(key: string): Promise<void>
}

/**
 * Copies in KV of which host is which site, for an isolate that is new while the control database is
 * away. They route a public host to its public origin and authorize nothing; KV may be a minute behind.
 */
export class SiteCopies {
  readonly #kv: SiteCopyStore
  readonly #later: (work: Promise<void>) => void
  readonly #now: () => number
  /** What this isolate last heard of each host and brought to KV. */
  readonly #noted = new Map<string, Noted>()

  /** @param later keeps the work going after the request that caused it has its answer */
  constructor(kv: SiteCopyStore, later: (work: Promise<void>) => void, now: () => number) {
    this.#kv = kv
    this.#later = later
    this.#now = now
  }

  /** Null where there is none that could be used, or KV does not say so in time. */
  async read(host: string): Promise<{ value: Site; checkedAt: number } | null> {
    const copy = copyIn(await inTime(this.#kv.get(keyOf(host)), READ_TIMEOUT_MS))
    if (!copy || this.#now() - copy.confirmedAt >= MAX_AGE_MS) return null
    const { confirmedAt, ...value } = copy
    return { value, checkedAt: confirmedAt }
  }

  /** Takes down what the control database just said of a host; null for no site. Nobody waits for it. */
  note(host: string, site: Site | null): void {
    const noted = { site, saying: JSON.stringify(site), at: this.#now() }
    const before = this.#noted.get(host)
    if (before?.saying === noted.saying && noted.at - before.at < CHECK_EVERY_MS) return
    if (this.#noted.size >= MAX_HOSTS) this.#noted.clear()
    this.#noted.set(host, noted)
    this.#later(
      this.#bring(host, noted).catch((error) => {
        this.#noted.delete(host)
        console.warn(JSON.stringify({ event: 'site_not_in_kv', host, reason: String(error) }))
      }),
    )
  }

  /**
   * Two answers may be on their way to KV at once, and one request must not wait for another's: whoever
   * is done looks whether something else was said meanwhile.
   */
  async #bring(host: string, noted: Noted): Promise<void> {
    let last: Noted | undefined = noted
    while (last) {
      await this.#write(keyOf(host), last)
      const latest = this.#noted.get(host)
      last = latest === last ? undefined : latest
    }
  }

  /** Reads first: a write costs ten times as much, and most isolates find that another one was here. */
  async #write(key: string, { site, at }: Noted): Promise<void> {
    const body = await this.#kv.get(key)
    if (!site) {
      if (body !== null) await this.#kv.delete(key)
      return
    }
    const held = copyIn(body)
    if (held && saysTheSame(held, site) && at - held.confirmedAt < CONFIRM_EVERY_MS) return
    const copy: SiteCopy = { ...site, confirmedAt: at }
    await this.#kv.put(key, JSON.stringify(copy), { expirationTtl: MAX_AGE_MS / 1_000 })
  }
}

function keyOf(host: string): string {
  return `site:${host}`
}

function copyIn(body: string | null): SiteCopy | null {
  if (body === null) return null
  try {
    return SiteCopy.parse(JSON.parse(body))
  } catch {
    return null
  }
}

function saysTheSame(copy: SiteCopy, site: Site): boolean {
  return (
    copy.workspaceId === site.workspaceId &&
    copy.origin === site.origin &&
    copy.honourGpc === site.honourGpc
  )
}
