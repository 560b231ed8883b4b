import { createContext, useContext } from 'react'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ConnectionState } from '#rpc/connection-state.ts'
import { createLeadPanelStore, type LeadPanelStore } from '../features/leads/lead-panel-store.ts'
import { createLeadsStore, type LeadsStore } from '../features/leads/leads-store.ts'
import { createOverviewStore, type OverviewStore } from '../features/overview/overview-store.ts'
import { createStreamStore, type StreamStore } from '../features/stream/stream-store.ts'
import type { ConsoleLink, LinkState } from './console-link.ts'

export type ConnectionStore = StoreApi<{
  link: LinkState
  connection: ConnectionState | null
  /** Ask the edge now. */
  retry: () => void
}>

export type ConsoleStores = {
  connection: ConnectionStore
  overview: OverviewStore
  stream: StreamStore
  leads: LeadsStore
  leadPanel: LeadPanelStore
}

/** Minutes pass and counters move even where nothing new comes in. */
const OVERVIEW_EVERY_MS = 15_000

/** Makes the page's stores and keeps them fresh: on every connection, and when the back end says so. */
export const createConsoleStores = (link: ConsoleLink): ConsoleStores => {
  const connection: ConnectionStore = createStore(() => ({
    link: link.state(),
    connection: null,
    retry: () => void link.call('connection.retry', {}).catch(() => {}),
  }))
  const stores: ConsoleStores = {
    connection,
    overview: createOverviewStore(link),
    stream: createStreamStore(link),
    leads: createLeadsStore(link),
    leadPanel: createLeadPanelStore(link),
  }
  const { overview, stream, leads, leadPanel } = stores
  const refreshStream = (): void => {
    void stream.getState().refresh()
    void overview.getState().refresh()
  }
  const refreshLeads = (): void => {
    void leads.getState().refresh()
    void leadPanel.getState().refresh()
    void overview.getState().refresh()
  }

  link.onState((state) => {
    connection.setState({ link: state })
    if (state.name !== 'open') return
    link.call('connection.get', {}).then(
      (now) => connection.setState({ connection: now }),
      () => {},
    )
    refreshStream()
    refreshLeads()
  })
  link.on('connection', (state) => connection.setState({ connection: state }))
  link.on('changed', ({ areas }) => {
    if (areas.includes('stream')) refreshStream()
    if (areas.includes('leads')) refreshLeads()
    else if (areas.includes('stream')) void leadPanel.getState().refresh()
  })
  setInterval(() => {
    if (link.state().name === 'open') void overview.getState().refresh()
  }, OVERVIEW_EVERY_MS)
  return stores
}

export const ConsoleStoresContext = createContext<ConsoleStores | null>(null)

export const useConsoleStores = (): ConsoleStores => {
  const stores = useContext(ConsoleStoresContext)
  if (stores === null) throw new Error('useConsoleStores is used outside of its provider.')
  return stores
}
