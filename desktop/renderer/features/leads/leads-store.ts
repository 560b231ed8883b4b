import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Lead, LeadSort } from '#rpc/leads.ts'
import type { Grade } from '#shared/scoring/score.ts'
import type { ConsoleLink } from '../../app/console-link.ts'
import { latestOnly, type Remote } from '../../app/remote.ts'

const PAGE_LEADS = 100
/** Rows that are fetched again when leads change; those further down wait for the reader. */
const MOST_REFRESHED = 500

export type LeadsView = { sort: LeadSort; search: string; grades: Grade[]; knownOnly: boolean }

export const WHOLE_VIEW: LeadsView = { sort: 'points', search: '', grades: [], knownOnly: false }

type HeldLeads = { items: Lead[]; next: string | null; total: number }

export type LeadsStore = StoreApi<{
  view: LeadsView
  held: Remote<HeldLeads>
  setView: (view: Partial<LeadsView>) => void
  refresh: () => Promise<void>
  loadMore: () => Promise<void>
}>

export const isFiltered = (view: LeadsView): boolean =>
  view.search.trim() !== '' || view.grades.length > 0 || view.knownOnly

/** The table of leads: sorted, filtered, in pages. */
export const createLeadsStore = (link: ConsoleLink): LeadsStore => {
  const run = latestOnly()
  let loadingMore = false
  return createStore((set, get) => {
    const fetchPage = (limit: number, before: string | null): Promise<HeldLeads> => {
      const { sort, search, grades, knownOnly } = get().view
      const filter = { search: search.trim() === '' ? null : search.trim(), grades, knownOnly }
      return link.call('leads.list', { filter, sort, limit, before })
    }
    return {
      view: WHOLE_VIEW,
      held: { name: 'loading' },
      setView: (view) => {
        // The old rows stay until the new ones are here: a table that blinks at every letter is
        // worse than one that is a moment late.
        set((state) => ({ view: { ...state.view, ...view } }))
        void get().refresh()
      },
      refresh: () => {
        const { held } = get()
        const shown = held.name === 'ready' ? held.value.items.length : 0
        const limit = Math.min(MOST_REFRESHED, Math.max(PAGE_LEADS, shown))
        return run(
          () => fetchPage(limit, null),
          () => get().held,
          (fetched) => set({ held: fetched }),
        )
      },
      loadMore: async () => {
        const { held } = get()
        if (loadingMore || held.name !== 'ready' || held.value.next === null) return
        loadingMore = true
        const from = held.value.next
        try {
          const page = await fetchPage(PAGE_LEADS, from)
          set((state) => {
            if (state.held.name !== 'ready' || state.held.value.next !== from) return {}
            // Scores move while somebody scrolls, so a lead may come on two pages.
            const keys = new Set(state.held.value.items.map((lead) => lead.leadKey))
            const more = page.items.filter((lead) => !keys.has(lead.leadKey))
            const items = [...state.held.value.items, ...more]
            return { held: { name: 'ready', value: { ...page, items } } }
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
