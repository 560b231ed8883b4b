import { createContext, useContext } from 'react'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ConnectionState } from '#rpc/connection-state.ts'
import type { SessionState } from '#rpc/session.ts'
import { type AuditStore, createAuditStore } from '../features/audit/audit-store.ts'
import { saveTextFile } from '../features/audit/save-file.ts'
import { createKeysStore, type KeysStore } from '../features/keys/keys-store.ts'
import { createLeadPanelStore, type LeadPanelStore } from '../features/leads/lead-panel-store.ts'
import { createLeadsStore, type LeadsStore } from '../features/leads/leads-store.ts'
import { createModelsStore, type ModelsStore } from '../features/models/models-store.ts'
import { createOverviewStore, type OverviewStore } from '../features/overview/overview-store.ts'
import { createPeopleStore, type PeopleStore } from '../features/people/people-store.ts'
import { may } from '../features/session/may.ts'
import { createSessionStore, type SessionStore } from '../features/session/session-store.ts'
import { createSsoStore, type SsoStore } from '../features/sso/sso-store.ts'
import {
  createEventPanelStore,
  type EventPanelStore,
} from '../features/stream/event-panel-store.ts'
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
  session: SessionStore
  overview: OverviewStore
  stream: StreamStore
  leads: LeadsStore
  leadPanel: LeadPanelStore
  eventPanel: EventPanelStore
  models: ModelsStore
  people: PeopleStore
  keys: KeysStore
  sso: SsoStore
  audit: AuditStore
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
  const session = createSessionStore(link)
  const mayNow = (permission: string) => may(session.getState().session, permission)
  const stores: ConsoleStores = {
    connection,
    session,
    overview: createOverviewStore(link),
    stream: createStreamStore(link),
    leads: createLeadsStore(link),
    leadPanel: createLeadPanelStore(link),
    eventPanel: createEventPanelStore(link),
    models: createModelsStore(link),
    people: createPeopleStore(link),
    keys: createKeysStore(link, mayNow),
    sso: createSsoStore(link),
    audit: createAuditStore(link, mayNow, saveTextFile),
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

  session.subscribe(({ session: now }, { session: before }) => {
    if (personOf(now) === personOf(before)) return
    closeDrawer(stores)
    const { models, people, keys, sso, audit } = stores
    for (const each of [models, people, keys, sso, audit]) each.getState().reset()
  })

  link.onState((state) => {
    connection.setState({ link: state })
    if (state.name !== 'open') return
    void stores.session.getState().refresh()
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

/** Whose pages are shown: nothing of one person stays for the next. */
const personOf = (session: SessionState | null): string | null =>
  session?.name === 'signed_in' ? `${session.workspace.id} ${session.email}` : null

/** Opens what a line of the stream is about: its lead, or where there is none the event itself. */
export const openStreamItem = (
  { leadPanel, eventPanel }: ConsoleStores,
  item: { id: string; leadKey: string | null },
): void => {
  if (item.leadKey === null) {
    leadPanel.getState().close()
    eventPanel.getState().open(item.id)
  } else {
    openLead({ leadPanel, eventPanel }, item.leadKey)
  }
}

/** Opens a lead in place of whatever is open. */
export const openLead = (
  { leadPanel, eventPanel }: Pick<ConsoleStores, 'leadPanel' | 'eventPanel'>,
  leadKey: string,
): void => {
  eventPanel.getState().close()
  leadPanel.getState().open(leadKey)
}

/** Closes what is open over the page. */
export const closeDrawer = ({ leadPanel, eventPanel }: ConsoleStores): void => {
  leadPanel.getState().close()
  eventPanel.getState().close()
}

export const ConsoleStoresContext = createContext<ConsoleStores | null>(null)

export const useConsoleStores = (): ConsoleStores => {
  const stores = useContext(ConsoleStoresContext)
  if (stores === null) throw new Error('useConsoleStores is used outside of its provider.')
  return stores
}
