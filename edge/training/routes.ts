import { createRoute, z } from '@hono/zod-openapi'
import { KnownBy, TrainingRowsPage } from '#shared/training/training-row.ts'
import { type ApiApp, apiApp, guarded } from '../api/api-app.ts'
import { decodeCursor, encodeCursor, PageQuery } from '../api/page.ts'
import { strictQuery } from '../api/strict-query.ts'
import { ProblemError, problems } from '../problems/problem.ts'
import { guardRefusals, problemContent } from '../problems/problem-schema.ts'
import { workspaceStore } from '../store/workspace-store.ts'
import { MOST_EVENTS_A_VISITOR, trainingPage } from './training-page.ts'

const listTrainingRows = createRoute({
  method: 'get',
  path: '/api/v1/training-rows',
  operationId: 'listTrainingRows',
  tags: ['Models'],
  summary: 'What was known of visitors at moments in the past, and whether they converted',
  description: `Up to three rows a visitor. Features count only what was known at the row's moment; a row is converted where the person converted within 14 days. Of a visitor, the ${MOST_EVENTS_A_VISITOR.toLocaleString('en-US')} oldest events are read. A page may hold fewer visitors than its limit: go on until \`next\` is null.`,
  ...guarded('training:read'),
  request: {
    query: strictQuery({
      ...PageQuery,
      limit: PageQuery.limit.openapi({ description: 'Visitors on a page' }),
      knownBy: KnownBy.default('received').openapi({
        description:
          'Events count as known from when they were received; with occurred from when they happened, for imported history',
      }),
    }),
  },
  responses: {
    200: {
      description: 'The rows of some visitors, by visitor id',
      content: { 'application/json': { schema: TrainingRowsPage } },
    },
    400: problemContent('The query is not valid'),
    ...guardRefusals,
  },
})

/** Where a walk stands, and up to when outcomes count on all of its pages. */
const Position = z.tuple([z.string(), z.number().int()])

/** Permission `training:read`. @param now Unix milliseconds */
export function trainingRoutes(now: () => number = Date.now): ApiApp {
  const app = apiApp()
  app.openapi(listTrainingRows, async (c) => {
    const { cursor, limit, knownBy } = c.req.valid('query')
    const { workspace } = c.get('caller')
    const [after, begun] = cursor ? decodeCursor(cursor, Position) : (['', now()] as const)
    const asOf = Math.min(begun, now())
    const answer = await trainingPage(workspaceStore(c.env, workspace), {
      after,
      limit,
      knownBy,
      asOf,
    })
    if (answer.kind === 'page') {
      const next = answer.nextAfter === null ? null : encodeCursor([answer.nextAfter, asOf])
      return c.json({ workspace: workspace.id, ...answer.page, next }, 200)
    }
    await c.env.PROJECTOR.getByName(workspace.id).poke()
    throw new ProblemError(problems.unavailable('The store is being prepared.'))
  })
  return app
}
