import { DurableObject } from 'cloudflare:workers'
import type { Env } from '../../env.ts'
import { lockoutKindOf } from './guard-names.ts'
import {
  type Attempt,
  attempt,
  FORGOTTEN_AFTER_MS,
  failed,
  isForgotten,
  LOCKOUT_POLICIES,
  type LockoutPolicy,
  NO_TRIES,
  succeeded,
  type Tries,
} from './lockout.ts'

const KEY = 'tries'

/**
 * Slows down guessing: one object for each account (by the hash of its address) and one for each network
 * address, with names of guard-names.ts. Whoever signs in asks both before looking at the password, then says
 * how it went. Every method reads and writes without waiting in between, so that nobody gets in between.
 */
export class SignInGuard extends DurableObject<Env> {
  /** Books a try, or says how long to wait. A try that is never answered counts as wrong. */
  async attempt(): Promise<Attempt> {
    const { answer, tries } = attempt(this.#tries(), this.#policy, Date.now())
    // Those that wait write nothing: a flood costs reads alone.
    if (answer.kind === 'go') await this.#remember(tries)
    return answer
  }

  /** The password, code or passkey was right. */
  async succeeded(): Promise<void> {
    await this.#remember(succeeded(this.#tries(), this.#policy, Date.now()))
  }

  /** It was wrong. */
  async failed(): Promise<void> {
    await this.#remember(failed(this.#tries(), Date.now()))
  }

  /** Forgets everything, a day after the last try. */
  override async alarm(): Promise<void> {
    const tries = this.#tries()
    if (isForgotten(tries, Date.now())) await this.ctx.storage.deleteAll()
    else await this.ctx.storage.setAlarm(tries.lastAt + FORGOTTEN_AFTER_MS)
  }

  get #policy(): LockoutPolicy {
    return LOCKOUT_POLICIES[lockoutKindOf(this.ctx.id.name ?? '')]
  }

  #tries(): Tries {
    return this.ctx.storage.kv.get<Tries>(KEY) ?? NO_TRIES
  }

  async #remember(tries: Tries): Promise<void> {
    this.ctx.storage.kv.put(KEY, tries)
    await this.ctx.storage.setAlarm(Date.now() + FORGOTTEN_AFTER_MS)
  }
}
