import { createRoute, z } from '@hono/zod-openapi'
import type { Env } from '../env.ts'
import { guardRefusals, problemContent } from '../problems/problem-schema.ts'
import type { Workspace } from '../tenancy/workspace.ts'
import { addLedgerHours, hourOf, type LedgerHour } from '../visitors/ledger.ts'
import { allVisitorLogNames } from '../visitors/routing.ts'
import { type ApiApp, apiApp, guarded } from './api-app.ts'
import { strictQuery } from './strict-query.ts'

const HOUR_MS = 3_600_000

const LedgerHourBody = z
  .object({
    hour: z.number().openapi({ description: 'Start of the hour, Unix milliseconds' }),
    received: z.number(),
    stored: z.number(),
    duplicate: z.number(),
    rejected: z.number(),
    quarantined: z.number(),
    pending: z.number().openapi({ description: 'Acknowledged, on its way to the store' }),
  })
  .openapi('LedgerHour')

const ingestStats = createRoute({
  method: 'get',
  path: '/api/v1/ingest/stats',
  operationId: 'ingestStats',
  tags: ['Events'],
  summary: 'The books by hour: received = stored + duplicate + rejected + quarantined + pending',
  ...guarded('stats:read'),
  request: { query: strictQuery({ hours: z.coerce.number().int().min(1).max(168).default(24) }) },
  responses: {
    200: {
      description: 'The books',
      content: {
        'application/json': {
          schema: z.object({
            hours: z.array(LedgerHourBody),
            total: LedgerHourBody.omit({ hour: true }),
            backlogRows: z
              .number()
              .openapi({ description: 'Log rows not yet confirmed by the store' }),
          }),
        },
      },
    },
    400: problemContent('The query is not valid'),
    ...guardRefusals,
  },
})

/** The books of a whole workspace: each object's own, added up. */
export async function ledgerOf(
  env: Env,
  workspace: Workspace,
  sinceHour: number,
): Promise<{ hours: LedgerHour[]; backlog: number }> {
  const objects = await Promise.all(
    allVisitorLogNames(workspace).map((name) => env.VISITOR_LOG.getByName(name).ledger(sinceHour)),
  )
  return {
    hours: addLedgerHours(objects.flatMap((object) => object.hours)),
    backlog: objects.reduce((sum, object) => sum + object.backlog, 0),
  }
}

/** Permission `stats:read`. */
export function statsRoutes(): ApiApp {
  const app = apiApp()
  app.openapi(ingestStats, async (c) => {
    const { hours: span } = c.req.valid('query')
    const since = hourOf(Date.now()) - (span - 1) * HOUR_MS
    const { hours, backlog } = await ledgerOf(c.env, c.get('caller').workspace, since)
    const total = { received: 0, stored: 0, duplicate: 0, rejected: 0, quarantined: 0, pending: 0 }
    for (const hour of hours) {
      total.received += hour.received
      total.stored += hour.stored
      total.duplicate += hour.duplicate
      total.rejected += hour.rejected
      total.quarantined += hour.quarantined
      total.pending += hour.pending
    }
    return c.json({ hours, total, backlogRows: backlog }, 200)
  })
  return app
}
