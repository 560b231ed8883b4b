import { useState } from 'react'
import { useStore } from 'zustand'
import type { PeopleView } from '#rpc/people.ts'
import { ChangeRefusal } from '../../app/ChangeRefusal.tsx'
import { useConsoleStores } from '../../app/console-stores.ts'
import { permissionsOf, roleName } from '../../app/givable-roles.ts'
import { PermissionList, PermissionPicker } from '../../app/PermissionPicker.tsx'
import { useMe } from '../../app/use-me.ts'
import { FormDrawer } from '../../ui/FormDrawer.tsx'
import { NameField } from '../../ui/fields.tsx'
import { useMay } from '../session/use-may.ts'
import { newRoleId, OFFERED_IN_ROLES } from './role-choices.ts'

/**
 * What a role may do; for the workspace's own also to be changed.
 *
 * @param roleId null for a role that does not exist yet
 */
export const RoleDrawer = ({ view, roleId }: { view: PeopleView; roleId: string | null }) => {
  const { changing, saveRole, close } = useStore(useConsoleStores().people)
  const me = useMe()
  const role = view.roles.find(({ id }) => id === roleId)
  const isEditable = useMay('roles:write') && (roleId === null || role?.custom === true)
  const [name, setName] = useState(role?.name ?? '')
  const [chosen, setChosen] = useState<string[]>(role ? permissionsOf(role) : [])
  const given = name.trim()
  const id =
    roleId ??
    newRoleId(
      given,
      view.roles.map((each) => each.id),
    )
  if (!isEditable) {
    return (
      <FormDrawer
        title={`What ${roleName(view.roles, roleId ?? '')} may do`}
        action={null}
        isReady={false}
        onSubmit={close}
        onClose={close}
        refusal={null}
      >
        <PermissionList permissions={role ? permissionsOf(role) : []} />
      </FormDrawer>
    )
  }
  return (
    <FormDrawer
      title={roleId === null ? 'New role' : `Change the role ${role?.name ?? roleId}`}
      action="Save the role"
      isReady={given !== '' && !changing.isBusy}
      onSubmit={() => void saveRole({ id, name: given, permissions: chosen })}
      onClose={close}
      refusal={<ChangeRefusal change={changing} />}
    >
      <NameField
        note={roleId === null && given !== '' ? `In the API it is called ${id}.` : undefined}
        value={name}
        onChange={setName}
      />
      <PermissionPicker
        label="Whoever has it may"
        offered={OFFERED_IN_ROLES}
        chosen={chosen}
        mine={me.permissions}
        onChange={setChosen}
      />
      <p className="field-note">
        Inviting people, changing roles and sealing stay with owners and admins. Whoever has the
        role gets what you save within half a minute.
      </p>
    </FormDrawer>
  )
}
