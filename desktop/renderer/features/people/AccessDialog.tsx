import type { Member } from '#rpc/people.ts'
import { useMe } from '../../app/use-me.ts'
import { Dialog } from '../../ui/Dialog.tsx'

/** What it means to take somebody's access away, before it is done. */
export const AccessDialog = ({
  member,
  onConfirm,
  onClose,
}: {
  member: Member
  onConfirm: (reason: string) => void
  onClose: () => void
}) => {
  const isMe = useMe().email === member.email
  return (
    <Dialog
      title={`Take access away from ${member.name}?`}
      action="Take access away"
      isDangerous
      asksWhy
      onConfirm={onConfirm}
      onClose={onClose}
    >
      <p>
        {member.name} is signed out of this workspace within half a minute, with all apps. The
        console on their computer removes what it holds as soon as it reaches the edge.
      </p>
      <p>What they made stays, and access can be given back here.</p>
      {isMe && (
        <p>
          <strong>This is you.</strong> Somebody else has to let you in again.
        </p>
      )}
    </Dialog>
  )
}
