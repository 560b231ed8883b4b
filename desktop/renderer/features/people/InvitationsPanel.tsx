import { MailPlus } from 'lucide-react'
import { useStore } from 'zustand'
import type { Invitation, PeopleView } from '#rpc/people.ts'
import { useNow } from '../../app/clock.ts'
import { useConsoleStores } from '../../app/console-stores.ts'
import { roleName } from '../../app/givable-roles.ts'
import { ago, span, wholeTime } from '../../app/time-words.ts'
import { Badge, type BadgeTone } from '../../ui/Badge.tsx'
import { Button } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { useMay } from '../session/use-may.ts'

const STATES: Record<Invitation['state'], { label: string; tone: BadgeTone }> = {
  open: { label: 'Open', tone: 'info' },
  accepted: { label: 'Accepted', tone: 'good' },
  revoked: { label: 'Taken back', tone: 'neutral' },
  expired: { label: 'Expired', tone: 'warning' },
}

/** Who was invited: the open invitations, and behind a fold what became of the others. */
export const InvitationsPanel = ({ view }: { view: PeopleView }) => {
  const open = view.invitations.filter(({ state }) => state === 'open')
  const past = view.invitations.filter(({ state }) => state !== 'open')
  return (
    <Panel id="invitations" title="Open invitations" note={String(open.length)}>
      {open.length === 0 ? (
        <EmptyState
          icon={MailPlus}
          title="Nobody is waiting"
          text="Whoever is invited gets a mail with a link that works for seven days."
        />
      ) : (
        <InvitationRows invitations={open} view={view} />
      )}
      {past.length > 0 && (
        <details className="row-past">
          <summary>Earlier invitations ({past.length})</summary>
          <InvitationRows invitations={past} view={view} />
        </details>
      )}
    </Panel>
  )
}

const InvitationRows = ({
  invitations,
  view,
}: {
  invitations: readonly Invitation[]
  view: PeopleView
}) => {
  const now = useNow()
  const { takeBack, changing } = useStore(useConsoleStores().people)
  const mayWrite = useMay('members:write')
  return (
    <ul className="rows">
      {invitations.map(({ id, email, role, state, createdAt, expiresAt }) => (
        <li key={id}>
          <div className="row-about">
            <span className="row-name">
              {email}
              {state !== 'open' && <Badge tone={STATES[state].tone}>{STATES[state].label}</Badge>}
            </span>
            <span className="row-soft" title={wholeTime(createdAt)}>
              As {roleName(view.roles, role)}, invited {ago(createdAt, now)}
              {state === 'open' && `, works for ${daysLeft(expiresAt - now)}`}
            </span>
          </div>
          {state === 'open' && mayWrite && (
            <Button
              disabled={changing.isBusy}
              aria-label={`Take back the invitation of ${email}`}
              onClick={() => void takeBack(id)}
            >
              Take back
            </Button>
          )}
        </li>
      ))}
    </ul>
  )
}

const DAY_MS = 86_400_000

const daysLeft = (ms: number): string => {
  const days = Math.round(ms / DAY_MS)
  return days >= 2 ? `${days} days` : span(Math.max(0, ms))
}
