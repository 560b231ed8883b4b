import { useStore } from 'zustand'
import type { RoleView } from '#rpc/people.ts'
import type { SsoConnection } from '#rpc/sso.ts'
import { ChangeRefusal } from '../../app/ChangeRefusal.tsx'
import { useConsoleStores } from '../../app/console-stores.ts'
import { roleName } from '../../app/givable-roles.ts'
import { useMe } from '../../app/use-me.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Button } from '../../ui/Button.tsx'
import { CopyLine } from '../../ui/CopyLine.tsx'
import { Drawer } from '../../ui/Drawer.tsx'
import { useEscape } from '../../ui/use-escape.ts'
import { useMay } from '../session/use-may.ts'
import { ConnectionSteps } from './ConnectionSteps.tsx'
import { DomainsSection } from './DomainsSection.tsx'
import { ProviderSection } from './ProviderSection.tsx'
import { type Rights, roleAbove } from './role-rules.ts'
import { connectionState, rulesWords, startOf } from './sso-words.ts'

/** One connection: how it stands, what is left to do, and all that can be changed of it. */
export const ConnectionDrawer = ({
  connection,
  roles,
  isNew,
}: {
  connection: SsoConnection
  roles: readonly RoleView[]
  isNew: boolean
}) => {
  const { changing, close, open } = useStore(useConsoleStores().sso)
  const mayWrite = useMay('sign-in:write')
  const above = roleAbove(useMe(), roles, connection)
  const rights: Rights = !mayWrite ? 'none' : above === null ? 'all' : 'off'
  useEscape(close)
  const { name } = connection
  const { label, tone, means } = connectionState(connection)
  return (
    <Drawer label={name} onClose={close}>
      <div className="drawer-scroll">
        <header className="drawer-header">
          <h2 className="drawer-title">{name}</h2>
          <Badge tone={tone}>{label}</Badge>
        </header>
        <section className="drawer-section sso-section">
          <p>{means}</p>
          {isNew && (
            <p>
              Two things are left: register the redirect address at the provider, and put the record
              of each domain into its DNS. Then sign in once yourself.
            </p>
          )}
          {rights === 'off' && above !== null && (
            <p>
              It gives the role {roleName(roles, above)}, which you cannot give: you can switch it
              off, and neither change nor delete it.
            </p>
          )}
          <CopyLine label="Where people begin" value={startOf(connection)} />
        </section>
        <ProviderSection connection={connection} rights={rights} />
        <DomainsSection connection={connection} rights={rights} />
        <section className="drawer-section sso-section">
          <h3>Roles</h3>
          <p>{rulesWords(connection, roles)}</p>
          {rights === 'all' && (
            <div className="row-steps">
              <Button onClick={() => open({ name: 'roles', id: connection.id })}>
                Change the roles
              </Button>
            </div>
          )}
        </section>
        {mayWrite && <ConnectionSteps connection={connection} rights={rights} />}
        <div className="sso-refusal">
          <ChangeRefusal change={changing} />
        </div>
      </div>
    </Drawer>
  )
}
