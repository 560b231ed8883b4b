import type { RpcHandlers } from '#rpc/server.ts'
import type { SSO_METHODS } from '#rpc/sso.ts'
import type { EdgeSource } from '../edge/ask-edge.ts'
import {
  changeConnection,
  changeDomain,
  connect,
  deleteConnection,
  getSso,
  proveDomain,
  testConnection,
} from './sso.ts'

/** @param may what the person's role carries: what it does not is not asked for */
export function ssoHandlers(
  edge: EdgeSource,
  may: (permission: string) => boolean,
): Pick<RpcHandlers, keyof typeof SSO_METHODS> {
  return {
    'sso.get': () => getSso(edge, may),
    'sso.connect': (connection) => connect(edge, connection),
    'sso.change': async ({ id, change, reason }) => {
      await changeConnection(edge, id, change, reason)
      return {}
    },
    'sso.changeDomain': async ({ id, domain, wish, reason }) => {
      await changeDomain(edge, id, domain, wish, reason)
      return {}
    },
    'sso.proveDomain': async ({ id, domain }) => {
      await proveDomain(edge, id, domain)
      return {}
    },
    'sso.test': ({ id }) => testConnection(edge, id),
    'sso.delete': async ({ id, reason }) => {
      await deleteConnection(edge, id, reason)
      return {}
    },
  }
}
