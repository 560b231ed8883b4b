import { TRUSTED_MS } from './isolate-access.ts'
import type { MemberAccess } from './member-access.ts'

const MAX_SESSIONS_KNOWN = 2_000

/** What a workspace's hub knows of sessions, as the control database said it at most 15 s ago. */
export class HubAccess {
  readonly #read: (sessionId: string, now: number) => Promise<MemberAccess>
  readonly #now: () => number
  readonly #known = new Map<string, { access: MemberAccess; readAt: number }>()
  #changes = 0

  /** @param read asks the control database, see `readMemberAccess` */
  constructor(
    read: (sessionId: string, now: number) => Promise<MemberAccess>,
    now: () => number = Date.now,
  ) {
    this.#read = read
    this.#now = now
  }

  /** @throws what reading throws; who asks then decides what may go on */
  async of(sessionId: string): Promise<MemberAccess> {
    const known = this.#known.get(sessionId)
    const readAt = this.#now()
    if (known && readAt - known.readAt < TRUSTED_MS) return known.access
    const changes = this.#changes
    const access = await this.#read(sessionId, readAt)
    // Read before a change, answered after it: good for this once.
    if (changes !== this.#changes) return access
    if (this.#known.size >= MAX_SESSIONS_KNOWN) this.#known.clear()
    this.#known.set(sessionId, { access, readAt })
    return access
  }

  /** People, roles or sessions changed: what was read is forgotten. */
  changed(): void {
    this.#changes += 1
    this.#known.clear()
  }
}
