import { type Random, randomStream } from '#dev/traffic/random.ts'
import type { EdgeClient } from '#tests/platform/edge-client.ts'

/** One capture call, made once and sent as often as it takes: its ids never change. */
export interface LoadCall {
  key: 'write' | 'secret'
  body: { batch: Record<string, unknown>[]; sentAt: string }
  /** Ids of the events that must be stored once the call is answered 200. */
  valid: string[]
}

export interface LoadShape {
  seed: number
  devices?: number
  users?: number
  eventsPerCall?: number
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const REMEMBERED_EVENTS = 200
const BOT_AGENT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'

/** Texts that have broken somebody's store, key or query before. */
const ODD_NAMES = [
  'Plain',
  'with "quotes" and \'apostrophes\'',
  'pipe|and\nnewline',
  '👩‍🚀 é ß',
  '$.path',
  '%_',
] as const

const LANDINGS = [
  'https://shop.example/?utm_source=news&utm_medium=email&utm_campaign=Spring%20%26%20Summer',
  'https://shop.example/pricing?gclid=abc&utm_campaign=ads%7Cbrand',
  'https://shop.example/docs',
  'https://shop.example/features/a%00b?utm_campaign=odd%00one',
] as const

/**
 * Mixed events from a seed: track, page, identify, alias and group over shared devices, with
 * duplicates (also under another device), events that come days late, bots and invalid ones.
 */
export class LoadPlan {
  readonly #random: Random
  readonly #shape: Required<LoadShape>
  readonly #recent: Record<string, unknown>[] = []
  #made = 0

  constructor(shape: LoadShape) {
    this.#shape = { devices: 40, users: 12, eventsPerCall: 25, ...shape }
    this.#random = randomStream(shape.seed, 'durability-load')
  }

  nextCall(now = Date.now()): LoadCall {
    const batch: Record<string, unknown>[] = []
    const valid: string[] = []
    const count = this.#random.integer(1, this.#shape.eventsPerCall * 2 - 1)
    for (let i = 0; i < count; i++) {
      if (this.#random.chance(0.04)) {
        batch.push(this.#invalid())
        continue
      }
      const event = this.#random.chance(0.08) ? this.#repeated() : this.#event(now)
      batch.push(event)
      valid.push(String(event.messageId))
    }
    const key = this.#random.chance(0.25) ? 'secret' : 'write'
    return { key, body: { batch, sentAt: new Date(now).toISOString() }, valid }
  }

  #event(now: number): Record<string, unknown> {
    const random = this.#random
    const anonymousId = `dev-${random.integer(1, this.#shape.devices)}`
    const userId = `user-${random.integer(1, this.#shape.users)}`
    const event = {
      messageId: `${this.#shape.seed}-${++this.#made}`,
      timestamp: new Date(this.#time(now)).toISOString(),
      ...(random.chance(0.05) ? { context: { userAgent: BOT_AGENT } } : {}),
      ...this.#call(anonymousId, userId),
    }
    this.#recent[this.#made % REMEMBERED_EVENTS] = event
    return event
  }

  #time(now: number): number {
    const random = this.#random
    if (random.chance(0.1)) return now - random.integer(0, 10 * DAY_MS)
    if (random.chance(0.4)) return now - random.integer(0, 3 * HOUR_MS)
    return now - random.integer(0, 1000)
  }

  #call(anonymousId: string, userId: string): Record<string, unknown> {
    const random = this.#random
    switch (random.weighted({ track: 40, page: 35, identify: 10, alias: 4, group: 5, server: 6 })) {
      case 'track':
        return {
          type: 'track',
          anonymousId,
          event: random.pick(ODD_NAMES),
          properties: { value: random.integer(0, 5), nested: { of: [1, null, 'x'] } },
          ...(random.chance(0.1) ? { userId } : {}),
        }
      case 'page': {
        const url = random.pick(LANDINGS)
        return { type: 'page', anonymousId, properties: { url, title: 'A page' } }
      }
      case 'identify':
        return {
          type: 'identify',
          anonymousId,
          ...(random.chance(0.7) ? { userId } : {}),
          traits: this.#traits(userId),
        }
      case 'alias': {
        const previousId = random.chance(0.5)
          ? anonymousId
          : `user-${random.integer(1, this.#shape.users)}`
        return { type: 'alias', previousId, userId }
      }
      case 'group':
        return {
          type: 'group',
          groupId: `acme-${random.integer(1, 4)}`,
          traits: { name: 'Acme' },
          ...(random.chance(0.5) ? { anonymousId } : { userId }),
        }
      case 'server':
        // A server's own user id, and now and then one that a browser uses as its anonymous id.
        return {
          type: 'track',
          event: 'Invoice Paid',
          userId: random.chance(0.2) ? anonymousId : userId,
        }
    }
  }

