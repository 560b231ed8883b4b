import { type ReactNode, useState } from 'react'
import { useStore } from 'zustand'
import { useNow } from '../../app/clock.ts'
import { useConsoleStores } from '../../app/console-stores.ts'
import { ago, wholeTime } from '../../app/time-words.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Panel } from '../../ui/Panel.tsx'

/** What somebody was let in with, and what can be taken back for good. */
export type Revocable = {
  id: string
  name: string
  permissions: readonly string[]
  createdAt: number
  revokedAt: number | null
}

/** What a row says of one. */
export type RevocableWords = {
  badge: ReactNode
  /** How it is known to programs. */
  code: string
  /** What it may do, in whole sentences. */
  about: string
}

/** Those that count, and behind a fold those that did; revoking asks first. */
export const RevocablePanel = <Item extends Revocable>({
  id,
  title,
  noun,
  created,
  items,
  tools,
  empty,
  words,
  consequences,
  onRevoke,
}: {
  id: string
  title: string
  /** What one is called in a sentence: `key`. */
  noun: string
  /** How one came to be: `Made`. */
  created: string
  items: readonly Item[]
  tools: ReactNode
  /** In the place of the list where none counts. */
  empty: ReactNode
  words: (item: Item) => RevocableWords
  /** What is felt when it is revoked. */
  consequences: (item: Item) => ReactNode
  /** Null for whoever may not. */
  onRevoke: ((id: string, reason: string) => Promise<void>) | null
}) => {
  const [asked, setAsked] = useState<Item | null>(null)
  const live = items.filter(({ revokedAt }) => revokedAt === null)
  const revoked = items.filter(({ revokedAt }) => revokedAt !== null)
  const rowOf = (item: Item) => (
    <RevocableRow key={item.id} item={item} words={words(item)} created={created}>
      {onRevoke !== null && item.revokedAt === null && (
        <RevokeButton label={`Revoke the ${noun} ${item.name}`} onClick={() => setAsked(item)} />
      )}
    </RevocableRow>
  )
  return (
    <Panel id={id} title={title} note={String(live.length)} tools={tools}>
      {live.length === 0 ? empty : <ul className="rows">{live.map(rowOf)}</ul>}
      {revoked.length > 0 && (
        <details className="row-past">
          <summary>
            Revoked {noun}s ({revoked.length})
          </summary>
          <ul className="rows">{revoked.map(rowOf)}</ul>
        </details>
      )}
      {asked !== null && (
        <Dialog
          title={`Revoke the ${noun} ${asked.name}?`}
          action={`Revoke the ${noun}`}
          isDangerous
          asksWhy
          onClose={() => setAsked(null)}
          onConfirm={(reason) => {
            setAsked(null)
            void onRevoke?.(asked.id, reason)
          }}
        >
          {consequences(asked)}
        </Dialog>
      )}
    </Panel>
  )
}

const RevocableRow = ({
  item: { name, permissions, createdAt, revokedAt },
  words: { badge, code, about },
  created,
  children,
}: {
  item: Revocable
  words: RevocableWords
  created: string
  children: ReactNode
}) => {
  const now = useNow()
  return (
    <li>
      <div className="row-about">
        <span className="row-name">
          {name}
          {badge}
          {revokedAt !== null && <Badge tone="neutral">Revoked</Badge>}
        </span>
        <span className="code key-prefix">{code}</span>
        <span className="row-soft" title={permissions.join(', ')}>
          {about}{' '}
          <time title={wholeTime(revokedAt ?? createdAt)}>
            {revokedAt === null
              ? `${created} ${ago(createdAt, now)}.`
              : `Revoked ${ago(revokedAt, now)}.`}
          </time>
        </span>
      </div>
      {children}
    </li>
  )
}

const RevokeButton = ({ label, onClick }: { label: string; onClick: () => void }) => {
  const isBusy = useStore(useConsoleStores().keys, (state) => state.changing.isBusy)
  return (
    <Button disabled={isBusy} aria-label={label} onClick={onClick}>
      Revoke
    </Button>
  )
}
