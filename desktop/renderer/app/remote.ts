import { RpcError, type RpcErrorBody } from '#rpc/rpc-error.ts'

/** Something fetched from the back end; `ready` may be shown while a newer answer is on its way. */
export type Remote<T> =
  | { name: 'loading' }
  | { name: 'ready'; value: T }
  | { name: 'failed'; error: RpcErrorBody }

export const errorOf = (error: unknown): RpcErrorBody =>
  error instanceof RpcError
    ? error.toBody()
    : { kind: 'failed', message: 'Something went wrong on this page.', next: 'Reload the page.' }

/**
 * Runs fetches of one thing so that the last one asked for wins, however the answers arrive.
 * What is on screen stays there when a later fetch fails only for want of a connection.
 */
export const latestOnly = () => {
  let latest = 0
  return async <T>(
    fetch: () => Promise<T>,
    current: () => Remote<unknown>,
    set: (remote: Remote<T>) => void,
  ): Promise<void> => {
    latest += 1
    const mine = latest
    try {
      const value = await fetch()
      if (mine === latest) set({ name: 'ready', value })
    } catch (reason) {
      const error = errorOf(reason)
      if (mine !== latest) return
      if (error.kind === 'disconnected') return
      if (current().name !== 'ready') set({ name: 'failed', error })
    }
  }
}
