import { useStore } from 'zustand'
import { ChangeRefusal } from '../../app/ChangeRefusal.tsx'
import { useConsoleStores } from '../../app/console-stores.ts'
import { EdgeAnswer } from '../../app/EdgeAnswer.tsx'
import { useFresh } from '../../app/use-fresh.ts'
import '../../ui/rows.css'
import { InvitationsPanel } from './InvitationsPanel.tsx'
import { InviteDrawer } from './InviteDrawer.tsx'
import { MembersPanel } from './MembersPanel.tsx'
import { RoleDrawer } from './RoleDrawer.tsx'
import { RolesPanel } from './RolesPanel.tsx'
import { SecondFactorPanel } from './SecondFactorPanel.tsx'
import './people.css'

/** An invitation that was accepted should be seen without asking. */
const REFRESH_EVERY_MS = 15_000

/** Who works in the workspace, who is invited, and what each of them may do. */
export const PeoplePage = () => {
  const { people, changing, drawer, notice, refresh } = useStore(useConsoleStores().people)
  useFresh(refresh, REFRESH_EVERY_MS)
  return (
    <EdgeAnswer remote={people} retry={refresh}>
      {(view) => (
        <div className="page-content">
          <div className="page-scroll">
            {drawer === null && <ChangeRefusal change={changing} />}
            <div role="status" className="page-notice-place">
              {notice !== null && <p className="page-notice">{notice}</p>}
            </div>
            <MembersPanel view={view} />
            <div className="people-columns">
              <div className="people-column">
                <InvitationsPanel view={view} />
                {view.secondFactorRoles !== null && (
                  <SecondFactorPanel view={view} demanded={view.secondFactorRoles} />
                )}
              </div>
              {view.roles.length > 0 && <RolesPanel view={view} />}
            </div>
          </div>
          {drawer?.name === 'invite' && <InviteDrawer view={view} />}
          {drawer?.name === 'role' && (
            <RoleDrawer key={drawer.roleId} view={view} roleId={drawer.roleId} />
          )}
        </div>
      )}
    </EdgeAnswer>
  )
}
