import { useState } from 'react'
import { useStore } from 'zustand'
import type { RoleView } from '#rpc/people.ts'
import type { SsoConnection } from '#rpc/sso.ts'
import { ChangeRefusal } from '../../app/ChangeRefusal.tsx'
import { useConsoleStores } from '../../app/console-stores.ts'
import { givableRoles } from '../../app/givable-roles.ts'
import { useMe } from '../../app/use-me.ts'
import { FormDrawer } from '../../ui/FormDrawer.tsx'
import { RoleRulesFields } from './RoleRulesFields.tsx'
import { draftOf, readRules } from './role-rules.ts'

/** Which roles a connection gives from now on. */
export const RolesDrawer = ({
  connection,
  roles,
}: {
  connection: SsoConnection
  roles: readonly RoleView[]
}) => {
  const { changing, changeRoles, open } = useStore(useConsoleStores().sso)
  const [draft, setDraft] = useState(draftOf(connection))
  const { id, name } = connection
  const read = readRules(
    draft,
    givableRoles(useMe(), roles).map((role) => role.id),
  )
  return (
    <FormDrawer
      title={`Roles of ${name}`}
      action="Save the roles"
      isReady={read.kind === 'rules' && !changing.isBusy}
      onSubmit={() => read.kind === 'rules' && void changeRoles(id, read.rules)}
      onClose={() => open({ name: 'connection', id, isNew: false })}
      refusal={<ChangeRefusal change={changing} />}
    >
      <p className="sso-lead">
        What you save counts at each person’s next sign-in. Sessions that are open keep the role
        they have; the last owner stays one.
      </p>
      <RoleRulesFields
        draft={draft}
        onChange={setDraft}
        roles={roles}
        about="As the provider calls it in its ID tokens or at its userinfo endpoint."
      />
    </FormDrawer>
  )
}
