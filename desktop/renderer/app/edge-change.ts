import type { RpcErrorBody } from '#rpc/rpc-error.ts'
import { errorOf } from './remote.ts'

/** A change at the edge: whether one is on its way, and why the last one was not made. */
export type EdgeChange = {
  isBusy: boolean
  refusal: RpcErrorBody | null
  /** Does again what was refused, after the person has confirmed it in the browser. */
  again: () => Promise<void>
  dismiss: () => void
}

/**
 * One change at a time, with what is needed to try a refused one again.
 *
 * @param set shows the state
 * @param refresh fetches what is on screen after each attempt, whether or not it was made
 */
export const edgeChanges = (
  set: (change: Partial<EdgeChange>) => void,
  refresh: () => Promise<void>,
): { initial: EdgeChange; attempt: (work: () => Promise<unknown>) => Promise<boolean> } => {
  const nothing = async (): Promise<void> => {}
  let isRunning = false

  const attempt = async (work: () => Promise<unknown>): Promise<boolean> => {
    // A second press of the button while the first is on its way would be a second change.
    if (isRunning) return false
    isRunning = true
    set({ isBusy: true, refusal: null })
    let isMade = true
    try {
      await work()
      set({ again: nothing })
    } catch (error) {
      isMade = false
      const again = async () => void (await attempt(work))
      set({ refusal: errorOf(error), again })
    }
    await refresh()
    isRunning = false
    set({ isBusy: false })
    return isMade
  }
  return {
    initial: {
      isBusy: false,
      refusal: null,
      again: nothing,
      dismiss: () => set({ refusal: null, again: nothing }),
    },
    attempt,
  }
}
