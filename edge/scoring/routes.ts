import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { Hint } from '#shared/explain/hints.ts'
import { parseFeatureInput } from '#shared/features/feature-input.ts'
import { type FeatureValues, featuresOf } from '#shared/features/registry.ts'
import type { Profile } from '#shared/profile/profile.ts'
import { Score } from '#shared/scoring/score.ts'
import { requireShallow } from '../api/request-limits.ts'
import { notJsonProblem } from '../problems/not-json.ts'
import { ProblemError, problemResponse, problems } from '../problems/problem.ts'
import { bodyRefusals, problemContent } from '../problems/problem-schema.ts'
import { shapeProblem } from '../problems/shape-problem.ts'
import type { Scorers } from './registry/workspace-scorers.ts'
import { visitorHints } from './visitor-hints.ts'

/** What the route needs from the rest of the Worker. */
export interface ScoreRouteDeps {
  scorers(workspaceId: string): Promise<Scorers>
  /** The live profile, null where the workspace knows no such visitor. */
  profileOf(workspaceId: string, visitorId: string): Promise<Profile | null>
  /** @throws ProblemError where the caller may not. */
  authorize(c: Context, permission: typeof PERMISSION): Promise<{ workspaceId: string }>
  /** Unix milliseconds. */
  now(): number
}

const MAX_VISITOR_ID_CHARS = 256

const ScoreRequest = z
  .strictObject({
    visitorId: z.string().min(1).max(MAX_VISITOR_ID_CHARS).optional().openapi({
      description: 'A visitor of the workspace, scored on the live profile.',
      example: 'b1c5a8d0-4f2e-4a43-9a52-0d3f5f1c7a10',
    }),
    // As it came: a record would drop the field `__proto__` before anybody could refuse it.
    features: z
      .custom<Record<string, unknown>>(isObject, 'Send an object of feature values by name.')
      .optional()
      .openapi({
        type: 'object',
        additionalProperties: {},
        description: 'Or bare feature values by name; one that is absent or null is missing.',
        example: { pricing_views_7d: 4, sessions_30d: 3, industry: 'software' },
      }),
    reasons: z.boolean().default(true).openapi({ description: 'Whether to say why.' }),
    hints: z.boolean().default(false).openapi({
      description: 'Whether to say which next action of the visitor would raise the score.',
    }),
  })
  .refine((body) => (body.visitorId === undefined) !== (body.features === undefined), {
    message: 'Send either visitorId or features.',
  })
  .refine((body) => !body.hints || body.visitorId !== undefined, {
    message: 'Hints need a visitorId: a visit changes a live profile, which bare features lack.',
    path: ['hints'],
  })
  .openapi('ScoreRequest')

const ScoreResponse = Score.extend({
  visitorId: z.string().nullable(),
  engine: z.enum(['onnxruntime', 'walker']).openapi({
    description:
      'What read the ONNX file: the walker for a single row, ONNX Runtime where only it can read the model ' +
      '(an imported one). Both give the same score to 1e-5.',
  }),
  hints: z
    .array(Hint)
    .optional()
    .openapi({
      description:
        'Where asked for: at most three next actions that would raise the score, the best first; none after ' +
        'the conversion. They say what the model would score, not what would make anybody buy.',
    }),
}).openapi('ScoreResponse')

const PERMISSION = 'scores:read'

const scoreRoute = createRoute({
  method: 'post',
  path: '/v1/score',
  operationId: 'score',
  tags: ['Scoring'],
  summary: 'Score a visitor, or bare features, with reasons',
  'x-permission': PERMISSION,
  security: [{ key: [] }],
  request: { body: { required: true, content: { 'application/json': { schema: ScoreRequest } } } },
  responses: {
    200: {
      description: 'The score',
      content: { 'application/json': { schema: ScoreResponse } },
    },
    400: problemContent('A field is unknown or has a wrong value; `detail` names it'),
    404: problemContent('The workspace knows no such visitor'),
    ...bodyRefusals,
  },
})

function parseFeatures(input: Record<string, unknown>): FeatureValues {
  const parsed = parseFeatureInput(input)
  if (parsed.kind === 'ok') return parsed.values
  const { field, reason } = parsed.issues[0] ?? { field: 'features', reason: 'is not valid' }
  throw new ProblemError(problems.invalid(`${field} ${reason}.`, field))
}

function answerOf(error: Error): Response {
  if (error instanceof ProblemError) return problemResponse(error.problem)
  throw error
}

/**
 * Parses the body here and not by the framework's validator: that one parses asynchronously, which
 * costs about 20 µs, as much as a run of the model.
 */
async function bodyOf(c: Context): Promise<z.infer<typeof ScoreRequest>> {
  const text = await c.req.text()
  requireShallow(text)
  const json = jsonOf(text)
  const parsed = ScoreRequest.safeParse(json)
  if (parsed.success) return parsed.data
  throw shapeProblem(parsed.error)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ProblemError(notJsonProblem(text))
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `POST /v1/score` as an app of its own, to be mounted at the root. Permission: `scores:read`. */
export function scoreRoutes(deps: ScoreRouteDeps): OpenAPIHono {
  const app = new OpenAPIHono()
  app.onError(answerOf)

  const knownProfile = async (workspaceId: string, visitorId: string): Promise<Profile> => {
    const profile = await deps.profileOf(workspaceId, visitorId)
    if (profile === null) throw new ProblemError(problems.noSuchVisitor())
    return profile
  }

  app.openAPIRegistry.registerPath(scoreRoute)
  app.post(scoreRoute.path, async (c) => {
    // Before the body is looked at, so that a caller without a key learns nothing from it.
    const { workspaceId } = await deps.authorize(c, PERMISSION)
    const body = await bodyOf(c)
    const { visitorId = null, features = {}, reasons } = body
    const profile = visitorId === null ? null : await knownProfile(workspaceId, visitorId)
    const now = deps.now()
    const values = profile === null ? parseFeatures(features) : featuresOf(profile, now)
    const scorers = await deps.scorers(workspaceId)
    const scorer = scorers.scorerFor(visitorId)
    const { grades } = scorers.rollout
    const [score] = await scorer.score([values], { reasons, grades })
    if (score === undefined) throw new Error('The scorer gave no score for one row.')
    const engine = scorer.engine()
    const answer: z.infer<typeof ScoreResponse> = {
      ...score,
      visitorId,
      engine: engine.kind === 'stand_in' ? engine.by : engine.kind,
    }
    if (body.hints && profile !== null) {
      answer.hints = await visitorHints(scorer, score, profile, now, grades)
    }
    return c.json(answer, 200)
  })
  return app
}
