import { z } from 'zod'
import { Invitation, Member, type PeopleView, type RoleDraft, RoleView } from '#rpc/people.ts'
import { askEdge, type EdgeSource, tellEdge } from '../edge/ask-edge.ts'

const Members = z.object({ data: z.array(Member) })
const Invitations = z.object({ data: z.array(Invitation) })
const Roles = z.object({ data: z.array(RoleView) })
const Policy = z.object({ secondFactorRoles: z.array(z.string()) })
const Invited = z.object({ mail: z.enum(['sent', 'not_sent']) })

/** @throws RpcError */
export const getPeople = async (
  edge: EdgeSource,
  may: (permission: string) => boolean,
): Promise<PeopleView> => {
  const [members, invitations, roles, policy] = await Promise.all([
    askEdge(edge, 'GET', '/api/v1/members', Members),
    askEdge(edge, 'GET', '/api/v1/invitations', Invitations),
    may('roles:read') ? askEdge(edge, 'GET', '/api/v1/roles', Roles) : { data: [] },
    may('sign-in:read') ? askEdge(edge, 'GET', '/api/v1/sign-in-policy', Policy) : null,
  ])
  return {
    members: members.data,
    invitations: openFirst(invitations.data),
    roles: roles.data,
    secondFactorRoles: policy?.secondFactorRoles ?? null,
  }
}

const openFirst = (invitations: readonly Invitation[]): Invitation[] => {
  const isOpen = ({ state }: Invitation) => state === 'open'
  return [...invitations.filter(isOpen), ...invitations.filter((each) => !isOpen(each))]
}

/** @throws RpcError */
export const getNames = async (edge: EdgeSource) => {
  const { data } = await askEdge(edge, 'GET', '/api/v1/members', Members)
  return { people: data.map(({ userId, name, email }) => ({ userId, name, email })) }
}

/** @throws RpcError */
export const changeMember = (
  edge: EdgeSource,
  userId: string,
  change: { role: string } | { active: boolean },
  reason: string | undefined,
): Promise<void> =>
  tellEdge(edge, 'PATCH', `/api/v1/members/${encodeURIComponent(userId)}`, { body: change, reason })

/** @throws RpcError */
export const invite = (edge: EdgeSource, invitation: { email: string; role: string }) =>
  askEdge(edge, 'POST', '/api/v1/invitations', Invited, { body: invitation })

/** @throws RpcError */
export const takeBackInvitation = (edge: EdgeSource, id: string): Promise<void> =>
  tellEdge(edge, 'DELETE', `/api/v1/invitations/${encodeURIComponent(id)}`)

const rolePath = (id: string) => `/api/v1/roles/${encodeURIComponent(id)}`

/** @throws RpcError */
export const saveRole = (edge: EdgeSource, { id, ...role }: RoleDraft): Promise<void> =>
  tellEdge(edge, 'PUT', rolePath(id), { body: role })

/** @throws RpcError */
export const deleteRole = (
  edge: EdgeSource,
  id: string,
  reason: string | undefined,
): Promise<void> => tellEdge(edge, 'DELETE', rolePath(id), { reason })

/** @throws RpcError */
export const askSecondFactor = (
  edge: EdgeSource,
  roles: readonly string[],
  reason: string | undefined,
): Promise<void> =>
  tellEdge(edge, 'PUT', '/api/v1/sign-in-policy', { body: { secondFactorRoles: roles }, reason })
