import { createRoute, z } from '@hono/zod-openapi'
import { accessChanged } from '../../access/access-changed.ts'
import { personOf } from '../../access/person-of.ts'
import { type ApiApp, apiApp, guarded } from '../../api/api-app.ts'
import { strictQuery } from '../../api/strict-query.ts'
import { ProblemError, problems } from '../../problems/problem.ts'
import { bodyRefusals, guardRefusals, problemContent } from '../../problems/problem-schema.ts'
import { controlStore } from '../../tenancy/directory-of.ts'
import { changeControl } from '../change-control.ts'
import { GivenName } from '../people/given-name.ts'
import { nameSession } from './name-session.ts'
import { endSessions, liveSessions, workspacesOf } from './session-list.ts'

const Session = z
  .object({
    id: z.string(),
    kind: z.enum(['browser', 'app']),
    name: z.string().openapi({ description: 'What you call it, or else `device`' }),
    device: z.string().openapi({
      description: 'As the browser and the app called themselves when they were let in',
    }),
    country: z.string().nullable(),
    workspaceId: z.string().nullable(),
    current: z.boolean(),
    createdAt: z.number().openapi({ description: 'Unix milliseconds' }),
    lastUsedAt: z.number().openapi({ description: 'Unix milliseconds' }),
  })
  .openapi('Session')

const SessionParams = z.object({ id: z.string().max(64) })
const SessionName = z
  .strictObject({
    name: GivenName.nullable().openapi({ description: 'Null takes the name back' }),
  })
  .openapi('SessionName')

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

const rename = createRoute({
  method: 'patch',
  path: '/api/v1/me/sessions/{id}',
  operationId: 'renameSession',
  tags: ['You'],
  summary: 'Give one of your devices a name',
  ...guarded('me:write'),
  request: {
    params: SessionParams,
    body: { required: true, content: { 'application/json': { schema: SessionName } } },
  },
  responses: {
    200: {
      description: 'The session as it is now',
      content: { 'application/json': { schema: Session } },
    },
    400: problemContent('The name is not valid'),
    404: problemContent('You have no such session'),
    ...bodyRefusals,
  },
})

const endOne = createRoute({
  method: 'delete',
  path: '/api/v1/me/sessions/{id}',
  operationId: 'endSession',
  tags: ['You'],
  summary: 'Sign one of your devices out',
  ...guarded('me:write'),
  request: { params: SessionParams },
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
export function sessionRoutes(): ApiApp {
  const app = apiApp()
  app.openapi(listSessions, async (c) => {
    const { userId, sessionId } = personOf(c.get('caller'))
    const sessions = await liveSessions(controlStore(c.env), userId, Date.now())
    const data = sessions.map((session) => ({ ...session, current: session.id === sessionId }))
    return c.json({ data }, 200)
  })
  app.openapi(rename, async (c) => {
    const { userId, sessionId } = personOf(c.get('caller'))
    const { id } = c.req.valid('param')
    const { name } = c.req.valid('json')
    const control = controlStore(c.env)
    const now = Date.now()
    const session = (await liveSessions(control, userId, now)).find((each) => each.id === id)
    if (!session) throw noSuchSession()
    await changeControl(c, [nameSession(userId, id, name)], {
      action: 'sessions.renamed',
      subject: { kind: 'session', id },
      at: now,
    })
    return c.json({ ...session, name: name ?? session.device, current: id === sessionId }, 200)
  })
  app.openapi(endOne, async (c) => {
    const { userId } = personOf(c.get('caller'))
    const { id } = c.req.valid('param')
    const now = Date.now()
    const which = { kind: 'one' as const, id }
    const { ended } = await endSessions(controlStore(c.env), userId, which, 'signed_out', now)
    if (ended.length === 0) throw noSuchSession()
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

const noSuchSession = () => new ProblemError(problems.notFound('session of yours with this id'))
