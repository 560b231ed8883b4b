import { KeyRound, Plus } from 'lucide-react'
import { useStore } from 'zustand'
import type { ApiKey } from '#rpc/keys.ts'
import { useConsoleStores } from '../../app/console-stores.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Button } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { useMay } from '../session/use-may.ts'
import { KIND_WORDS, reachWords } from './key-words.ts'
import { RevocablePanel, type RevocableWords } from './RevocablePanel.tsx'

/** Keys that open something, and behind a fold those that did. */
export const KeysPanel = ({ keys }: { keys: readonly ApiKey[] }) => {
  const { open, revokeKey } = useStore(useConsoleStores().keys)
  const mayWrite = useMay('keys:write')
  return (
    <RevocablePanel
      id="keys"
      title="Keys"
      noun="key"
      created="Made"
      items={keys}
      tools={
        mayWrite && (
          <Button kind="primary" onClick={() => open({ name: 'key' })}>
            <Plus size={15} aria-hidden="true" /> Make a key
          </Button>
        )
      }
      empty={
        <EmptyState
          icon={KeyRound}
          title="No key opens this workspace"
          text="A write key goes into your pages, a secret key onto your servers."
        />
      }
      words={wordsOf}
      consequences={consequencesOf}
      onRevoke={mayWrite ? revokeKey : null}
    />
  )
}

const wordsOf = (key: ApiKey): RevocableWords => {
  const { label, means } = KIND_WORDS[key.kind]
  return {
    badge: (
      <Badge tone={key.kind === 'secret' ? 'warning' : 'info'} title={means}>
        {label}
      </Badge>
    ),
    code: `${key.prefix}…`,
    about: reachWords(key),
  }
}

const consequencesOf = ({ prefix, kind }: ApiKey) => (
  <>
    <p className="code">{prefix}…</p>
    <p>
      Whatever uses it is refused after 30 seconds at most
      {kind === 'write' && ': pages with it send no events and show their defaults'}.
    </p>
    <p>A revoked key does not come back; make another one first where it is in use.</p>
  </>
)