  #traits(userId: string): Record<string, unknown> {
    const random = this.#random
    return {
      name: random.pick(ODD_NAMES),
      plan: random.pick(['free', 'team', 'enterprise']),
      ...(random.chance(0.6) ? { email: `${userId}@example.com` } : {}),
      ...(random.chance(0.1) ? { email: 'shared@example.com' } : {}),
    }
  }

  /** Sent again as clients do, or the same id under another device, which no client should do. */
  #repeated(): Record<string, unknown> {
    const known = this.#recent[this.#random.integer(0, REMEMBERED_EVENTS - 1)]
    if (!known) return this.#event(Date.now())
    if (this.#random.chance(0.8)) return known
    return { ...known, anonymousId: `dev-${this.#random.integer(1, this.#shape.devices)}` }
  }

  #invalid(): Record<string, unknown> {
    const messageId = `${this.#shape.seed}-bad-${++this.#made}`
    switch (this.#random.integer(0, 3)) {
      case 0:
        return { type: 'track', messageId, anonymousId: 'dev-1' }
      case 1:
        return { type: 'teleport', messageId, anonymousId: 'dev-1' }
      case 2:
        return { type: 'page', messageId }
      default:
        return { type: 'group', messageId, anonymousId: 'x'.repeat(300), groupId: 'g' }
    }
  }
}

/** What was sent, what was promised, and what got no answer. */
export class LoadRecord {
  /** Ids of valid events in calls that were answered 200. */
  readonly acknowledged = new Set<string>()
  /** Ids of valid events in calls that were sent at all. */
  readonly sent = new Set<string>()
  /** Events, valid or not, in answered calls. */
  answeredEvents = 0
  /** Calls without a 200; the same ids have to go again. */
  unanswered: LoadCall[] = []

  /** Sends calls on `workers` connections until `calls` are through or the signal aborts. */
  async run(
    client: EdgeClient,
    plan: LoadPlan,
    { calls, workers = 4, signal }: { calls: number; workers?: number; signal?: AbortSignal },
  ): Promise<void> {
    let left = calls
    const worker = async () => {
      while (left-- > 0 && !signal?.aborted) await this.send(client, plan.nextCall())
    }
    await Promise.all(Array.from({ length: workers }, worker))
  }

  async send(client: EdgeClient, call: LoadCall): Promise<boolean> {
    for (const id of call.valid) this.sent.add(id)
    const { secretKey, writeKey } = client.target
    let answered = false
    try {
      const key = call.key === 'secret' ? secretKey : writeKey
      const answer = await client.capture('batch', call.body, key)
      answered = answer.status === 200
      await answer.arrayBuffer()
    } catch {
      // Connection lost: nobody knows what became of the call.
    }
    if (!answered) {
      this.unanswered.push(call)
      return false
    }
    for (const id of call.valid) this.acknowledged.add(id)
    this.answeredEvents += call.body.batch.length
    return true
  }

  /** As clients do after an outage: the same calls, the same ids. */
  async repeatUnanswered(client: EdgeClient): Promise<void> {
    const calls = this.unanswered
    this.unanswered = []
    for (const call of calls) await this.send(client, call)
  }
}

/** A seed from the environment to repeat a run, else a new one; tests print it. */
export function loadSeed(): number {
  return Number(process.env.LOAD_SEED) || Math.floor(Math.random() * 1_000_000) + 1
}
