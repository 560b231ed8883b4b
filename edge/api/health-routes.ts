import { createRoute, z } from '@hono/zod-openapi'
import { guardRefusals, problemContent } from '../problems/problem-schema.ts'
import { directoryOf } from '../tenancy/directory-of.ts'
import { type ApiApp, apiApp, guarded } from './api-app.ts'
import { strictQuery } from './strict-query.ts'
import { workspaceLag, worstLag } from './workspace-lag.ts'

const health = createRoute({
  method: 'get',
  path: '/healthz',
  operationId: 'health',
  tags: ['Operations'],
  summary: 'Whether the edge can reach the store, and how far drain and projection are behind',
  ...guarded('public'),
  responses: {
    200: {
      description: 'Healthy',
      content: {
        'application/json': {
          schema: z.object({
            status: z.literal('ok'),
            store: z.literal('reachable'),
            drainBacklogRows: z.number().openapi({ description: 'The largest of any workspace' }),
            projectionLagEvents: z
              .number()
              .openapi({ description: 'The largest of any workspace' }),
          }),
        },
      },
    },
    503: {
      description: 'Events are still taken and kept, but do not reach the store',
      content: {
        'application/json': {
          schema: z.object({ status: z.literal('degraded'), store: z.literal('unreachable') }),
        },
      },
    },
  },
})

const lag = createRoute({
  method: 'get',
  path: '/api/v1/ingest/lag',
  operationId: 'ingestLag',
  tags: ['Operations'],
  summary: 'How far drain and projection are behind',
  ...guarded('stats:read'),
  request: { query: strictQuery({}) },
  responses: {
    200: {
      description: 'The lag',
      content: {
        'application/json': {
          schema: z.object({
            drainBacklogRows: z.number(),
            storedSeq: z.number(),
            projectedSeq: z.number(),
            projectionLagEvents: z.number(),
          }),
        },
      },
    },
    400: problemContent('The query is not valid'),
    ...guardRefusals,
  },
})

/** Public health, and the lag with permission `stats:read`. */
export function healthRoutes(): ApiApp {
  const app = apiApp()
  app.openapi(health, async (c) => {
    const ill = { status: 'degraded', store: 'unreachable' } as const
    if (!(await directoryOf(c.env).reachable())) return c.json(ill, 503)
    try {
      return c.json({ status: 'ok', store: 'reachable', ...(await worstLag(c.env)) } as const, 200)
    } catch {
      return c.json(ill, 503)
    }
  })
  app.openapi(lag, async (c) => c.json(await workspaceLag(c.env, c.get('caller').workspace), 200))
  return app
}
