import { AppWindow, Plus } from 'lucide-react'
import { useState } from 'react'
import { useStore } from 'zustand'
import type { RegisteredApp } from '#rpc/keys.ts'
import { useNow } from '../../app/clock.ts'
import { useConsoleStores } from '../../app/console-stores.ts'
import { ago, wholeTime } from '../../app/time-words.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { useMay } from '../session/use-may.ts'

/** Apps that people of this workspace may let in, and behind a fold those they may not any more. */
export const AppsPanel = ({ apps }: { apps: readonly RegisteredApp[] }) => {
  const { open, revokeApp } = useStore(useConsoleStores().keys)
  const mayWrite = useMay('apps:write')
  const [asked, setAsked] = useState<RegisteredApp | null>(null)
  const live = apps.filter(({ revokedAt }) => revokedAt === null)
  const revoked = apps.filter(({ revokedAt }) => revokedAt !== null)
  return (
    <Panel
      id="apps"
      title="Registered apps"
      note={String(live.length)}
      tools={
        mayWrite && (
          <Button onClick={() => open({ name: 'app' })}>
            <Plus size={15} aria-hidden="true" /> Register an app
          </Button>
        )
      }
    >
      {live.length === 0 ? (
        <EmptyState
          icon={AppWindow}
          title="No app of others is registered"
          text="An app works in the name of people who let it in, with at most what they may do themselves."
        />
      ) : (
        <AppRows apps={live} onRevoke={mayWrite ? setAsked : null} />
      )}
      {revoked.length > 0 && (
        <details className="row-past">
          <summary>Revoked apps ({revoked.length})</summary>
          <AppRows apps={revoked} onRevoke={null} />
        </details>
      )}
      {asked !== null && (
        <Dialog
          title={`Revoke the app ${asked.name}?`}
          action="Revoke the app"
          isDangerous
          onClose={() => setAsked(null)}
          onConfirm={() => {
            setAsked(null)
            void revokeApp(asked.id)
          }}
        >
          <p>Everybody who let it in is signed out of it within half a minute.</p>
          <p>It does not come back; it would have to be registered anew, under another id.</p>
        </Dialog>
      )}
    </Panel>
  )
}

const AppRows = ({
  apps,
  onRevoke,
}: {
  apps: readonly RegisteredApp[]
  onRevoke: ((app: RegisteredApp) => void) | null
}) => {
  const now = useNow()
  const isBusy = useStore(useConsoleStores().keys, (state) => state.changing.isBusy)
  return (
    <ul className="rows">
      {apps.map((app) => {
        const { id, name, confidential, redirectUris, permissions, createdAt, revokedAt } = app
        return (
          <li key={id}>
            <div className="row-about">
              <span className="row-name">
                {name}
                <Badge tone="neutral">{confidential ? 'On a server' : 'On devices'}</Badge>
                {revokedAt !== null && <Badge tone="neutral">Revoked</Badge>}
              </span>
              <span className="code key-prefix">{id}</span>
              <span className="row-soft" title={permissions.join(', ')}>
                Answers go to {redirectUris.join(', ')}. May ask for {permissions.length}{' '}
                {permissions.length === 1 ? 'permission' : 'permissions'}.{' '}
                <time title={wholeTime(revokedAt ?? createdAt)}>
                  {revokedAt === null
                    ? `Registered ${ago(createdAt, now)}.`
                    : `Revoked ${ago(revokedAt, now)}.`}
                </time>
              </span>
            </div>
            {onRevoke !== null && (
              <Button
                disabled={isBusy}
                aria-label={`Revoke the app ${name}`}
                onClick={() => onRevoke(app)}
              >
                Revoke
              </Button>
            )}
          </li>
        )
      })}
    </ul>
  )
}
