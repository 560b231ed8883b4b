import { KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import { useStore } from 'zustand'
import type { ApiKey } from '#rpc/keys.ts'
import { useNow } from '../../app/clock.ts'
import { useConsoleStores } from '../../app/console-stores.ts'
import { ago, wholeTime } from '../../app/time-words.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { useMay } from '../session/use-may.ts'
import { KIND_WORDS, reachWords } from './key-words.ts'

/** Keys that open something, and behind a fold those that did. */
export const KeysPanel = ({ keys }: { keys: readonly ApiKey[] }) => {
  const { open, revokeKey } = useStore(useConsoleStores().keys)
  const mayWrite = useMay('keys:write')
  const [asked, setAsked] = useState<ApiKey | null>(null)
  const live = keys.filter(({ revokedAt }) => revokedAt === null)
  const revoked = keys.filter(({ revokedAt }) => revokedAt !== null)
  return (
    <Panel
      id="keys"
      title="Keys"
      note={String(live.length)}
      tools={
        mayWrite && (
          <Button kind="primary" onClick={() => open({ name: 'key' })}>
            <Plus size={15} aria-hidden="true" /> Make a key
          </Button>
        )
      }
    >
      {live.length === 0 ? (
        <EmptyState
          icon={KeyRound}
          title="No key opens this workspace"
          text="A write key goes into your pages, a secret key onto your servers."
        />
      ) : (
        <KeyRows keys={live} onRevoke={mayWrite ? setAsked : null} />
      )}
      {revoked.length > 0 && (
        <details className="row-past">
          <summary>Revoked keys ({revoked.length})</summary>
          <KeyRows keys={revoked} onRevoke={null} />
        </details>
      )}
      {asked !== null && (
        <Dialog
          title={`Revoke the key ${asked.name}?`}
          action="Revoke the key"
          isDangerous
          onClose={() => setAsked(null)}
          onConfirm={() => {
            setAsked(null)
            void revokeKey(asked.id)
          }}
        >
          <p className="code">{asked.prefix}…</p>
          <p>
            Whatever uses it is refused after 30 seconds at most
            {asked.kind === 'write' && ': pages with it send no events and show their defaults'}.
          </p>
          <p>A revoked key does not come back; make another one first where it is in use.</p>
        </Dialog>
      )}
    </Panel>
  )
}

const KeyRows = ({
  keys,
  onRevoke,
}: {
  keys: readonly ApiKey[]
  onRevoke: ((key: ApiKey) => void) | null
}) => {
  const now = useNow()
  const isBusy = useStore(useConsoleStores().keys, (state) => state.changing.isBusy)
  return (
    <ul className="rows">
      {keys.map((key) => {
        const { id, name, kind, prefix, createdAt, revokedAt } = key
        const { label, means } = KIND_WORDS[kind]
        return (
          <li key={id}>
            <div className="row-about">
              <span className="row-name">
                {name}
                <Badge tone={kind === 'secret' ? 'warning' : 'info'} title={means}>
                  {label}
                </Badge>
                {revokedAt !== null && <Badge tone="neutral">Revoked</Badge>}
              </span>
              <span className="code key-prefix">{prefix}…</span>
              <span className="row-soft" title={key.permissions.join(', ')}>
                {reachWords(key)}{' '}
                <time title={wholeTime(revokedAt ?? createdAt)}>
                  {revokedAt === null
                    ? `Made ${ago(createdAt, now)}.`
                    : `Revoked ${ago(revokedAt, now)}.`}
                </time>
              </span>
            </div>
            {onRevoke !== null && (
              <Button
                disabled={isBusy}
                aria-label={`Revoke the key ${name}`}
                onClick={() => onRevoke(key)}
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
