import { createRoute, z } from '@hono/zod-openapi'
import { desc, eq, lt, sql } from 'drizzle-orm'
import { type ApiApp, apiApp, guarded } from '../api/api-app.ts'
import { decodeCursor, PageQuery, pageFrom, pageOf } from '../api/page.ts'
import { strictQuery } from '../api/strict-query.ts'
import { originOf } from '../audit/origin.ts'
import { ProblemError, problems } from '../problems/problem.ts'
import { bodyRefusals, guardRefusals, problemContent } from '../problems/problem-schema.ts'
import { queryOf } from '../store/query.ts'
import { erasures } from '../store/workspace-schema.ts'
import { workspaceStore } from '../store/workspace-store.ts'
import { ErasureSubject } from './subject.ts'

const Erasure = z
  .object({
    erasureId: z.string(),
    requestedAt: z.number(),
    finishedAt: z.number().nullable().openapi({
      description: 'When the last visitor object had forgotten; null while some still work on it',
    }),
    events: z.number().openapi({ description: 'Stored events that were deleted' }),
    visitors: z.number(),
    persons: z.number(),
  })
  .openapi('Erasure')

const eraseSubject = createRoute({
  method: 'post',
  path: '/api/v1/erasures',
  operationId: 'eraseSubject',
  tags: ['Privacy'],
  summary: 'Erase a person, named by visitor id, user id or e-mail address',
  description:
    'Deletes every event of the person and all that was derived from them, on all devices, and refuses ' +
    'what happened before and arrives later. It cannot be undone. Repeating it is harmless.',
  ...guarded('erasures:write'),
  request: {
    body: { required: true, content: { 'application/json': { schema: ErasureSubject } } },
  },
  responses: {
    202: {
      description: 'Deleted from the store; visitor objects and replicas follow within seconds',
      content: { 'application/json': { schema: Erasure } },
    },
    400: problemContent('The body is not valid'),
    ...bodyRefusals,
  },
})

const getErasure = createRoute({
  method: 'get',
  path: '/api/v1/erasures/{id}',
  operationId: 'getErasure',
  tags: ['Privacy'],
  summary: 'How far an erasure is',
  ...guarded('erasures:read'),
  request: { params: z.object({ id: z.string().max(100) }), query: strictQuery({}) },
  responses: {
    200: { description: 'The erasure', content: { 'application/json': { schema: Erasure } } },
    404: problemContent('There is no such erasure'),
    ...guardRefusals,
  },
})

const listErasures = createRoute({
  method: 'get',
  path: '/api/v1/erasures',
  operationId: 'listErasures',
  tags: ['Privacy'],
  summary: 'Erasures, the newest first; nothing in them tells who was erased',
  ...guarded('erasures:read'),
  request: { query: strictQuery(PageQuery) },
  responses: {
    200: { description: 'A page', content: { 'application/json': { schema: pageOf(Erasure) } } },
    400: problemContent('The query is not valid'),
    ...guardRefusals,
  },
})

/** Permissions `erasures:write` and `erasures:read`. */
export function erasureRoutes(): ApiApp {
  const app = apiApp()
  app.openapi(eraseSubject, async (c) => {
    const projector = c.env.PROJECTOR.getByName(c.get('caller').workspace.id)
    const receipt = await projector.erase(c.req.valid('json'), originOf(c))
    return c.json({ ...receipt, finishedAt: null }, 202)
  })
  app.openapi(getErasure, async (c) => {
    const store = queryOf(workspaceStore(c.env, c.get('caller').workspace))
    const [found] = await store
      .select()
      .from(erasures)
      .where(eq(erasures.erasureId, c.req.valid('param').id))
    if (!found) throw new ProblemError(problems.notFound('erasure of this id'))
    return c.json(found, 200)
  })
  app.openapi(listErasures, async (c) => {
    const { limit, cursor } = c.req.valid('query')
    const store = queryOf(workspaceStore(c.env, c.get('caller').workspace))
    const before = cursor
      ? decodeCursor(cursor, z.tuple([z.number(), z.string()]))
      : [Number.MAX_SAFE_INTEGER, '']
    const found = await store
      .select()
      .from(erasures)
      .where(
        lt(
          sql`(${erasures.requestedAt}, ${erasures.erasureId})`,
          sql`(${before[0]}, ${before[1]})`,
        ),
      )
      .orderBy(desc(erasures.requestedAt), desc(erasures.erasureId))
      .limit(limit + 1)
    return c.json(
      pageFrom(found, limit, (row) => [row.requestedAt, row.erasureId]),
      200,
    )
  })
  return app
}
