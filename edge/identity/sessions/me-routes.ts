import { createRoute, z } from '@hono/zod-openapi'
import { described, PermissionName } from '#shared/access/granted.ts'
import { personOf } from '../../access/person-of.ts'
import { type ApiApp, apiApp, guarded } from '../../api/api-app.ts'
import { strictQuery } from '../../api/strict-query.ts'
import { guardRefusals, problemContent } from '../../problems/problem-schema.ts'

const Me = z
  .object({
    userId: z.string(),
    email: z.string(),
    name: z.string(),
    role: z.string(),
    sessionId: z.string(),
    workspace: z.object({ id: z.string(), name: z.string(), timezone: z.string() }),
    permissions: z.array(z.object({ permission: PermissionName, confirm: z.boolean() })),
    confirmedAt: z
      .number()
      .openapi({ description: 'When you last proved who you are; Unix milliseconds' }),
  })
  .openapi('Me')

const me = createRoute({
  method: 'get',
  path: '/api/v1/me',
  operationId: 'me',
  tags: ['You'],
  summary: 'Who you are here, and what you may do',
  ...guarded('me:read'),
  request: { query: strictQuery({}) },
  responses: {
    200: { description: 'You', content: { 'application/json': { schema: Me } } },
    400: problemContent('The query is not valid'),
    ...guardRefusals,
  },
})

/** Permission `me:read`. One's sessions are in session-routes.ts. */
export function meRoutes(): ApiApp {
  const app = apiApp()
  app.openapi(me, (c) => {
    const { workspace, permissions, ...caller } = personOf(c.get('caller'))
    return c.json(
      {
        userId: caller.userId,
        email: caller.email,
        name: caller.name,
        role: caller.role,
        sessionId: caller.sessionId,
        workspace: { id: workspace.id, name: workspace.name, timezone: workspace.timezone },
        permissions: permissions.map(described),
        confirmedAt: caller.confirmedAt,
      },
      200,
    )
  })
  return app
}
