import { createRoute, z } from '@hono/zod-openapi'
import { guarded } from '../../../api/api-app.ts'
import { strictQuery } from '../../../api/strict-query.ts'
import { bodyRefusals, guardRefusals, problemContent } from '../../../problems/problem-schema.ts'
import { Connection, ConnectionChange, Domain, NewConnection } from './contract.ts'

const params = z.object({ id: z.string().max(64) })
const connectionContent = { 'application/json': { schema: Connection } }
const unknownHere = { 404: problemContent('The workspace has no such connection') }

export const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/sso-connections',
  operationId: 'listSsoConnections',
  tags: ['Sign-in'],
  summary: 'The identity providers through which people of this workspace sign in',
  ...guarded('sign-in:read'),
  request: { query: strictQuery({}) },
  responses: {
    200: {
      description: 'The connections, the latest first',
      content: { 'application/json': { schema: z.object({ data: z.array(Connection) }) } },
    },
    400: problemContent('The query is not valid'),
    ...guardRefusals,
  },
})

export const createConnectionRoute = createRoute({
  method: 'post',
  path: '/api/v1/sso-connections',
  operationId: 'createSsoConnection',
  tags: ['Sign-in'],
  summary: 'Connect an identity provider (OpenID Connect)',
  description:
    'It leads nobody anywhere until one of its domains is proven. Issuer and client stay as they are.',
  ...guarded('sign-in:write'),
  request: {
    body: { required: true, content: { 'application/json': { schema: NewConnection } } },
  },
  responses: {
    201: { description: 'Connected', content: connectionContent },
    400: problemContent('The connection is not valid'),
    409: problemContent('You would lock yourself out'),
    ...bodyRefusals,
  },
})

export const changeRoute = createRoute({
  method: 'patch',
  path: '/api/v1/sso-connections/{id}',
  operationId: 'changeSsoConnection',
  tags: ['Sign-in'],
  summary: 'Change a connection, or switch it off and on; what is left out stays',
  ...guarded('sign-in:write'),
  request: {
    params,
    body: { required: true, content: { 'application/json': { schema: ConnectionChange } } },
  },
  responses: {
    200: { description: 'The connection as it is now', content: connectionContent },
    400: problemContent('The change is not valid'),
    409: problemContent('You would lock yourself out, or the domain is taken'),
    ...unknownHere,
    ...bodyRefusals,
  },
})

export const deleteRoute = createRoute({
  method: 'delete',
  path: '/api/v1/sso-connections/{id}',
  operationId: 'deleteSsoConnection',
  tags: ['Sign-in'],
  summary: 'Delete a connection and what it knows of who is who; accounts and members stay',
  ...guarded('sign-in:write'),
  request: { params },
  responses: {
    204: { description: 'Deleted' },
    ...unknownHere,
    ...guardRefusals,
  },
})

export const proveRoute = createRoute({
  method: 'post',
  path: '/api/v1/sso-connections/{id}/prove-domain',
  operationId: 'proveSsoDomain',
  tags: ['Sign-in'],
  summary: 'Look for the TXT record that proves a domain',
  ...guarded('sign-in:write'),
  request: {
    params,
    body: {
      required: true,
      content: { 'application/json': { schema: z.strictObject({ domain: Domain }) } },
    },
  },
  responses: {
    200: {
      description: 'Proven; people of the domain come here from now on',
      content: connectionContent,
    },
    400: problemContent('The domain is not valid'),
    409: problemContent('There is no such record, or another connection has the domain'),
    ...unknownHere,
    ...bodyRefusals,
  },
})

const TestAnswer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('works'), authorizationEndpoint: z.string() }),
  z.object({ kind: z.enum(['unreachable', 'unfit']), reason: z.string() }),
])

export const testRoute = createRoute({
  method: 'post',
  path: '/api/v1/sso-connections/{id}/test',
  operationId: 'testSsoConnection',
  tags: ['Sign-in'],
  summary: 'Ask the provider what it says of itself',
  description: 'Whether it takes client and secret shows at the first sign-in.',
  ...guarded('sign-in:write'),
  request: { params },
  responses: {
    200: {
      description: 'What was found',
      content: { 'application/json': { schema: TestAnswer } },
    },
    ...unknownHere,
    ...guardRefusals,
  },
})
