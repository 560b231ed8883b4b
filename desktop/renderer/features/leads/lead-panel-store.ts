import { createStore, type StoreApi } from 'zustand/vanilla'
import type { LeadDetail, TimelineItem } from '#rpc/leads.ts'
import type { ConsoleLink } from '../../app/console-link.ts'
import { latestOnly, type Remote } from '../../app/remote.ts'

const PAGE_EVENTS = 50

type HeldTimeline = { items: TimelineItem[]; next: string | null }

export type LeadPanelStore = StoreApi<{
  /** The lead whose panel is open. */
  leadKey: string | null
  /** Null inside means that the lead is no more, for example merged into another. */
  detail: Remote<LeadDetail | null>
  timeline: Remote<HeldTimeline>
  open: (leadKey: string) => void
  close: () => void
  refresh: () => Promise<void>
  loadMore: () => Promise<void>
}>

/** The panel of one lead. */
export const createLeadPanelStore = (link: ConsoleLink): LeadPanelStore => {
  const runDetail = latestOnly()
  const runTimeline = latestOnly()
  return createStore((set, get) => {
    const fetchTimeline = (leadKey: string, before: string | null): Promise<HeldTimeline> =>
      link.call('leads.timeline', { leadKey, limit: PAGE_EVENTS, before })
    return {
      leadKey: null,
      detail: { name: 'loading' },
      timeline: { name: 'loading' },
      open: (leadKey) => {
        if (get().leadKey === leadKey) return
        set({ leadKey, detail: { name: 'loading' }, timeline: { name: 'loading' } })
        void get().refresh()
      },
      close: () => set({ leadKey: null }),
      refresh: async () => {
        const { leadKey } = get()
        if (leadKey === null) return
        const still = (): boolean => get().leadKey === leadKey
        await Promise.all([
          runDetail(
            () => link.call('leads.get', { leadKey }),
            () => get().detail,
            (detail) => still() && set({ detail }),
          ),
          runTimeline(
            () => fetchTimeline(leadKey, null),
            () => get().timeline,
            (timeline) => still() && set({ timeline }),
          ),
        ])
      },
      loadMore: async () => {
        const { leadKey, timeline } = get()
        if (leadKey === null || timeline.name !== 'ready' || timeline.value.next === null) return
        const from = timeline.value.next
        const page = await fetchTimeline(leadKey, from).catch(() => null)
        if (page === null) return
        set((state) => {
          if (state.leadKey !== leadKey || state.timeline.name !== 'ready') return {}
          if (state.timeline.value.next !== from) return {}
          const items = [...state.timeline.value.items, ...page.items]
          return { timeline: { name: 'ready', value: { items, next: page.next } } }
        })
      },
    }
  })
}
