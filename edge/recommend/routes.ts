import { createRoute, z } from '@hono/zod-openapi'
import {
  MAX_BODY_BYTES,
  RecommendationBody,
  RecommendationVersion,
} from '#shared/recommend/body.ts'
import { ContentViewsPage } from '#shared/recommend/content-views.ts'
import { type ReadingVisitor, recommend } from '#shared/recommend/recommend.ts'
import { type Recommender, readRecommender } from '#shared/recommend/recommender.ts'
import { type ApiApp, apiApp, guarded } from '../api/api-app.ts'
import { decodeCursor, encodeCursor, PageQuery } from '../api/page.ts'
import { strictQuery } from '../api/strict-query.ts'
import { originOf } from '../audit/origin.ts'
import type { Env } from '../env.ts'
import { ProblemError, problems } from '../problems/problem.ts'
import { bodyRefusals, guardRefusals, problemContent } from '../problems/problem-schema.ts'
import { workspaceStore } from '../store/workspace-store.ts'
import { liveProfile } from '../visitors/visitor-facts.ts'
import { contentViews, MOST_PATHS_A_VISITOR } from './content-views.ts'
import { RecommendationSummary, RecommendRequest, RecommendResponse } from './contract.ts'
import { recommenderOf } from './isolate-recommenders.ts'

const json = <S extends z.ZodType>(schema: S) => ({ content: { 'application/json': { schema } } })
const tags = ['Recommendations']

const viewsRoute = createRoute({
  method: 'get',
  path: '/api/v1/content-views',
  operationId: 'listContentViews',
  tags,
  summary: 'How often each visitor viewed which page, to learn recommendations from',
  description: `By visitor; of each the ${MOST_PATHS_A_VISITOR} pages viewed last. Bots are left out. A page may hold fewer visitors than its limit: go on until \`next\` is null.`,
  ...guarded('training:read'),
  request: {
    query: strictQuery({
      ...PageQuery,
      limit: PageQuery.limit.openapi({ description: 'Visitors on a page' }),
    }),
  },
  responses: {
    200: { description: 'The views of some visitors', ...json(ContentViewsPage) },
    400: problemContent('The query is not valid'),
    ...guardRefusals,
  },
})

const publishRoute = createRoute({
  method: 'put',
  path: '/api/v1/recommendations',
  operationId: 'publishRecommendations',
  tags,
  summary: 'Publish what recommends, everywhere within 15 seconds; an earlier body brings it back',
  ...guarded('models:write'),
  request: { body: { required: true, ...json(RecommendationBody) } },
  responses: {
    200: { description: 'Published', ...json(z.object({ version: RecommendationVersion })) },
    400: problemContent('The body is not valid; `detail` says why'),
    409: problemContent('Another body has this version'),
    ...bodyRefusals,
  },
})

const summaryRoute = createRoute({
  method: 'get',
  path: '/api/v1/recommendations',
  operationId: 'getRecommendations',
  tags,
  summary: 'What recommends now, and how good it was on visitors kept aside',
  ...guarded('models:read'),
  request: { query: strictQuery({}) },
  responses: {
    200: { description: 'What recommends', ...json(RecommendationSummary) },
    400: problemContent('The query is not valid'),
    404: problemContent('Nothing was published'),
    ...guardRefusals,
  },
})

const recommendRoute = createRoute({
  method: 'post',
  path: '/v1/recommend',
  operationId: 'recommend',
  tags,
  summary: 'The next best content for a visitor, each with its reason',
  ...guarded('scores:read'),
  request: { body: { required: true, ...json(RecommendRequest) } },
  responses: {
    200: { description: 'The best first', ...json(RecommendResponse) },
    400: problemContent('A field is unknown or has a wrong value; `detail` names it'),
    404: problemContent('Nothing was published, or the workspace knows no such visitor'),
    ...bodyRefusals,
  },
})

/** Permissions `training:read`, `models:write`, `models:read` and `scores:read`. @param now Unix milliseconds */
export function recommendRoutes(now: () => number = Date.now): ApiApp {
  const app = apiApp()

  app.openapi(viewsRoute, async (c) => {
    const { cursor, limit } = c.req.valid('query')
    const { workspace } = c.get('caller')
    const [after] = cursor ? decodeCursor(cursor, z.tuple([z.string()])) : ['']
    const answer = await contentViews(workspaceStore(c.env, workspace), { after, limit })
    if (answer.kind === 'page') {
      const next = answer.nextAfter === null ? null : encodeCursor([answer.nextAfter])
      return c.json({ workspace: workspace.id, ...answer.page, next }, 200)
    }
    await c.env.PROJECTOR.getByName(workspace.id).poke()
    throw new ProblemError(problems.unavailable('The store is being prepared.'))
  })

  app.openapi(publishRoute, async (c) => {
    const body = c.req.valid('json')
    const text = JSON.stringify(body)
    assertServable(body, text)
    const hub = c.env.WORKSPACE_HUB.getByName(c.get('caller').workspace.id)
    const answer = await hub.publishRecommendations(body.version, text, originOf(c))
    if (answer === 'published') return c.json({ version: body.version }, 200)
    throw new ProblemError(
      problems.conflict(
        `Other recommendations have the version ${body.version}.`,
        'Give these a version of their own.',
      ),
    )
  })

  app.openapi(summaryRoute, async (c) => {
    const { body } = await published(c.env, c.get('caller').workspace.id)
    const { version, trainedOn, figures, items, factors } = body
    const { fromViews } = factors
    return c.json({ version, trainedOn, figures, items: items.length, fromViews }, 200)
  })

  app.openapi(recommendRoute, async (c) => {
    const { visitorId, viewed, current, ...rules } = c.req.valid('json')
    const { workspace } = c.get('caller')
    const recommender = await published(c.env, workspace.id)
    const at = now()
    const visitor: ReadingVisitor = {
      viewed:
        visitorId === undefined
          ? (viewed ?? []).map((path) => ({ path, at }))
          : await viewedLately(c.env, workspace.id, visitorId),
      current,
    }
    return c.json(
      {
        version: recommender.body.version,
        visitorId: visitorId ?? null,
        recommendations: recommend(recommender, visitor, rules, at),
      },
      200,
    )
  })
  return app
}

async function published(env: Env, workspaceId: string): Promise<Recommender> {
  const recommender = await recommenderOf(env, workspaceId)
  if (recommender) return recommender
  throw new ProblemError(
    problems.notFound(
      'published recommendation of this workspace',
      `Train and publish with: npm run train -- recommend --workspace ${workspaceId}`,
    ),
  )
}

/** The distinct pages that the live profile holds. */
async function viewedLately(
  env: Env,
  workspaceId: string,
  visitorId: string,
): Promise<ReadingVisitor['viewed']> {
  const profile = await liveProfile(env, workspaceId, visitorId)
  if (profile) return profile.paths
  throw new ProblemError(problems.noSuchVisitor())
}

/** What an isolate could not hold or read must not become current. */
function assertServable(body: RecommendationBody, text: string): void {
  const bytes = new TextEncoder().encode(text).byteLength
  if (bytes > MAX_BODY_BYTES) {
    const said = `It has ${bytes.toLocaleString('en-US')} bytes; at most ${MAX_BODY_BYTES.toLocaleString('en-US')} are served.`
    throw new ProblemError(problems.invalid(said, 'items'))
  }
  try {
    readRecommender(body)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ProblemError(problems.invalid(reason, 'factors.items'))
  }
}
