import { createRoute, z } from '@hono/zod-openapi'
import { described, PermissionName } from '#shared/access/granted.ts'
import { accessChanged } from '../../access/access-changed.ts'
import { personOf } from '../../access/person-of.ts'
import { type ApiApp, apiApp, guarded } from '../../api/api-app.ts'
import { strictQuery } from '../../api/strict-query.ts'
import { ProblemError, problems } from '../../problems/problem.ts'
import { guardRefusals, problemContent } from '../../problems/problem-schema.ts'
import { controlStore } from '../../tenancy/directory-of.ts'
import { changeControl } from '../change-control.ts'
import { endSessions, liveSessions, workspacesOf } from './session-list.ts'

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

const Session = z
  .object({
    id: z.string(),
    kind: z.enum(['browser', 'app']),
    name: z.string(),
    country: z.string().nullable(),
    workspaceId: z.string().nullable(),
    current: z.boolean(),
    createdAt: z.number().openapi({ description: 'Unix milliseconds' }),
    lastUsedAt: z.number().openapi({ description: 'Unix milliseconds' }),
  })
  .openapi('Session')

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

const listSessions = createRoute({
  method: 'get',
  path: '/api/v1/me/sessions',
  operationId: 'listSessions',
  tags: ['You'],
  summary: 'Where you are signed in, the latest used first',
  ...guarded('me:read'),
  request: { query: strictQuery({}) },
  responses: {
    200: {
      description: 'Your sessions',
      content: { 'application/json': { schema: z.object({ data: z.array(Session) }) } },
    },
    400: problemContent('The query is not valid'),
    ...guardRefusals,
  },
})

const endOne = createRoute({
  method: 'delete',
  path: '/api/v1/me/sessions/{id}',
  operationId: 'endSession',
  tags: ['You'],
  summary: 'Sign one of your devices out',
  ...guarded('me:write'),
  request: { params: z.object({ id: z.string().max(64) }) },
  responses: {
    204: { description: 'Signed out' },
    404: problemContent('You have no such session'),
    ...guardRefusals,
  },
})

const endOthers = createRoute({
  method: 'post',
  path: '/api/v1/me/sessions/end-others',
  operationId: 'endOtherSessions',
  tags: ['You'],
  summary: 'Sign out everywhere but here',
  ...guarded('me:write'),
  responses: {
    200: {
      description: 'Signed out',
      content: { 'application/json': { schema: z.object({ ended: z.number() }) } },
    },
    ...guardRefusals,
  },
})

/** Permissions `me:read` and `me:write`: always one's own. */
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
  app.openapi(listSessions, async (c) => {
    const { userId, sessionId } = personOf(c.get('caller'))
    const sessions = await liveSessions(controlStore(c.env), userId, Date.now())
    const data = sessions.map((session) => ({ ...session, current: session.id === sessionId }))
    return c.json({ data }, 200)
  })
  app.openapi(endOne, async (c) => {
    const { userId } = personOf(c.get('caller'))
    const { id } = c.req.valid('param')
    const now = Date.now()
    const which = { kind: 'one' as const, id }
    const { ended } = await endSessions(controlStore(c.env), userId, which, 'signed_out', now)
    if (ended.length === 0)
      throw new ProblemError(problems.notFound('session of yours with this id'))
    await accessChanged(c.env, workspacesOf(ended))
    await changeControl(c, [], {
      action: 'sessions.ended',
      subject: { kind: 'session', id },
      at: now,
    })
    return c.body(null, 204)
  })
  app.openapi(endOthers, async (c) => {
    const { userId, sessionId } = personOf(c.get('caller'))
    const now = Date.now()
    const which = { kind: 'all_but' as const, id: sessionId }
    const { ended } = await endSessions(controlStore(c.env), userId, which, 'signed_out', now)
    await accessChanged(c.env, workspacesOf(ended))
    await changeControl(c, [], {
      action: 'sessions.ended',
      subject: { kind: 'user', id: userId },
      at: now,
      after: { ended: ended.length },
    })
    return c.json({ ended: ended.length }, 200)
  })
  return app
}
