import { createStore, type StoreApi } from 'zustand/vanilla'
import type { AuditFilter, AuditItem } from '#rpc/audit.ts'
import type { RpcErrorBody } from '#rpc/rpc-error.ts'
import type { ConsoleLink } from '../../app/console-link.ts'
import { type EdgeChange, edgeChanges } from '../../app/edge-change.ts'
import { errorOf, latestOnly, type Remote } from '../../app/remote.ts'
import { ALL_TIME, rangeOf, type TimeChoice } from './time-choice.ts'

const PAGE_ENTRIES = 50

/** What was asked for is kept, so that the next page is of the same time. */
export type AuditList = { asked: AuditFilter; items: AuditItem[]; next: string | null }

/** By what entries are chosen on the page. */
export type AuditChoice = Pick<AuditFilter, 'action' | 'actor'> & { time: TimeChoice }

export type Verification =
  | { name: 'walking'; upTo: number }
  | { name: 'whole'; sentence: string; at: number }
  | { name: 'broken'; sentence: string; seq: number | null; at: number }
  | { name: 'failed'; error: RpcErrorBody }

export type AuditStore = StoreApi<{
  filter: AuditChoice
  list: Remote<AuditList>
  isLoadingMore: boolean
  /** Names by the ids that stand in the entries. */
  people: { userId: string; name: string; email: string }[]
  verification: Verification | null
  /** The entry that is open over the page. */
  opened: AuditItem | null
  exporting: EdgeChange
  /** What came of the last export, in one sentence. */
  notice: string | null
  refresh: () => Promise<void>
  reset: () => void
  setFilter: (filter: Partial<AuditChoice>) => void
  loadMore: () => Promise<void>
  verify: () => Promise<void>
  open: (item: AuditItem) => void
  close: () => void
  exportLog: () => Promise<void>
}>

export const EVERYTHING: AuditChoice = { action: null, actor: null, time: ALL_TIME }

/**
 * The audit log, as the edge has it: nothing of it is kept on this computer.
 *
 * @param may what the person's role carries: names are not asked for without it
 * @param saveFile hands a file to the person
 */
export const createAuditStore = (
  link: ConsoleLink,
  may: (permission: string) => boolean,
  saveFile: (name: string, text: string) => void,
): AuditStore => {
  const run = latestOnly()
  const fetchPage = async (asked: AuditFilter, cursor: string | null): Promise<AuditList> => {
    const page = await link.call('audit.list', { filter: asked, cursor, limit: PAGE_ENTRIES })
    return { asked, ...page }
  }
  return createStore((set, get) => {
    const { initial, attempt } = edgeChanges(
      (change) => set({ exporting: { ...get().exporting, ...change } }),
      () => get().refresh(),
    )
    let walk = 0
    const learnNames = async (): Promise<void> => {
      if (!may('members:read')) return
      // Without names the ids are shown, which is no failure of the page.
      const { people } = await link.call('people.names', {}).catch(() => ({ people: get().people }))
      set({ people })
    }
    return {
      filter: EVERYTHING,
      list: { name: 'loading' },
      isLoadingMore: false,
      people: [],
      verification: null,
      opened: null,
      exporting: initial,
      notice: null,
      async refresh() {
        const { time, ...filter } = get().filter
        const range = rangeOf(time, Date.now())
        if (range === null) return
        await Promise.all([
          learnNames(),
          run(
            () => fetchPage({ ...filter, ...range }, null),
            () => get().list,
            (list) => set({ list }),
          ),
        ])
      },
      reset() {
        walk += 1
        set({
          filter: EVERYTHING,
          list: { name: 'loading' },
          people: [],
          verification: null,
          opened: null,
          exporting: initial,
          notice: null,
        })
      },
      setFilter(filter) {
        set({ filter: { ...get().filter, ...filter }, list: { name: 'loading' }, opened: null })
        void get().refresh()
      },
      async loadMore() {
        const { list, isLoadingMore } = get()
        if (isLoadingMore || list.name !== 'ready' || list.value.next === null) return
        set({ isLoadingMore: true })
        try {
          const page = await fetchPage(list.value.asked, list.value.next)
          // Another filter, or the newest page again, has come in between.
          if (get().list !== list) return
          const items = [...list.value.items, ...page.items]
          set({ list: { name: 'ready', value: { ...page, items } } })
        } catch (error) {
          set({ exporting: { ...get().exporting, refusal: errorOf(error) } })
        } finally {
          set({ isLoadingMore: false })
        }
      },
      async verify() {
        walk += 1
        const mine = walk
        const show = (verification: Verification): void => {
          if (mine === walk) set({ verification })
        }
        set({ notice: null })
        show({ name: 'walking', upTo: 0 })
        try {
          let cursor: string | null = null
          do {
            const stretch: Awaited<ReturnType<typeof link.call<'audit.verify'>>> = await link.call(
              'audit.verify',
              { cursor },
            )
            const { verdict, sentence, brokenSeq, upTo, next } = stretch
            const at = Date.now()
            if (verdict === 'broken') return show({ name: 'broken', sentence, seq: brokenSeq, at })
            if (next === null) return show({ name: 'whole', sentence, at })
            show({ name: 'walking', upTo: upTo ?? 0 })
            cursor = next
          } while (mine === walk)
        } catch (error) {
          show({ name: 'failed', error: errorOf(error) })
        }
      },
      open: (opened) => set({ opened }),
      close: () => set({ opened: null }),
      async exportLog() {
        set({ notice: null })
        const range = rangeOf(get().filter.time, Date.now())
        if (range === null) return
        const saved = range.from === null && range.to === null ? 'The log' : 'This part of the log'
        await attempt(async () => {
          const { fileName, text } = await link.call('audit.export', range)
          if (text !== null) saveFile(fileName, text)
          set({ notice: text === null ? TOO_LONG : `${saved} was saved as ${fileName}.` })
        })
      },
    }
  })
}

const TOO_LONG =
  'The log is too long for this page. Choose a shorter time, or do without the page: POST /api/v1/audit/export gives all of it, and npm run audit verifies it.'
