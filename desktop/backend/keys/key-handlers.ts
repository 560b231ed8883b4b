import { z } from 'zod'
import { ApiKey, KEY_METHODS, type NewKey, RegisteredApp } from '#rpc/keys.ts'
import type { RpcHandlers } from '#rpc/server.ts'
import { askEdge, type EdgeSource, tellEdge } from '../edge/ask-edge.ts'

const Keys = z.object({ data: z.array(ApiKey) })
const Apps = z.object({ data: z.array(RegisteredApp) })

export function keyHandlers(edge: EdgeSource): Pick<RpcHandlers, keyof typeof KEY_METHODS> {
  return {
    'keys.list': async () => ({ keys: (await askEdge(edge, 'GET', '/api/v1/keys', Keys)).data }),
    'keys.make': (key) =>
      askEdge(edge, 'POST', '/api/v1/keys', KEY_METHODS['keys.make'].output, { body: bodyOf(key) }),
    'keys.revoke': async ({ id, reason }) => {
      await tellEdge(edge, 'DELETE', `/api/v1/keys/${encodeURIComponent(id)}`, { reason })
      return {}
    },
    'apps.list': async () => ({ apps: (await askEdge(edge, 'GET', '/api/v1/apps', Apps)).data }),
    'apps.register': (app) =>
      askEdge(edge, 'POST', '/api/v1/apps', KEY_METHODS['apps.register'].output, { body: app }),
    'apps.revoke': async ({ id, reason }) => {
      await tellEdge(edge, 'DELETE', `/api/v1/apps/${encodeURIComponent(id)}`, { reason })
      return {}
    },
  }
}

/** The edge takes no null for "any site". */
const bodyOf = (key: NewKey) => {
  if (key.kind === 'secret') return key
  const { allowedOrigins, ...rest } = key
  return allowedOrigins === null ? rest : key
}
