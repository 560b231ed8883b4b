import { type GrantAnswer, type Lease, nextWanted, spend } from './lease.ts'
import type { MeterName } from './meters.ts'

/** @throws when the hub cannot be asked */
export type AskForLease = (
  workspaceId: string,
  meter: MeterName,
  wanted: number,
) => Promise<GrantAnswer>

export type QuotaVerdict = { kind: 'within' } | { kind: 'above'; retryAfterSeconds: number }

/** A hub that was no help is left alone for so long, and so is one that has nothing left. */
const UNASKED_MS = 2_000
const MAX_HELD = 2_000

interface Held {
  lease: Lease
  asked: number
  /** Nothing is left, or the hub cannot be asked. */
  until: { at: number; verdict: QuotaVerdict } | null
}

/** What an isolate holds of the workspaces' budgets. Each request that finds none left asks by itself. */
export class LeasedMeters {
  readonly #ask: AskForLease
  readonly #now: () => number
  readonly #held = new Map<string, Held>()

  /** @param ask must belong to the current request: isolates share no I/O between requests */
  constructor(ask: AskForLease, now: () => number = Date.now) {
    this.#ask = ask
    this.#now = now
  }

  /** Spends one token, or says when to come again. A hub that is away refuses nobody: pages must not suffer. */
  async spend(workspaceId: string, meter: MeterName): Promise<QuotaVerdict> {
    const key = `${meter} ${workspaceId}`
    const now = this.#now()
    const held = this.#held.get(key)
    const left = held && spend(held.lease, now)
    if (held && left) {
      held.lease = left
      return { kind: 'within' }
    }
    if (held?.until && now < held.until.at) return held.until.verdict
    const asked = nextWanted(
      held?.lease.expiresAt ? { asked: held.asked, left: held.lease.tokens } : null,
    )
    return this.#renew(key, asked, await this.#answer(workspaceId, meter, asked), now)
  }

  async #answer(workspaceId: string, meter: MeterName, asked: number): Promise<GrantAnswer | null> {
    try {
      return await this.#ask(workspaceId, meter, asked)
    } catch {
      return null
    }
  }

  #renew(key: string, asked: number, answer: GrantAnswer | null, now: number): QuotaVerdict {
    if (answer?.kind === 'leased') {
      const { lease } = answer
      // What another request of this isolate got meanwhile is not thrown away.
      const also = this.#held.get(key)?.lease
      const kept = also && also.expiresAt > now ? also.tokens : 0
      this.#keep(key, { lease: { ...lease, tokens: lease.tokens - 1 + kept }, asked, until: null })
      return { kind: 'within' }
    }
    const verdict: QuotaVerdict = answer
      ? { kind: 'above', retryAfterSeconds: Math.ceil(answer.retryAfterMs / 1_000) }
      : { kind: 'within' }
    const waitMs = answer ? Math.min(UNASKED_MS, answer.retryAfterMs) : UNASKED_MS
    const none = { tokens: 0, expiresAt: 0 }
    this.#keep(key, { lease: none, asked, until: { at: now + waitMs, verdict } })
    return verdict
  }

  #keep(key: string, held: Held): void {
    this.#held.delete(key)
    if (this.#held.size >= MAX_HELD) this.#held.delete(this.#held.keys().next().value ?? key)
    this.#held.set(key, held)
  }
}
