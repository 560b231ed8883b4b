import type { PEOPLE_METHODS } from '#rpc/people.ts'
import type { RpcHandlers } from '#rpc/server.ts'
import type { EdgeSource } from '../edge/ask-edge.ts'
import {
  askSecondFactor,
  changeMember,
  deleteRole,
  getNames,
  getPeople,
  invite,
  saveRole,
  takeBackInvitation,
} from './people.ts'

/** @param may what the person's role carries: what it does not is not asked for */
export function peopleHandlers(
  edge: EdgeSource,
  may: (permission: string) => boolean,
): Pick<RpcHandlers, keyof typeof PEOPLE_METHODS> {
  return {
    'people.get': () => getPeople(edge, may),
    'people.names': () => getNames(edge),
    'people.changeMember': async ({ userId, change, reason }) => {
      await changeMember(edge, userId, change, reason)
      return {}
    },
    'people.invite': (invitation) => invite(edge, invitation),
    'people.takeBack': async ({ invitationId }) => {
      await takeBackInvitation(edge, invitationId)
      return {}
    },
    'people.saveRole': async (role) => {
      await saveRole(edge, role)
      return {}
    },
    'people.deleteRole': async ({ id, reason }) => {
      await deleteRole(edge, id, reason)
      return {}
    },
    'people.askSecondFactor': async ({ roles, reason }) => {
      await askSecondFactor(edge, roles, reason)
      return {}
    },
  }
}
