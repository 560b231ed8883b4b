import type { Env } from '../../env.ts'
import { accountGuardName, addressGuardName } from '../lockout/guard-names.ts'

export type Admission =
  | { kind: 'go'; succeeded(): Promise<void>; failed(): Promise<void> }
  | { kind: 'wait'; seconds: number }

/**
 * Asks whether somebody may try now: by account, whether it exists or not, and by address. What was tried
 * counts before the answer is known, so that many at once are not all let through.
 *
 * @param account what is guessed at, such as an address; null where nobody could guess right, as with
 *   passkeys: wrong ones then lock no owner out
 */
export async function admit(
  env: Env,
  request: Request,
  account: string | null,
): Promise<Admission> {
  const address = request.headers.get('cf-connecting-ip') ?? 'unknown'
  const names = [addressGuardName(address)]
  if (account !== null) names.push(await accountGuardName(account))
  const guards = names.map((name) => env.SIGN_IN_GUARD.getByName(name))
  const answers = await Promise.all(guards.map((guard) => guard.attempt()))
  const seconds = Math.max(0, ...answers.map((a) => (a.kind === 'wait' ? a.seconds : 0)))
  if (seconds > 0) return { kind: 'wait', seconds }
  return {
    kind: 'go',
    async succeeded() {
      await Promise.all(guards.map((guard) => guard.succeeded()))
    },
    async failed() {
      await Promise.all(guards.map((guard) => guard.failed()))
    },
  }
}
