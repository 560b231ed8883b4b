import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ApiKey, NewApp, NewKey, RegisteredApp } from '#rpc/keys.ts'
import type { ConsoleLink } from '../../app/console-link.ts'
import { type EdgeChange, edgeChanges } from '../../app/edge-change.ts'
import { latestOnly, type Remote } from '../../app/remote.ts'

/** What was just made and is not shown again: it is in this page's memory until it is closed. */
export type Shown = { title: string; lines: { label: string; value: string; secret: boolean }[] }

export type KeysDrawer = { name: 'key' } | { name: 'app' } | { name: 'shown'; shown: Shown }

export type KeysStore = StoreApi<{
  keys: Remote<ApiKey[]>
  apps: Remote<RegisteredApp[]>
  changing: EdgeChange
  drawer: KeysDrawer | null
  refresh: () => Promise<void>
  /** Forgets what is shown: somebody else may be next. */
  reset: () => void
  open: (drawer: KeysDrawer) => void
  close: () => void
  makeKey: (key: NewKey) => Promise<void>
  revokeKey: (id: string, reason: string) => Promise<void>
  registerApp: (app: NewApp) => Promise<void>
  revokeApp: (id: string, reason: string) => Promise<void>
}>

/** @param may what the person's role carries: what it does not is not asked for */
export const createKeysStore = (
  link: ConsoleLink,
  may: (permission: string) => boolean,
): KeysStore => {
  const runKeys = latestOnly()
  const runApps = latestOnly()
  return createStore((set, get) => {
    const { initial, attempt } = edgeChanges(
      (change) => set({ changing: { ...get().changing, ...change } }),
      () => get().refresh(),
    )
    const make = async (work: () => Promise<unknown>): Promise<void> => void (await attempt(work))
    const listKeys = () =>
      runKeys(
        async () => (await link.call('keys.list', {})).keys,
        () => get().keys,
        (keys) => set({ keys }),
      )
    const listApps = () =>
      runApps(
        async () => (await link.call('apps.list', {})).apps,
        () => get().apps,
        (apps) => set({ apps }),
      )
    return {
      keys: { name: 'loading' },
      apps: { name: 'loading' },
      changing: initial,
      drawer: null,
      async refresh() {
        await Promise.all([listKeys(), may('apps:read') ? listApps() : null])
      },
      reset: () =>
        set({
          keys: { name: 'loading' },
          apps: { name: 'loading' },
          changing: initial,
          drawer: null,
        }),
      open(drawer) {
        get().changing.dismiss()
        set({ drawer })
      },
      close() {
        get().changing.dismiss()
        set({ drawer: null })
      },
      makeKey: (key) =>
        make(async () => {
          const made = await link.call('keys.make', key)
          const line = { label: 'Key', value: made.key, secret: key.kind === 'secret' }
          set({ drawer: { name: 'shown', shown: { title: key.name, lines: [line] } } })
        }),
      revokeKey: (id, reason) => make(() => link.call('keys.revoke', { id, reason })),
      registerApp: (app) =>
        make(async () => {
          const { clientId, clientSecret } = await link.call('apps.register', app)
          const lines = [{ label: 'Client id', value: clientId, secret: false }]
          if (clientSecret !== null) {
            lines.push({ label: 'Client secret', value: clientSecret, secret: true })
          }
          set({ drawer: { name: 'shown', shown: { title: app.name, lines } } })
        }),
      revokeApp: (id, reason) => make(() => link.call('apps.revoke', { id, reason })),
    }
  })
}
