import { createStore, type StoreApi } from 'zustand/vanilla'
import type { StreamItemDetail } from '#rpc/stream.ts'
import type { ConsoleLink } from '../../app/console-link.ts'
import { latestOnly, type Remote } from '../../app/remote.ts'

export type EventPanelStore = StoreApi<{
  /** The line whose panel is open. */
  id: string | null
  /** Null inside means that the event has left the window kept on this computer. */
  detail: Remote<StreamItemDetail | null>
  open: (id: string) => void
  close: () => void
}>

/** The panel of one event that belongs to no lead, above all of one that was refused. */
export const createEventPanelStore = (link: ConsoleLink): EventPanelStore => {
  const run = latestOnly()
  return createStore((set, get) => ({
    id: null,
    detail: { name: 'loading' },
    open: (id) => {
      if (get().id === id) return
      set({ id, detail: { name: 'loading' } })
      void run(
        () => link.call('stream.get', { id }),
        () => get().detail,
        (detail) => get().id === id && set({ detail }),
      )
    },
    close: () => set({ id: null }),
  }))
}
