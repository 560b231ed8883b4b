import { createRoute, z } from '@hono/zod-openapi'
import { guardRefusals } from '../problems/problem-schema.ts'
import { workspaceStore } from '../store/workspace-store.ts'
import { directoryOf } from '../tenancy/directory-of.ts'
import { type ApiApp, apiApp, guarded } from './api-app.ts'
import { ledgerOf } from './stats-routes.ts'

const health = createRoute({
  method: 'get',
  path: '/healthz',
  operationId: 'health',
  tags: ['Operations'],
  summary: 'Whether the edge can reach the store',
  ...guarded('public'),
  responses: {
    200: {
      description: 'Healthy',
      content: {
        'application/json': {
          schema: z.object({ status: z.literal('ok'), store: z.literal('reachable') }),
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
    ...guardRefusals,
  },
})

/** Public health, and the lag with permission `stats:read`. */
export function healthRoutes(): ApiApp {
  const app = apiApp()
  app.openapi(health, async (c) => {
    const reachable = await directoryOf(c.env).reachable()
    return reachable
      ? c.json({ status: 'ok' as const, store: 'reachable' as const }, 200)
      : c.json({ status: 'degraded' as const, store: 'unreachable' as const }, 503)
  })
  app.openapi(lag, async (c) => {
    const { workspace } = c.get('caller')
    const { backlog } = await ledgerOf(c.env, workspace, Date.now())
    const found = await workspaceStore(c.env, workspace).execute(
      'SELECT ingest_seq, (SELECT coalesce(max(ingest_seq), 0) FROM events) AS stored FROM projector_cursor',
    )
    const storedSeq = Number(found.rows[0]?.stored ?? 0)
    const projectedSeq = Number(found.rows[0]?.ingest_seq ?? 0)
    return c.json(
      {
        drainBacklogRows: backlog,
        storedSeq,
        projectedSeq,
        projectionLagEvents: Math.max(0, storedSeq - projectedSeq),
      },
      200,
    )
  })
  return app
}
