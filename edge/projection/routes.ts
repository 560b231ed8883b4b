import { createRoute, z } from '@hono/zod-openapi'
import { type ApiApp, apiApp, guarded } from '../api/api-app.ts'
import { originOf } from '../audit/origin.ts'
import { guardRefusals } from '../problems/problem-schema.ts'

const rebuild = createRoute({
  method: 'post',
  path: '/api/v1/projection/rebuild',
  operationId: 'rebuildProjection',
  tags: ['Events'],
  summary: 'Fold everything derived again from the events',
  description:
    'Visitors, sessions, persons and rollups are emptied and built again, which takes as long as the ' +
    'events take to fold; `/api/v1/ingest/lag` tells how far it is. Consoles start anew meanwhile.',
  ...guarded('projection:write'),
  responses: {
    202: {
      description: 'Begun',
      content: { 'application/json': { schema: z.object({ begun: z.literal(true) }) } },
    },
    ...guardRefusals,
  },
})

/** Permission `projection:write`. */
export function projectionRoutes(): ApiApp {
  const app = apiApp()
  app.openapi(rebuild, async (c) => {
    await c.env.PROJECTOR.getByName(c.get('caller').workspace.id).rebuild(originOf(c))
    return c.json({ begun: true as const }, 202)
  })
  return app
}
