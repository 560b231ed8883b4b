import { createRoute, z } from '@hono/zod-openapi'
import { and, desc, isNotNull, isNull, lt } from 'drizzle-orm'
import { DRIFT_KINDS } from '#shared/drift/finding.ts'
import { WatchReport } from '#shared/drift/watch-report.ts'
import { type ApiApp, apiApp, guarded } from '../../api/api-app.ts'
import { strictQuery } from '../../api/strict-query.ts'
import { guardRefusals, problemContent } from '../../problems/problem-schema.ts'
import { queryOf } from '../../store/query.ts'
import { modelAlerts, modelWatches } from '../../store/workspace-schema.ts'
import { workspaceStore } from '../../store/workspace-store.ts'
import { watchWorkspace } from './watch-workspace.ts'

const PAGE_ALERTS = 100

const tags = ['Models']
const badQuery = problemContent('The query is not valid')
const json = <S extends z.ZodType>(schema: S) => ({ content: { 'application/json': { schema } } })

const Report = WatchReport.openapi('WatchReport')
const Alert = z
  .object({
    alertId: z.number(),
    model: z.string(),
    kind: z.enum(DRIFT_KINDS),
    /** Null where the model as a whole is meant. */
    feature: z.string().nullable(),
    message: z.string(),
    openedAt: z.number(),
    seenAt: z.number(),
    resolvedAt: z.number().nullable(),
  })
  .openapi('ModelAlert')

const alertsRoute = createRoute({
  method: 'get',
  path: '/api/v1/model-alerts',
  operationId: 'listModelAlerts',
  tags,
  summary: 'What is not as it was when the served model was trained, the newest first',
  ...guarded('models:read'),
  request: {
    query: strictQuery({
      state: z.enum(['open', 'resolved']).default('open'),
      before: z.coerce.number().int().positive().optional(),
    }),
  },
  responses: {
    200: {
      description: 'A page of alerts; ask on with the last `alertId` as `before`',
      ...json(z.object({ data: z.array(Alert) })),
    },
    400: badQuery,
    ...guardRefusals,
  },
})

const latestRoute = createRoute({
  method: 'get',
  path: '/api/v1/model-watch',
  operationId: 'getModelWatch',
  tags,
  summary: 'What was found the last time the served model was looked at',
  ...guarded('models:read'),
  request: { query: strictQuery({}) },
  responses: {
    200: {
      description: 'The report; null before the first',
      ...json(z.object({ report: Report.nullable() })),
    },
    400: badQuery,
    ...guardRefusals,
  },
})

const watchRoute = createRoute({
  method: 'post',
  path: '/api/v1/model-watch',
  operationId: 'watchModel',
  tags,
  summary: 'Look at the served model now; it is looked at once a day anyway',
  ...guarded('models:write'),
  responses: {
    200: { description: 'What was found', ...json(z.object({ report: Report })) },
    ...guardRefusals,
  },
})

/** Permissions `models:read` and `models:write`. */
export function watchRoutes(): ApiApp {
  const app = apiApp()
  app.openapi(alertsRoute, async (c) => {
    const { state, before } = c.req.valid('query')
    const { alertId, resolvedAt } = modelAlerts
    const inState = state === 'open' ? isNull(resolvedAt) : isNotNull(resolvedAt)
    const rows = await queryOf(workspaceStore(c.env, c.get('caller').workspace))
      .select()
      .from(modelAlerts)
      .where(and(inState, before === undefined ? undefined : lt(alertId, before)))
      .orderBy(desc(alertId))
      .limit(PAGE_ALERTS)
    return c.json({ data: rows.map((row) => ({ ...row, feature: row.feature || null })) }, 200)
  })
  app.openapi(latestRoute, async (c) => {
    const [row] = await queryOf(workspaceStore(c.env, c.get('caller').workspace))
      .select({ report: modelWatches.report })
      .from(modelWatches)
      .orderBy(desc(modelWatches.watchId))
      .limit(1)
    return c.json({ report: row?.report ?? null }, 200)
  })
  app.openapi(watchRoute, async (c) => {
    return c.json({ report: await watchWorkspace(c.env, c.get('caller').workspace) }, 200)
  })
  return app
}
