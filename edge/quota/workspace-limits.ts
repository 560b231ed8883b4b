import { eq } from 'drizzle-orm'
import { inTime } from '../deadlines/in-time.ts'
import type { StoreClient } from '../store/client.ts'
import { workspaceQuotas } from '../store/control-schema.ts'
import { queryOf } from '../store/query.ts'
import type { OwnLimits } from './meters.ts'

const DEFAULTS: OwnLimits = { decisions: null, chat_tokens: null }

/** @throws what the control database throws */
export async function workspaceLimits(
  control: StoreClient,
  workspaceId: string,
): Promise<OwnLimits> {
  const [row] = await queryOf(control)
    .select({
      decisions: workspaceQuotas.decisionsPerMinute,
      chat_tokens: workspaceQuotas.chatTokensPerDay,
    })
    .from(workspaceQuotas)
    .where(eq(workspaceQuotas.workspaceId, workspaceId))
  return row ?? DEFAULTS
}

/** A changed limit takes effect within this time. */
const FRESH_MS = 30_000
/** Whoever wants to spend does not wait longer for a control database that is away. */
const WAIT_MS = 250

/** What the hub remembers of its workspace's limits; while they cannot be read, those of before go on. */
export class RememberedLimits {
  #limits = DEFAULTS
  #askFrom = 0
  #asking: Promise<null> = Promise.resolve(null)

  async current(ask: () => Promise<OwnLimits>, now: number): Promise<OwnLimits> {
    if (now >= this.#askFrom) {
      this.#askFrom = now + FRESH_MS
      this.#asking = this.#read(ask)
    }
    await inTime(this.#asking, WAIT_MS)
    return this.#limits
  }

  async #read(ask: () => Promise<OwnLimits>): Promise<null> {
    try {
      this.#limits = await ask()
    } catch (error) {
      // The query builder's own message carries the query.
      const reason = error instanceof Error ? (error.cause ?? error) : error
      console.warn(JSON.stringify({ event: 'quota_not_read', reason: String(reason) }))
    } finally {
      this.#asking = Promise.resolve(null)
    }
    return null
  }
}
