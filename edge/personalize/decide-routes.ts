import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { keysOf } from '#shared/access/matrix.ts'
import { decide } from '#shared/targeting/decide.ts'
import { type TargetingFacts, UNSEEN_VISITOR } from '#shared/targeting/facts.ts'
import { factsOnPage } from '#shared/targeting/facts-of-profile.ts'
import { SlotContent, type SlotSnapshot } from '#shared/targeting/slot.ts'
import { isAccessToken, keyCallerOf } from '../access/key-caller.ts'
import { readBody } from '../capture/body.ts'
import { corsOf, preflight, problemCors } from '../capture/cors.ts'
import { keyOfHeaders } from '../capture/key-of-request.ts'
import { ProblemError, problemResponse, problems } from '../problems/problem.ts'
import { problemContent } from '../problems/problem-schema.ts'
import { shapeProblem } from '../problems/shape-problem.ts'
import type { QuotaVerdict } from '../quota/leased-meters.ts'
import type { KeyCheck } from '../tenancy/directory.ts'
import type { Workspace } from '../tenancy/workspace.ts'
import { saysNo } from './opt-out.ts'
import type { VisitorTokens } from './visitor-token.ts'

const MAX_SLOTS = 20
const MAX_KEY_CHARS = 64
const MAX_URL_CHARS = 2_000

/** What the routes need from the rest of the Worker. */
export interface DecideRouteDeps {
  /** Who a key belongs to, see `Directory.check`. */
  authorize(key: string): Promise<KeyCheck>
  /** The workspace of a person's access token. @throws ProblemError as `authorize` of edge/access */
  workspaceOfPerson(request: Request, permission: typeof PERMISSION): Promise<Workspace>
  tokens: VisitorTokens
  /** What targeting knows of a visitor; null for one who has not been seen yet. */
  factsOf(workspaceId: string, visitorId: string): Promise<TargetingFacts | null>
  /** Takes one decision from the workspace's budget. */
  spendDecision(workspaceId: string): Promise<QuotaVerdict>
  /** The published slots of a workspace. */
  snapshotOf(workspaceId: string): Promise<SlotSnapshot>
}

const DecideRequest = z
  .object({
    writeKey: z.string().optional().openapi({ description: 'Or send the key by Basic or Bearer.' }),
    token: z.string().min(1).max(200).openapi({
      description: 'The signed visitor token: the cookie `ew_vid`, or an answer of /v1/visitor.',
    }),
    slots: z.array(z.string().min(1).max(MAX_KEY_CHARS)).min(1).max(MAX_SLOTS),
    page: z
      .object({
        path: z.string().max(MAX_URL_CHARS).optional(),
        url: z.string().max(MAX_URL_CHARS).optional(),
      })
      .optional(),
  })
  .openapi('DecideRequest')

const DecideResponse = z
  .object({
    slots: z.record(
      z.string(),
      z.object({ variant: z.string().nullable(), content: SlotContent.nullable() }),
    ),
  })
  .openapi('DecideResponse')

const VisitorRequest = z.object({ writeKey: z.string().optional() }).openapi('VisitorRequest')
const VisitorResponse = z
  .object({ visitorId: z.string(), token: z.string() })
  .openapi('VisitorResponse')

/** Browsers post `text/plain`, which needs no preflight, so both types are documented and read. */
const bodyOf = <T extends z.ZodType>(schema: T) => ({
  required: true,
  content: { 'application/json': { schema }, 'text/plain': { schema } },
})

const refusals = {
  400: problemContent('The body is not valid; `detail` names the field'),
  401: problemContent('No valid key'),
  413: problemContent('The body is too large'),
  503: problemContent('The key, the visitor or the slots cannot be looked up right now'),
}

/** Any key carries it, and who builds: decisions are for the visitor of the signed token only. */
const PERMISSION = 'decisions:read'

const guard = { 'x-permission': PERMISSION, security: [{ key: [] }] }

const decideRoute = createRoute({
  method: 'post',
  path: '/v1/decide',
  operationId: 'decide',
  tags: ['Personalization'],
  summary: 'Which variants the visitor of a signed token gets',
  description: 'Tells variants alone. The key may also stand in the body, as `writeKey`.',
  ...guard,
  request: { body: bodyOf(DecideRequest) },
  responses: {
    200: {
      description: 'A variant for each slot; null where the page stays as it is',
      content: { 'application/json': { schema: DecideResponse } },
    },
    429: problemContent('The workspace is above its quota; Retry-After says when to ask again'),
    403: problemContent(
      'The token was not signed for this workspace, or the origin is not allowed',
    ),
    ...refusals,
  },
})

const visitorRoute = createRoute({
  method: 'post',
  path: '/v1/visitor',
  operationId: 'mintVisitor',
  tags: ['Personalization'],
  summary: 'A new visitor id with its signed token',
  description: 'Stores nothing. The key may also stand in the body, as `writeKey`.',
  ...guard,
  request: { body: bodyOf(VisitorRequest) },
  responses: {
    200: {
      description: 'The new visitor',
      content: { 'application/json': { schema: VisitorResponse } },
    },
    403: problemContent('The visitor opted out, or the origin is not allowed'),
    ...refusals,
  },
})

