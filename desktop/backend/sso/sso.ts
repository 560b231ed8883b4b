import { z } from 'zod'
import { RoleView } from '#rpc/people.ts'
import {
  type DomainWish,
  type NewSsoConnection,
  ProviderAnswer,
  type SsoChange,
  SsoConnection,
  type SsoView,
} from '#rpc/sso.ts'
import { askEdge, type EdgeSource, tellEdge } from '../edge/ask-edge.ts'
import { domainsAfter } from './domains-after.ts'

const PATH = '/api/v1/sso-connections'
const Connections = z.object({ data: z.array(SsoConnection) })
const Roles = z.object({ data: z.array(RoleView) })

const pathOf = (id: string) => `${PATH}/${encodeURIComponent(id)}`

/** @throws RpcError */
export const getSso = async (
  edge: EdgeSource,
  may: (permission: string) => boolean,
): Promise<SsoView> => {
  const [connections, roles] = await Promise.all([
    askEdge(edge, 'GET', PATH, Connections),
    may('roles:read') ? askEdge(edge, 'GET', '/api/v1/roles', Roles) : { data: [] },
  ])
  return { connections: connections.data, roles: roles.data }
}

/** @throws RpcError */
export const connect = async (
  edge: EdgeSource,
  { clientSecret, domains, ...connection }: NewSsoConnection,
): Promise<{ id: string }> => {
  const { id } = await askEdge(edge, 'POST', PATH, SsoConnection, {
    body: {
      ...connection,
      ...(clientSecret === null ? {} : { clientSecret }),
      domains: domains.map((domain) => ({ domain })),
    },
  })
  return { id }
}

/** @throws RpcError */
export const changeConnection = (
  edge: EdgeSource,
  id: string,
  change: SsoChange,
  reason: string | undefined,
): Promise<void> => tellEdge(edge, 'PATCH', pathOf(id), { body: change, reason })

/**
 * Changes one domain. The edge takes the whole list, and whoever is missing in it loses its proof: so the list
 * is asked for anew, not taken from a page that may be old.
 *
 * @throws RpcError
 */
export const changeDomain = async (
  edge: EdgeSource,
  id: string,
  domain: string,
  wish: DomainWish,
  reason: string | undefined,
): Promise<void> => {
  const { data } = await askEdge(edge, 'GET', PATH, Connections)
  const domains = data.find((connection) => connection.id === id)?.domains ?? []
  const body = { domains: domainsAfter(domains, domain, wish) }
  await tellEdge(edge, 'PATCH', pathOf(id), { body, reason })
}

/** @throws RpcError where the record is not found, with the record that is looked for */
export const proveDomain = (edge: EdgeSource, id: string, domain: string): Promise<void> =>
  tellEdge(edge, 'POST', `${pathOf(id)}/prove-domain`, { body: { domain } })

/** @throws RpcError */
export const testConnection = (edge: EdgeSource, id: string): Promise<ProviderAnswer> =>
  askEdge(edge, 'POST', `${pathOf(id)}/test`, ProviderAnswer)

/** @throws RpcError */
export const deleteConnection = (
  edge: EdgeSource,
  id: string,
  reason: string | undefined,
): Promise<void> => tellEdge(edge, 'DELETE', pathOf(id), { reason })
