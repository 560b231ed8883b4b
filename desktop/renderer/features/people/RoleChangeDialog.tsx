import type { Member, PeopleView } from '#rpc/people.ts'
import { permissionsOf, roleName } from '../../app/givable-roles.ts'
import { difference } from '../../app/permission-words.ts'
import { useMe } from '../../app/use-me.ts'
import { Dialog } from '../../ui/Dialog.tsx'

/** What another role means for somebody, before they get it. */
export const RoleChangeDialog = ({
  member,
  role,
  view,
  onConfirm,
  onClose,
}: {
  member: Member
  role: string
  view: PeopleView
  onConfirm: (reason: string) => void
  onClose: () => void
}) => {
  const isMe = useMe().email === member.email
  const held = (id: string) => view.roles.find((each) => each.id === id)
  const [before, after] = [held(member.role), held(role)]
  const { gains, loses } = difference(
    before ? permissionsOf(before) : [],
    after ? permissionsOf(after) : [],
  )
  return (
    <Dialog
      title={`Give ${member.name} the role ${roleName(view.roles, role)}?`}
      action="Change the role"
      asksWhy
      onConfirm={onConfirm}
      onClose={onClose}
    >
      {gains.length > 0 && <p>May then also {gains.join(', ')}.</p>}
      {loses.length > 0 && <p>May no longer {loses.join(', ')}.</p>}
      {gains.length + loses.length === 0 && <p>Nothing changes in what {member.name} may do.</p>}
      {role === 'owner' && <p>Owners can also take your own role away.</p>}
      {isMe && (
        <p>
          <strong>This is you.</strong> You may not be able to undo it yourself.
        </p>
      )}
      <p>It counts everywhere within half a minute, and at once on open connections.</p>
    </Dialog>
  )
}
