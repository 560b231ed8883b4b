import { Plus } from 'lucide-react'
import { useState } from 'react'
import { useStore } from 'zustand'
import type { PeopleView, RoleView } from '#rpc/people.ts'
import { useConsoleStores } from '../../app/console-stores.ts'
import { roleName } from '../../app/givable-roles.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { useMay } from '../session/use-may.ts'

/** The roles there are, those of the workspace behind those that come with Edgewise. */
export const RolesPanel = ({ view }: { view: PeopleView }) => {
  const { open, deleteRole, changing } = useStore(useConsoleStores().people)
  const [asked, setAsked] = useState<RoleView | null>(null)
  const mayWrite = useMay('roles:write')
  return (
    <Panel
      id="roles"
      title="Roles"
      tools={
        mayWrite && (
          <Button onClick={() => open({ name: 'role', roleId: null })}>
            <Plus size={15} aria-hidden="true" /> New role
          </Button>
        )
      }
    >
      <ul className="rows">
        {view.roles.map((role) => {
          const name = roleName(view.roles, role.id)
          const isOurs = role.custom && mayWrite
          return (
            <li key={role.id}>
              <div className="row-about">
                <span className="row-name">
                  {name} {role.custom && <Badge tone="accent">Your own</Badge>}
                </span>
                <span className="row-soft">{heldBy(view, role.id)}</span>
              </div>
              <div className="row-steps">
                <Button
                  aria-label={isOurs ? `Change the role ${name}` : `What ${name} may do`}
                  onClick={() => open({ name: 'role', roleId: role.id })}
                >
                  {isOurs ? 'Change' : 'What it may do'}
                </Button>
                {isOurs && (
                  <Button
                    disabled={changing.isBusy}
                    aria-label={`Delete the role ${name}`}
                    onClick={() => setAsked(role)}
                  >
                    Delete
                  </Button>
                )}
              </div>
            </li>
          )
        })}
      </ul>
      {asked !== null && (
        <Dialog
          title={`Delete the role ${asked.name}?`}
          action="Delete the role"
          isDangerous
          asksWhy
          onClose={() => setAsked(null)}
          onConfirm={(reason) => {
            setAsked(null)
            void deleteRole(asked.id, reason)
          }}
        >
          <p>Nobody can be given it any more. Whoever has it needs another role first.</p>
        </Dialog>
      )}
    </Panel>
  )
}

const heldBy = ({ members }: PeopleView, roleId: string): string => {
  const held = members.filter(({ role, active }) => role === roleId && active).length
  if (held === 0) return 'Nobody has it'
  return held === 1 ? '1 member has it' : `${held} members have it`
}
