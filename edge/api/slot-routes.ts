import { createRoute, z } from '@hono/zod-openapi'
import { eq } from 'drizzle-orm'
import { Slot } from '#shared/targeting/slot.ts'
import { originOf } from '../audit/origin.ts'
import { ProblemError, problems } from '../problems/problem.ts'
import { bodyRefusals, guardRefusals, problemContent } from '../problems/problem-schema.ts'
import { queryOf } from '../store/query.ts'
import { slots } from '../store/workspace-schema.ts'
import { workspaceStore } from '../store/workspace-store.ts'
import { type ApiApp, apiApp, guarded } from './api-app.ts'
import { strictQuery } from './strict-query.ts'

const saveSlot = createRoute({
  method: 'put',
  path: '/api/v1/slots/{key}',
  operationId: 'saveSlot',
  tags: ['Personalization'],
  summary: 'Save a slot; pages change only when it is published',
  ...guarded('slots:write'),
  request: {
    params: z.object({ key: z.string() }),
    body: { required: true, content: { 'application/json': { schema: Slot } } },
  },
  responses: {
    200: {
      description: 'Saved',
      content: { 'application/json': { schema: z.object({ editVersion: z.number() }) } },
    },
    400: problemContent('The slot is not valid'),
    ...bodyRefusals,
  },
})

const listSlots = createRoute({
  method: 'get',
  path: '/api/v1/slots',
  operationId: 'listSlots',
  tags: ['Personalization'],
  summary: 'All slots as last saved',
  ...guarded('slots:read'),
  request: { query: strictQuery({}) },
  responses: {
    200: {
      description: 'The slots',
      content: { 'application/json': { schema: z.object({ data: z.array(Slot) }) } },
    },
    400: problemContent('The query is not valid'),
    ...guardRefusals,
  },
})

const publishSlots = createRoute({
  method: 'post',
  path: '/api/v1/slots/publish',
  operationId: 'publishSlots',
  tags: ['Personalization'],
  summary: 'Publish all slots as one version; every edge serves it within a minute',
  ...guarded('slots:write'),
  responses: {
    200: {
      description: 'Published',
      content: { 'application/json': { schema: z.object({ version: z.number() }) } },
    },
    409: problemContent('The slots as a whole cannot be served; nothing was published'),
    ...guardRefusals,
  },
})

/** Permissions `slots:read` and `slots:write`. */
export function slotRoutes(): ApiApp {
  const app = apiApp()
  app.openapi(saveSlot, async (c) => {
    const slot = c.req.valid('json')
    if (slot.key !== c.req.valid('param').key) {
      throw new ProblemError(
        problems.invalid('The key in the address and in the body differ.', 'key'),
      )
    }
    const hub = c.env.WORKSPACE_HUB.getByName(c.get('caller').workspace.id)
    return c.json(await hub.saveSlot(slot, originOf(c)), 200)
  })
  app.openapi(listSlots, async (c) => {
    const found = await queryOf(workspaceStore(c.env, c.get('caller').workspace))
      .select({ definition: slots.definition })
      .from(slots)
      .where(eq(slots.deleted, false))
      .orderBy(slots.key)
    return c.json({ data: found.map(({ definition }) => Slot.parse(definition)) }, 200)
  })
  app.openapi(publishSlots, async (c) => {
    const hub = c.env.WORKSPACE_HUB.getByName(c.get('caller').workspace.id)
    const published = await hub.publish(originOf(c))
    if (published.kind === 'refused') {
      const next = 'Bring the slots within what one version holds, then publish again.'
      throw new ProblemError(problems.conflict(published.reason, next))
    }
    return c.json({ version: published.version }, 200)
  })
  return app
}
