import { useState } from 'react'
import { useStore } from 'zustand'
import type { PeopleView } from '#rpc/people.ts'
import { ChangeRefusal } from '../../app/ChangeRefusal.tsx'
import { useConsoleStores } from '../../app/console-stores.ts'
import { givableRoles, permissionsOf, roleName } from '../../app/givable-roles.ts'
import { PermissionList } from '../../app/PermissionPicker.tsx'
import { useMe } from '../../app/use-me.ts'
import { FormDrawer } from '../../ui/FormDrawer.tsx'
import { Field } from '../../ui/fields.tsx'

/** Most people who are invited work on campaigns. */
const USUAL_ROLE = 'marketer'

/** Invites somebody by mail, and says what they will be able to do. */
export const InviteDrawer = ({ view }: { view: PeopleView }) => {
  const { changing, invite, close } = useStore(useConsoleStores().people)
  const roles = givableRoles(useMe(), view.roles)
  const usual = roles.find(({ id }) => id === USUAL_ROLE) ?? roles[0]
  const [email, setEmail] = useState('')
  const [roleId, setRoleId] = useState(usual?.id ?? '')
  const chosen = roles.find(({ id }) => id === roleId)
  const address = email.trim()
  return (
    <FormDrawer
      title="Invite somebody"
      action="Send the invitation"
      isReady={address.includes('@') && chosen !== undefined && !changing.isBusy}
      onSubmit={() => void invite(address, roleId)}
      onClose={close}
      refusal={<ChangeRefusal change={changing} />}
    >
      <Field label="E-mail address" note="A link goes there; it works once, within seven days.">
        <input
          className="field-input"
          type="email"
          autoComplete="off"
          required
          maxLength={254}
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
      </Field>
      <Field label="Role">
        <select
          className="field-input"
          value={roleId}
          onChange={(event) => setRoleId(event.target.value)}
        >
          {roles.map(({ id }) => (
            <option key={id} value={id}>
              {roleName(view.roles, id)}
            </option>
          ))}
        </select>
      </Field>
      {chosen !== undefined && <PermissionList permissions={permissionsOf(chosen)} />}
    </FormDrawer>
  )
}
