import type { DataKey } from './envelope.ts'
import type { KeyRing } from './key-ring.ts'
import type { Owner } from './sealed-columns.ts'

/** How long an isolate seals with a key that another may have retired meanwhile. */
export const CURRENT_TRUST_MS = 30_000
/** How long it opens with a key that may have been dropped, to shred what it sealed. */
const OPENED_TRUST_MS = 300_000
const MAX_KEYS = 500

/**
 * An isolate's unwrapped data keys. Holds keys and never promises of them: workerd cancels what an ended
 * request was waiting for.
 */
export class KeyMemory {
  ring: KeyRing | null = null
  readonly #now: () => number
  readonly #max: number
  readonly #current = new Map<Owner, { key: DataKey; since: number }>()
  readonly #opened = new Map<string, { key: DataKey; since: number }>()

  constructor(now: () => number = Date.now, max = MAX_KEYS) {
    this.#now = now
    this.#max = max
  }

  /** What to seal with. */
  current(owner: Owner): DataKey | null {
    return this.#recent(this.#current.get(owner), CURRENT_TRUST_MS)
  }

  /** What to open with. */
  byId(owner: Owner, id: string): DataKey | null {
    return this.#recent(this.#opened.get(nameOf(owner, id)), OPENED_TRUST_MS)
  }

  /** @param since when it was asked for: what happened while the store answered is not in the answer */
  keepCurrent(owner: Owner, key: DataKey, since: number): void {
    keep(this.#current, owner, { key, since }, this.#max)
    this.keep(owner, key, since)
  }

  keep(owner: Owner, key: DataKey, since: number): void {
    keep(this.#opened, nameOf(owner, key.id), { key, since }, this.#max)
  }

  now(): number {
    return this.#now()
  }

  #recent(known: { key: DataKey; since: number } | undefined, trustMs: number): DataKey | null {
    return known && this.#now() - known.since < trustMs ? known.key : null
  }
}

/** Ids of data keys are hexadecimal, so that the space says where one ends. */
const nameOf = (owner: Owner, id: string) => `${id} ${owner}`

function keep<T>(kept: Map<string, T>, name: string, value: T, max: number): void {
  kept.delete(name)
  if (kept.size >= max) kept.delete(kept.keys().next().value ?? name)
  kept.set(name, value)
}
