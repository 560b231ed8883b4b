import { AppWindow, Plus } from 'lucide-react'
import { useStore } from 'zustand'
import type { RegisteredApp } from '#rpc/keys.ts'
import { useConsoleStores } from '../../app/console-stores.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Button } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { useMay } from '../session/use-may.ts'
import { RevocablePanel, type RevocableWords } from './RevocablePanel.tsx'

/** Apps that people of this workspace may let in, and behind a fold those they may not any more. */
export const AppsPanel = ({ apps }: { apps: readonly RegisteredApp[] }) => {
  const { open, revokeApp } = useStore(useConsoleStores().keys)
  const mayWrite = useMay('apps:write')
  return (
    <RevocablePanel
      id="apps"
      title="Registered apps"
      noun="app"
      created="Registered"
      items={apps}
      tools={
        mayWrite && (
          <Button onClick={() => open({ name: 'app' })}>
            <Plus size={15} aria-hidden="true" /> Register an app
          </Button>
        )
      }
      empty={
        <EmptyState
          icon={AppWindow}
          title="No app of others is registered"
          text="An app works in the name of people who let it in, with at most what they may do themselves."
        />
      }
      words={wordsOf}
      consequences={() => CONSEQUENCES}
      onRevoke={mayWrite ? revokeApp : null}
    />
  )
}

const wordsOf = ({
  id,
  confidential,
  redirectUris,
  permissions,
}: RegisteredApp): RevocableWords => {
  const many = `${permissions.length} ${permissions.length === 1 ? 'permission' : 'permissions'}`
  return {
    badge: <Badge tone="neutral">{confidential ? 'On a server' : 'On devices'}</Badge>,
    code: id,
    about: `Answers go to ${redirectUris.join(', ')}. May ask for ${many}.`,
  }
}

const CONSEQUENCES = (
  <>
    <p>Everybody who let it in is signed out of it within half a minute.</p>
    <p>It does not come back; it would have to be registered anew, under another id.</p>
  </>
)
