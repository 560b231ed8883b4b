import type { Env } from '../env.ts'
import { LeasedMeters, type QuotaVerdict } from './leased-meters.ts'

const meters = new WeakMap<Env, LeasedMeters>()

/** Spends one decision of a workspace's budget; the lease behind it is the isolate's. */
export function spendDecision(env: Env, workspaceId: string): Promise<QuotaVerdict> {
  let held = meters.get(env)
  if (!held) {
    held = new LeasedMeters((id, meter, wanted) =>
      env.WORKSPACE_HUB.getByName(id).leaseTokens(meter, wanted),
    )
    meters.set(env, held)
  }
  return held.spend(workspaceId, 'decisions')
}
