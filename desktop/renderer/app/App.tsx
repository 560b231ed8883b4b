import { KeyRound } from 'lucide-react'
import { type RefObject, useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import { LeadDrawer } from '../features/leads/LeadDrawer.tsx'
import { LeadsPanel } from '../features/leads/LeadsPanel.tsx'
import { ModelsPage } from '../features/models/ModelsPage.tsx'
import { OverviewBar } from '../features/overview/Overview.tsx'
import { EventDrawer } from '../features/stream/EventDrawer.tsx'
import { StreamPanel } from '../features/stream/StreamPanel.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ConnectionBanner, ConnectionChip } from './ConnectionStatus.tsx'
import { closeDrawer, useConsoleStores } from './console-stores.ts'
import { type PageName, usePage } from './page.ts'
import { Rail } from './Rail.tsx'
import './app.css'

const TITLES: Record<PageName, string> = { live: 'Live', models: 'Models' }

/** The console: the page that was chosen, and how current it is. */
export const App = () => {
  const searchRef = useRef<HTMLInputElement>(null)
  const stores = useConsoleStores()
  const page = usePage()
  const link = useStore(stores.connection, (state) => state.link)

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') closeDrawer(stores)
      if (event.key !== '/' || isTyping(event.target) || event.ctrlKey || event.metaKey) return
      event.preventDefault()
      searchRef.current?.focus()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [stores])

  return (
    <div className="app">
      <Rail />
      <main className="page">
        <header className="page-header">
          <h1 className="page-title">{TITLES[page]}</h1>
          <ConnectionChip />
        </header>
        {link.name === 'refused' ? (
          <EmptyState icon={KeyRound} title={link.error.message} text={link.error.next ?? ''} />
        ) : (
          <>
            <ConnectionBanner />
            {page === 'models' ? <ModelsPage /> : <LivePage searchRef={searchRef} />}
          </>
        )}
      </main>
    </div>
  )
}

/** Figures, leads, live events, and the lead that was chosen. */
const LivePage = ({ searchRef }: { searchRef: RefObject<HTMLInputElement | null> }) => (
  <div className="page-content">
    <OverviewBar />
    <div className="page-columns">
      <LeadsPanel searchRef={searchRef} />
      <StreamPanel />
    </div>
    <LeadDrawer />
    <EventDrawer />
  </div>
)

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input, textarea, select')
