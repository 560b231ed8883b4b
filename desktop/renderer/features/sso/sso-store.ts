import { createStore, type StoreApi } from 'zustand/vanilla'
import type { DomainWish, NewSsoConnection, ProviderAnswer, SsoChange, SsoView } from '#rpc/sso.ts'
import type { ConsoleLink } from '../../app/console-link.ts'
import { type EdgeChange, edgeChanges } from '../../app/edge-change.ts'
import { latestOnly, type Remote } from '../../app/remote.ts'

/** What is open over the page. */
export type SsoDrawer =
  | { name: 'connect' }
  /** `isNew` right after it was made: what is to be done now comes first. */
  | { name: 'connection'; id: string; isNew: boolean }
  | { name: 'roles'; id: string }

/** The last test of a provider: it is worth something only for a while, and is kept nowhere. */
export type ProviderTest = { id: string; answer: ProviderAnswer }

export type SsoStore = StoreApi<{
  view: Remote<SsoView>
  changing: EdgeChange
  drawer: SsoDrawer | null
  tested: ProviderTest | null
  refresh: () => Promise<void>
  /** Forgets what is shown: somebody else may be next. */
  reset: () => void
  open: (drawer: SsoDrawer) => void
  close: () => void
  connect: (connection: NewSsoConnection) => Promise<void>
  change: (id: string, change: SsoChange, reason?: string) => Promise<void>
  /** The same for roles, whose drawer leads back to the connection. */
  changeRoles: (id: string, change: SsoChange) => Promise<void>
  changeDomain: (id: string, domain: string, wish: DomainWish, reason?: string) => Promise<void>
  proveDomain: (id: string, domain: string) => Promise<void>
  test: (id: string) => Promise<void>
  remove: (id: string, reason: string) => Promise<void>
}>

/** Company sign-in as the edge has it: nothing of it is kept on this computer. */
export const createSsoStore = (link: ConsoleLink): SsoStore => {
  const run = latestOnly()
  return createStore((set, get) => {
    const { initial, attempt } = edgeChanges(
      (change) => set({ changing: { ...get().changing, ...change } }),
      () => get().refresh(),
    )
    const make = async (work: () => Promise<unknown>): Promise<void> => void (await attempt(work))
    const nothing = {
      view: { name: 'loading' },
      changing: initial,
      drawer: null,
      tested: null,
    } as const
    const test = async (id: string): Promise<void> => {
      set({ tested: null })
      set({ tested: { id, answer: await link.call('sso.test', { id }) } })
    }
    return {
      ...nothing,
      refresh: () =>
        run(
          () => link.call('sso.get', {}),
          () => get().view,
          (view) => set({ view }),
        ),
      reset: () => set(nothing),
      open(drawer) {
        get().changing.dismiss()
        set({ drawer })
      },
      close() {
        get().changing.dismiss()
        set({ drawer: null, tested: null })
      },
      connect: (connection) =>
        make(async () => {
          const { id } = await link.call('sso.connect', connection)
          set({ drawer: { name: 'connection', id, isNew: true } })
          // A wrong issuer is best known at once; whether it can be asked decides nothing about what was made.
          void test(id).catch(() => {})
        }),
      change: (id, change, reason) => make(() => link.call('sso.change', { id, change, reason })),
      changeRoles: (id, change) =>
        make(async () => {
          await link.call('sso.change', { id, change })
          set({ drawer: { name: 'connection', id, isNew: false } })
        }),
      changeDomain: (id, domain, wish, reason) =>
        make(() => link.call('sso.changeDomain', { id, domain, wish, reason })),
      proveDomain: (id, domain) => make(() => link.call('sso.proveDomain', { id, domain })),
      test: (id) => make(() => test(id)),
      remove: (id, reason) =>
        make(async () => {
          await link.call('sso.delete', { id, reason })
          set({ drawer: null, tested: null })
        }),
    }
  })
}
