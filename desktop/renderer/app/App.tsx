import { KeyRound, Lock } from 'lucide-react'
import { type RefObject, useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import { AuditPage } from '../features/audit/AuditPage.tsx'
import { KeysPage } from '../features/keys/KeysPage.tsx'
import { LeadDrawer } from '../features/leads/LeadDrawer.tsx'
import { LeadsPanel } from '../features/leads/LeadsPanel.tsx'
import { ModelsPage } from '../features/models/ModelsPage.tsx'
import { OverviewBar } from '../features/overview/Overview.tsx'
import { PeoplePage } from '../features/people/PeoplePage.tsx'
import { may } from '../features/session/may.ts'
import { SignInPage } from '../features/session/SignInPage.tsx'
import { SsoPage } from '../features/sso/SsoPage.tsx'
import { EventDrawer } from '../features/stream/EventDrawer.tsx'
import { StreamPanel } from '../features/stream/StreamPanel.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { SkeletonRows } from '../ui/Skeleton.tsx'
import { ConnectionBanner, ConnectionChip } from './ConnectionStatus.tsx'
import { closeDrawer, useConsoleStores } from './console-stores.ts'
import { PAGE_NEEDS, type PageName, usePage } from './page.ts'
import { Rail } from './Rail.tsx'
import './app.css'

const TITLES: Record<PageName, string> = {
  live: 'Live',
  models: 'Models',
  people: 'People',
  keys: 'Keys and apps',
  'sign-in': 'Company sign-in',
  audit: 'Audit log',
}

/** The console: the page that was chosen, and how current it is. */
export const App = () => {
  const searchRef = useRef<HTMLInputElement>(null)
  const stores = useConsoleStores()
  const page = usePage()
  const link = useStore(stores.connection, (state) => state.link)
  const session = useStore(stores.session, (state) => state.session)

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

  if (session?.name === 'signed_out' || session?.name === 'signing_in') return <SignInPage />
  // Until it is known who is there, the page waits as it does for its data.
  const isBeyondRole = session?.name === 'signed_in' && !may(session, PAGE_NEEDS[page])
  const hasCopy = session === null || may(session, PAGE_NEEDS.live)
  return (
    <div className="app">
      <Rail />
      <main className="page">
        <header className="page-header">
          <h1 className="page-title">{TITLES[page]}</h1>
          {hasCopy && <ConnectionChip />}
        </header>
        {link.name === 'refused' ? (
          <EmptyState icon={KeyRound} title={link.error.message} text={link.error.next ?? ''} />
        ) : (
          <>
            {hasCopy && <ConnectionBanner />}
            {isBeyondRole ? (
              <BeyondRole page={page} role={session.role} />
            ) : (
              <PageContent page={page} searchRef={searchRef} />
            )}
          </>
        )}
      </main>
    </div>
  )
}

const PageContent = ({
  page,
  searchRef,
}: {
  page: PageName
  searchRef: RefObject<HTMLInputElement | null>
}) => {
  const isKnown = useStore(useConsoleStores().session, (state) => state.session !== null)
  // The replica needs no person; what the edge is asked for does.
  if (!isKnown && page !== 'live') return <SkeletonRows rows={6} height={64} />
  switch (page) {
    case 'live':
      return <LivePage searchRef={searchRef} />
    case 'models':
      return <ModelsPage />
    case 'people':
      return <PeoplePage />
    case 'keys':
      return <KeysPage />
    case 'sign-in':
      return <SsoPage />
    case 'audit':
      return <AuditPage />
  }
}

const ABOUT: Record<PageName, string> = {
  live: 'visitors, leads and events',
  models: 'models',
  people: 'who works here',
  keys: 'keys and apps',
  'sign-in': 'company sign-in',
  audit: 'the audit log',
}

/** A page that this role has nothing on: no failure, and nobody waits for it. */
const BeyondRole = ({ page, role }: { page: PageName; role: string }) => (
  <EmptyState
    icon={Lock}
    title={`Your role does not include ${ABOUT[page]}`}
    text={`You are here as ${role}. What you may see stands on the left; an admin of the workspace can give you another role.`}
  />
)

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
