import { createStore, type StoreApi } from 'zustand/vanilla'
import { RpcError, type RpcErrorBody } from '#rpc/rpc-error.ts'
import type { SessionState } from '#rpc/session.ts'
import type { ConsoleLink } from '../../app/console-link.ts'

export type SessionStore = StoreApi<{
  /** Null until the back end has said it. */
  session: SessionState | null
  problem: RpcErrorBody | null
  refresh: () => Promise<void>
  /** Opens the edge's sign-in page in a browser. */
  signIn: () => Promise<void>
  cancel: () => Promise<void>
  signOut: () => Promise<void>
}>

/** @param open shows an address outside of the console */
export const createSessionStore = (
  link: ConsoleLink,
  open: (url: string) => void = (url) => void window.open(url, '_blank', 'noopener'),
): SessionStore => {
  const store: SessionStore = createStore((set) => {
    const tried = async (work: () => Promise<void>): Promise<void> => {
      set({ problem: null })
      try {
        await work()
      } catch (error) {
        if (error instanceof RpcError) set({ problem: error.toBody() })
      }
    }
    return {
      session: null,
      problem: null,
      refresh: () => tried(async () => set({ session: await link.call('session.get', {}) })),
      signIn: () => tried(async () => open((await link.call('session.signIn', {})).url)),
      cancel: () => tried(async () => void (await link.call('session.cancel', {}))),
      signOut: () => tried(async () => void (await link.call('session.signOut', {}))),
    }
  })
  link.on('session', (session) => store.setState({ session }))
  return store
}
