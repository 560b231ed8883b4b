import { UserPlus } from 'lucide-react'
import { useState } from 'react'
import { useStore } from 'zustand'
import type { Member, PeopleView } from '#rpc/people.ts'
import { useNow } from '../../app/clock.ts'
import { useConsoleStores } from '../../app/console-stores.ts'
import { givableRoles, roleName } from '../../app/givable-roles.ts'
import { ago, wholeTime } from '../../app/time-words.ts'
import { useMe } from '../../app/use-me.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Button } from '../../ui/Button.tsx'
import { Select } from '../../ui/fields.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { useMay } from '../session/use-may.ts'
import { AccessDialog } from './AccessDialog.tsx'
import { RoleChangeDialog } from './RoleChangeDialog.tsx'
import { mayChange } from './role-choices.ts'

/** What was chosen for a member and waits for a yes. */
type Asked = { member: Member; kind: 'role'; role: string } | { member: Member; kind: 'access' }

/** Everybody who works here, with what can be changed about them. */
export const MembersPanel = ({ view }: { view: PeopleView }) => {
  const { open, giveRole, setActive } = useStore(useConsoleStores().people)
  const [asked, setAsked] = useState<Asked | null>(null)
  const mayWrite = useMay('members:write')
  const active = view.members.filter((member) => member.active).length
  const done = (work: () => Promise<void>): void => {
    setAsked(null)
    void work()
  }
  return (
    <Panel
      id="members"
      title="Members"
      note={String(active)}
      tools={
        mayWrite && (
          <Button kind="primary" onClick={() => open({ name: 'invite' })}>
            <UserPlus size={15} aria-hidden="true" /> Invite somebody
          </Button>
        )
      }
    >
      <ul className="rows">
        {view.members.map((member) => (
          <MemberRow
            key={member.userId}
            member={member}
            view={view}
            onRole={(role) => setAsked({ member, kind: 'role', role })}
            onAccess={() =>
              member.active
                ? setAsked({ member, kind: 'access' })
                : void setActive(member.userId, true)
            }
          />
        ))}
      </ul>
      {asked?.kind === 'role' && (
        <RoleChangeDialog
          member={asked.member}
          role={asked.role}
          view={view}
          onClose={() => setAsked(null)}
          onConfirm={(reason) => done(() => giveRole(asked.member.userId, asked.role, reason))}
        />
      )}
      {asked?.kind === 'access' && (
        <AccessDialog
          member={asked.member}
          onClose={() => setAsked(null)}
          onConfirm={(reason) => done(() => setActive(asked.member.userId, false, reason))}
        />
      )}
    </Panel>
  )
}

const MemberRow = ({
  member,
  view,
  onRole,
  onAccess,
}: {
  member: Member
  view: PeopleView
  onRole: (role: string) => void
  onAccess: () => void
}) => {
  const now = useNow()
  const me = useMe()
  const isBusy = useStore(useConsoleStores().people, (state) => state.changing.isBusy)
  const mayWrite = useMay('members:write') && mayChange(me, view.roles, member)
  const { name, email, role, active, secondFactor, lastSeenAt, joinedAt } = member
  const choices = givableRoles(me, view.roles).map(({ id }) => ({
    value: id,
    label: roleName(view.roles, id),
  }))
  return (
    <li className={active ? '' : 'member-inactive'}>
      <div className="row-about">
        <span className="row-name">
          {name}
          {email === me.email && <Badge tone="accent">You</Badge>}
          {!active && <Badge tone="bad">No access</Badge>}
        </span>
        <span className="row-soft">{email}</span>
      </div>
      <div className="member-facts">
        <Badge tone={secondFactor ? 'good' : 'warning'}>
          {secondFactor ? 'Second factor' : 'No second factor'}
        </Badge>
        <span className="row-soft" title={`Joined ${wholeTime(joinedAt)}`}>
          {lastSeenAt === null ? 'Has not signed in yet' : `Seen ${ago(lastSeenAt, now)}`}
        </span>
      </div>
      <div className="row-steps member-steps">
        {mayWrite && active ? (
          <Select
            label={`Role of ${name}`}
            value={role}
            disabled={isBusy}
            options={choices}
            onChange={(chosen) => {
              if (chosen !== role) onRole(chosen)
            }}
          />
        ) : (
          <span>{roleName(view.roles, role)}</span>
        )}
        {mayWrite && (
          <Button disabled={isBusy} onClick={onAccess} aria-label={accessLabel(member)}>
            {active ? 'Take access away' : 'Give access back'}
          </Button>
        )}
      </div>
    </li>
  )
}

const accessLabel = ({ active, name }: Member): string =>
  active ? `Take access away from ${name}` : `Give access back to ${name}`
