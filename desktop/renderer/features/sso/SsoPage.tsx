import { useStore } from 'zustand'
import { ChangeRefusal } from '../../app/ChangeRefusal.tsx'
import { useConsoleStores } from '../../app/console-stores.ts'
import { EdgeAnswer } from '../../app/EdgeAnswer.tsx'
import { useFresh } from '../../app/use-fresh.ts'
import '../../ui/rows.css'
import { ConnectDrawer } from './ConnectDrawer.tsx'
import { ConnectionDrawer } from './ConnectionDrawer.tsx'
import { ConnectionsPanel } from './ConnectionsPanel.tsx'
import { RolesDrawer } from './RolesDrawer.tsx'
import './sso.css'

/** Through which identity providers people of the company sign in. */
export const SsoPage = () => {
  const { view, changing, drawer, refresh } = useStore(useConsoleStores().sso)
  useFresh(refresh)
  return (
    <EdgeAnswer remote={view} retry={refresh}>
      {({ connections, roles }) => {
        const opened =
          drawer === null || drawer.name === 'connect'
            ? undefined
            : connections.find(({ id }) => id === drawer.id)
        return (
          <div className="page-content">
            <div className="page-scroll">
              {drawer?.name !== 'connect' && !opened && <ChangeRefusal change={changing} />}
              <ConnectionsPanel connections={connections} roles={roles} />
            </div>
            {drawer?.name === 'connect' && <ConnectDrawer roles={roles} />}
            {drawer?.name === 'connection' && opened && (
              <ConnectionDrawer
                key={opened.id}
                connection={opened}
                roles={roles}
                isNew={drawer.isNew}
              />
            )}
            {drawer?.name === 'roles' && opened && (
              <RolesDrawer key={opened.id} connection={opened} roles={roles} />
            )}
          </div>
        )
      }}
    </EdgeAnswer>
  )
}
