import { isRole, mayGiveRole } from '#shared/access/granted.ts'
import type { Permission } from '#shared/access/matrix.ts'

export interface MemberState {
  userId: string
  role: string
  isActive: boolean
}

/** Who asks, with what they may do themselves. */
export interface Giver {
  userId: string
  role: string
  permissions: readonly Permission[]
}

export type MemberChange =
  | { kind: 'role'; userId: string; role: string }
  | { kind: 'deactivate'; userId: string }
  | { kind: 'activate'; userId: string }

export type MemberRefusal = 'no_such_member' | 'no_such_role' | 'above_you' | 'last_owner'

export type MemberDecision =
  | { kind: 'change'; before: MemberState; after: MemberState }
  | { kind: 'unchanged' }
  | { kind: 'refused'; reason: MemberRefusal }

/**
 * Whether a member may be changed like this. Nobody touches or makes a role above their own, and a
 * workspace always keeps an owner who can sign in.
 *
 * @param customRoles the workspace's own roles, those that exist
 */
export function decideMemberChange(
  members: readonly MemberState[],
  customRoles: ReadonlyMap<string, readonly Permission[]>,
  giver: Giver,
  change: MemberChange,
): MemberDecision {
  const refused = (reason: MemberRefusal): MemberDecision => ({ kind: 'refused', reason })
  const before = members.find(({ userId }) => userId === change.userId)
  if (!before) return refused('no_such_member')
  const after: MemberState =
    change.kind === 'role'
      ? { ...before, role: change.role }
      : { ...before, isActive: change.kind === 'activate' }
  if (!isRole(after.role) && !customRoles.has(after.role)) return refused('no_such_role')
  const mayTouch = (role: string) => mayGiveRole(giver, role, customRoles.get(role) ?? null)
  if (!mayTouch(before.role) || !mayTouch(after.role)) return refused('above_you')
  if (before.role === after.role && before.isActive === after.isActive) return { kind: 'unchanged' }
  const isOwner = ({ role, isActive }: MemberState) => role === 'owner' && isActive
  const others = members.filter(({ userId }) => userId !== before.userId)
  if (isOwner(before) && !isOwner(after) && !others.some(isOwner)) return refused('last_owner')
  return { kind: 'change', before, after }
}
