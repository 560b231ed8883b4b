import type { ConnectionState } from '#rpc/connection-state.ts'
import { adoptFingerprint, readLastSyncedAt } from '../replica/state.ts'
import { type PullLoop, type PullLoopDeps, startPullLoop } from './pull-loop.ts'

/** Of a replica that is nobody's: it is empty. */
const NOBODY = 'nobody'

export type Pulling = {
  state(): ConnectionState
  retryNow(): void
  /**
   * Pulls for this owner from now on, or for nobody. What another owner had pulled is removed first, also
   * what nobody may see any more.
   */
  become(owner: string | null): Promise<void>
  stop(): Promise<void>
}

/** Fingerprint of a replica before anybody is known. */
export const replicaOwner = (owner: string | null): string => owner ?? NOBODY

/** Starts and stops the pull loop as people sign in and out, one after another. */
export const createPulling = (deps: Omit<PullLoopDeps, 'lastSyncedAt'>): Pulling => {
  let loop: PullLoop | null = null
  let current: string | null = null
  let running: Promise<void> = Promise.resolve()
  const waiting = (): ConnectionState => ({
    name: 'connecting',
    since: deps.now(),
    lastSyncedAt: null,
  })

  const change = async (owner: string | null): Promise<void> => {
    if (owner === current && (loop !== null || owner === null)) return
    await loop?.stop()
    loop = null
    current = owner
    await adoptFingerprint(deps.db, replicaOwner(owner))
    deps.onChanged(['stream', 'leads', 'slots'])
    if (owner === null) return
    loop = startPullLoop({ ...deps, lastSyncedAt: await readLastSyncedAt(deps.db) })
  }

  const become = (owner: string | null): Promise<void> => {
    const result = running.then(() => change(owner))
    running = result.catch((error: unknown) =>
      deps.log('The replica could not change hands', error),
    )
    return result
  }

  return {
    state: () => loop?.state() ?? waiting(),
    retryNow: () => loop?.retryNow(),
    become,
    stop: async () => {
      await running
      await loop?.stop()
    },
  }
}