/** `POST /v1/decide` and `POST /v1/visitor` as an app of their own, to be mounted at the root. */
export function decideRoutes(deps: DecideRouteDeps): OpenAPIHono {
  const app = new OpenAPIHono()
  app.onError((error) => {
    if (error instanceof ProblemError) {
      return problemResponse(error.problem, problemCors(error.problem))
    }
    throw error
  })
  // Bodies are parsed here and not by the route's validator, which goes by Content-Type.
  app.openAPIRegistry.registerPath(decideRoute)
  app.openAPIRegistry.registerPath(visitorRoute)
  app.options(decideRoute.path, preflight)
  app.options(visitorRoute.path, preflight)

  app.post(decideRoute.path, async (c) => {
    const { request, workspace, cors } = await admit(c.req.raw, DecideRequest, WANTED.decide, deps)
    const { token, slots, page } = request
    const visitorId = await deps.tokens.verify(workspace.id, token)
    if (visitorId === null) throw new ProblemError(foreignToken)
    if (workspace.honourGpc && saysNo(c.req.raw.headers)) return answer(untouched(slots), cors)

    const quota = await deps.spendDecision(workspace.id)
    if (quota.kind === 'above') {
      throw new ProblemError(problems.quotaExceeded(quota.retryAfterSeconds))
    }
    const [known, snapshot] = await orUnavailable(
      Promise.all([deps.factsOf(workspace.id, visitorId), deps.snapshotOf(workspace.id)]),
    )
    const facts = onPage(known ?? UNSEEN_VISITOR, page)
    const decided = Object.entries(decide(snapshot, facts, slots, visitorId))
    // `why` stays here: it would tell a visitor what is known and thought of them.
    const told = decided.map(([key, { variant, content }]) => [key, { variant, content }])
    return answer({ slots: Object.fromEntries(told) }, cors)
  })

  app.post(visitorRoute.path, async (c) => {
    const { workspace, cors } = await admit(c.req.raw, VisitorRequest, WANTED.visitor, deps)
    if (workspace.honourGpc && saysNo(c.req.raw.headers)) throw new ProblemError(optedOut)
    return answer(await deps.tokens.mint(workspace.id), cors)
  })

  return app
}

const WANTED = {
  decide: 'one JSON object: {"token":…,"slots":[…]}',
  visitor: 'a JSON object: {"writeKey":…}, or {} with the key in a header',
}

async function admit<T extends z.ZodType<{ writeKey?: string | undefined }>>(
  raw: Request,
  schema: T,
  wanted: string,
  deps: DecideRouteDeps,
) {
  const { body } = await readBody(raw, wanted)
  const parsed = schema.safeParse(body)
  const { workspace, cors } = await callerOf(raw, keyInBody(body), deps)
  if (!parsed.success) throw shapeProblem(parsed.error)
  return { request: parsed.data, workspace, cors }
}

async function callerOf(raw: Request, inBody: string | null, deps: DecideRouteDeps) {
  const inHeaders = keyOfHeaders(raw.headers)
  if (inHeaders !== null && isAccessToken(inHeaders)) {
    const workspace = await deps.workspaceOfPerson(raw, PERMISSION)
    return { workspace, cors: corsOf(null, raw.headers) }
  }
  const key = inHeaders ?? inBody
  if (!key) throw new ProblemError(problems.keyMissing(keysOf(PERMISSION)))
  const check = await deps.authorize(key)
  const { workspace } = keyCallerOf(check, PERMISSION)
  return { workspace, cors: corsOf(check.kind === 'ok' ? check.allowedOrigins : null, raw.headers) }
}

function keyInBody(body: unknown): string | null {
  const read = VisitorRequest.safeParse(body)
  return read.success ? (read.data.writeKey ?? null) : null
}

function onPage(
  facts: TargetingFacts,
  page: z.infer<typeof DecideRequest>['page'],
): TargetingFacts {
  const url = page?.url === undefined ? null : URL.parse(page.url)
  if (url) return factsOnPage(facts, url)
  return page?.path === undefined ? facts : { ...facts, path: page.path }
}

function untouched(slots: readonly string[]): z.infer<typeof DecideResponse> {
  return { slots: Object.fromEntries(slots.map((key) => [key, { variant: null, content: null }])) }
}

async function orUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch {
    throw new ProblemError(problems.unavailable('The decision cannot be made at the moment.'))
  }
}

function answer(body: unknown, cors: Record<string, string>): Response {
  return Response.json(body, { headers: { ...cors, 'cache-control': 'no-store' } })
}

const foreignToken = {
  status: 403,
  code: 'visitor_token_refused',
  title: 'Visitor token refused',
  detail: 'This token was not signed for this workspace.',
  next: 'Ask POST /v1/visitor for a new one.',
} as const

const optedOut = {
  status: 403,
  code: 'opted_out',
  title: 'The visitor opted out',
  detail: 'The browser sends Global Privacy Control or Do Not Track, so it gets no visitor id.',
  next: 'Go on without an id; pages show their default content.',
} as const
