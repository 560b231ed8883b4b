import type { Env } from '../env.ts'
import type { MemberAccess } from './member-access.ts'

/** An isolate trusts the hub's word this long; the hub trusts its own reading as long again. */
export const TRUSTED_MS = 15_000
/**
 * While neither hub nor control database answers, reads go on with an answer at most this old. With the age
 * that the hub's own reading may have had it is a minute: a role that was taken away just before both were
 * gone is gone everywhere by then.
 */
export const READ_GRACE_MS = 45_000
const MAX_ENTRIES = 5_000

export type AccessAnswer =
  | { kind: 'known'; access: MemberAccess }
  | { kind: 'unavailable'; reason: string }

interface Entry {
  access: MemberAccess
  askedAt: number
}

/** What one isolate remembers of the hubs' answers. */
export class IsolateAccess {
  readonly #entries = new Map<string, Entry>()
  readonly #ask: (workspaceId: string, sessionId: string) => Promise<MemberAccess>
  readonly #now: () => number

  constructor(
    ask: (workspaceId: string, sessionId: string) => Promise<MemberAccess>,
    now: () => number = Date.now,
  ) {
    this.#ask = ask
    this.#now = now
  }

  /**
   * @param effect what is asked for: a read may go on with an older answer while nobody can be asked, a
   *   write may not. A no is never kept beyond its time, and never given without asking.
   */
  async of(
    workspaceId: string,
    sessionId: string,
    effect: 'read' | 'write',
  ): Promise<AccessAnswer> {
    const key = `${workspaceId} ${sessionId}`
    const entry = this.#entries.get(key)
    const age = entry ? this.#now() - entry.askedAt : Number.POSITIVE_INFINITY
    if (entry && age < TRUSTED_MS) return { kind: 'known', access: entry.access }
    const askedAt = this.#now()
    try {
      const access = await this.#ask(workspaceId, sessionId)
      this.#remember(key, { access, askedAt })
      return { kind: 'known', access }
    } catch (error) {
      const wasMember = entry?.access.kind === 'member'
      if (entry && wasMember && effect === 'read' && age < READ_GRACE_MS) {
        return { kind: 'known', access: entry.access }
      }
      return { kind: 'unavailable', reason: error instanceof Error ? error.message : String(error) }
    }
  }

  /** Asks the hub again, for a no that a person may have mended a moment ago. */
  async again(workspaceId: string, sessionId: string): Promise<AccessAnswer> {
    this.#entries.delete(`${workspaceId} ${sessionId}`)
    return this.of(workspaceId, sessionId, 'write')
  }

  #remember(key: string, entry: Entry): void {
    this.#entries.delete(key)
    if (this.#entries.size >= MAX_ENTRIES) {
      this.#entries.delete(this.#entries.keys().next().value ?? key)
    }
    this.#entries.set(key, entry)
  }
}

const isolates = new WeakMap<Env, IsolateAccess>()

/** The isolate's one memory of what sessions may do. */
export function isolateAccess(env: Env): IsolateAccess {
  const known = isolates.get(env)
  if (known) return known
  const access = new IsolateAccess((workspaceId, sessionId) =>
    env.WORKSPACE_HUB.getByName(workspaceId).memberAccess(sessionId),
  )
  isolates.set(env, access)
  return access
}
