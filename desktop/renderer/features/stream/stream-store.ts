import { createStore, type StoreApi } from 'zustand/vanilla'
import type { StreamVerdict } from '#rpc/stream.ts'
import type { ConsoleLink } from '../../app/console-link.ts'
import { latestOnly, type Remote } from '../../app/remote.ts'
import { type HeldStream, mergeNewest } from './merge-newest.ts'

const PAGE_LINES = 100

export type StreamView = { verdict: StreamVerdict | null; name: string }

export type StreamStore = StoreApi<{
  view: StreamView
  held: Remote<HeldStream>
  /** Lines that came while the reader was further down; shown when they come back up. */
  unseen: number
  /** Whether the newest line is in sight. */
  atTop: boolean
  setView: (view: Partial<StreamView>) => void
  setAtTop: (atTop: boolean) => void
  refresh: () => Promise<void>
  loadMore: () => Promise<void>
}>

/** The live stream: the newest lines, older ones on demand. */
export const createStreamStore = (link: ConsoleLink): StreamStore => {
  const run = latestOnly()
  let loadingMore = false
  return createStore((set, get) => {
    const fetchPage = (before: string | null): Promise<HeldStream> => {
      const { verdict, name } = get().view
      const filter = { verdict, name: name.trim() === '' ? null : name.trim() }
      return link.call('stream.list', { filter, limit: PAGE_LINES, before })
    }
    return {
      view: { verdict: null, name: '' },
      held: { name: 'loading' },
      unseen: 0,
      atTop: true,
      setView: (view) => {
        set((state) => ({
          view: { ...state.view, ...view },
          held: { name: 'loading' },
          unseen: 0,
          atTop: true,
        }))
        void get().refresh()
      },
      setAtTop: (atTop) => {
        if (get().atTop === atTop) return
        set({ atTop })
        if (atTop && get().unseen > 0) void get().refresh()
      },
      refresh: () =>
        run(
          () => fetchPage(null),
          () => get().held,
          (fetched) =>
            set((state) => {
              if (fetched.name !== 'ready' || state.held.name !== 'ready') return { held: fetched }
              const { added, ...value } = mergeNewest(state.held.value, fetched.value)
              // Lines must not move under the eyes of somebody who reads further down.
              if (!state.atTop) return { unseen: added }
              return { held: { name: 'ready', value }, unseen: 0 }
            }),
        ),
      loadMore: async () => {
        const { held } = get()
        if (loadingMore || held.name !== 'ready' || held.value.next === null) return
        loadingMore = true
        const from = held.value.next
        try {
          const page = await fetchPage(from)
          set((state) => {
            // Somebody changed the view, or a merge moved the end, while the page was on its way.
            if (state.held.name !== 'ready' || state.held.value.next !== from) return {}
            const ids = new Set(state.held.value.items.map((item) => item.id))
            const older = page.items.filter((item) => !ids.has(item.id))
            const items = [...state.held.value.items, ...older]
            return { held: { name: 'ready', value: { items, next: page.next } } }
          })
        } catch {
          // Scrolling on asks again.
        } finally {
          loadingMore = false
        }
      },
    }
  })
}
