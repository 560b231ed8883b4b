import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Overview } from '#rpc/overview.ts'
import type { ConsoleLink } from '../../app/console-link.ts'
import { latestOnly, type Remote } from '../../app/remote.ts'

export type OverviewStore = StoreApi<{ overview: Remote<Overview>; refresh: () => Promise<void> }>

/** The counters over the page. */
export const createOverviewStore = (link: ConsoleLink): OverviewStore => {
  const run = latestOnly()
  return createStore((set, get) => ({
    overview: { name: 'loading' },
    refresh: () =>
      run(
        () => link.call('overview.get', {}),
        () => get().overview,
        (overview) => set({ overview }),
      ),
  }))
}
