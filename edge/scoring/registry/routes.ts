import { waitUntil } from 'cloudflare:workers'
import { createRoute, z } from '@hono/zod-openapi'
import { desc, eq, lt } from 'drizzle-orm'
import { obstacle, type PromotionCheck } from '#shared/scoring/promotion-check.ts'
import { Rollout, type RolloutCommand } from '#shared/scoring/rollout.ts'
import type { Caller } from '../../access/caller.ts'
import { type ApiApp, apiApp, guarded } from '../../api/api-app.ts'
import { strictQuery } from '../../api/strict-query.ts'
import { originOf } from '../../audit/origin.ts'
import type { Env } from '../../env.ts'
import { ProblemError, problems } from '../../problems/problem.ts'
import { bodyRefusals, guardRefusals, problemContent } from '../../problems/problem-schema.ts'
import { queryOf } from '../../store/query.ts'
import { modelChanges, models } from '../../store/workspace-schema.ts'
import { workspaceStore } from '../../store/workspace-store.ts'
import { allVisitorLogNames } from '../../visitors/routing.ts'
import { starterScorer } from '../starter-scorer.ts'
import { checkModelHere } from './checks/check-here.ts'
import {
  Checks,
  GradesRequest,
  ModelChange,
  ModelDetail,
  ModelSummary,
  ModelVersion,
  NewModel,
  RollbackRequest,
  RolloutState,
  StageChange,
} from './contract.ts'
import { enterDraft } from './enter-draft.ts'
import { scorersOf } from './isolate-scorers.ts'
import type { ChangeContext } from './model-store.ts'

const PAGE_CHANGES = 100

const json = <S extends z.ZodType>(schema: S) => ({ content: { 'application/json': { schema } } })
const tags = ['Models']
const byVersion = { params: z.object({ version: ModelVersion }) }
const noModel = problemContent('The registry has no such model')

const registerRoute = createRoute({
  method: 'post',
  path: '/api/v1/models',
  operationId: 'registerModel',
  tags,
  summary: 'Register a model as a draft; it scores nobody yet',
  ...guarded('models:write'),
  request: { body: { required: true, ...json(NewModel) } },
  responses: {
    201: {
      description: 'Registered, or known already',
      ...json(z.object({ version: z.string(), stage: z.literal('draft') })),
    },
    400: problemContent('The model cannot be served; `detail` says why'),
    409: problemContent('Another model has this version'),
    ...bodyRefusals,
  },
})

const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/models',
  operationId: 'listModels',
  tags,
  summary: 'The models of the workspace, the newest first',
  ...guarded('models:read'),
  request: { query: strictQuery({}) },
  responses: {
    200: { description: 'The models', ...json(z.object({ data: z.array(ModelSummary) })) },
    400: problemContent('The query is not valid'),
    ...guardRefusals,
  },
})

const getRoute = createRoute({
  method: 'get',
  path: '/api/v1/models/{version}',
  operationId: 'getModel',
  tags,
  summary: 'One model, with its card',
  ...guarded('models:read'),
  request: byVersion,
  responses: {
    200: { description: 'The model', ...json(ModelDetail) },
    400: problemContent('The version is not valid'),
    404: noModel,
    ...guardRefusals,
  },
})

const checkRoute = createRoute({
  method: 'post',
  path: '/api/v1/models/{version}/check',
  operationId: 'checkModel',
  tags,
  summary: 'Run the checks of a promotion, and change nothing',
  ...guarded('models:write'),
  request: byVersion,
  responses: {
    200: { description: 'What was found', ...json(Checks) },
    400: problemContent('The version is not valid'),
    404: noModel,
    ...guardRefusals,
  },
})

const stageRoute = createRoute({
  method: 'post',
  path: '/api/v1/models/{version}/stage',
  operationId: 'changeModelStage',
  tags,
  summary: 'Let a model score in shadow, for a share of visitors, for all, or no more',
  ...guarded('models:write'),
  request: { ...byVersion, body: { required: true, ...json(StageChange) } },
  responses: {
    200: { description: 'What scores from now on', ...json(Rollout) },
    400: problemContent('The change is not valid'),
    404: noModel,
    409: problemContent('A check stands in the way, or the rollout as it is; nothing changed'),
    ...bodyRefusals,
  },
})

const rolloutRoute = createRoute({
  method: 'get',
  path: '/api/v1/rollout',
  operationId: 'getRollout',
  tags,
  summary: 'What scores now, and how far visitors are scored again',
  ...guarded('models:read'),
  request: { query: strictQuery({}) },
  responses: {
    200: { description: 'The rollout', ...json(RolloutState) },
    400: problemContent('The query is not valid'),
    ...guardRefusals,
  },
})

const rollbackRoute = createRoute({
  method: 'post',
  path: '/api/v1/rollout/rollback',
  operationId: 'rollBack',
  tags,
  summary: 'Bring back the champion before the last promotion, everywhere within a minute',
  ...guarded('models:write'),
  request: { body: { required: true, ...json(RollbackRequest) } },
  responses: {
    200: { description: 'What scores from now on', ...json(Rollout) },
    400: problemContent('The body is not valid'),
    409: problemContent('There is nothing to go back to'),
    ...bodyRefusals,
  },
})

const gradesRoute = createRoute({
  method: 'put',
  path: '/api/v1/rollout/grades',
  operationId: 'setGrades',
  tags,
  summary: 'Set the least probability of each grade',
  ...guarded('models:write'),
  request: { body: { required: true, ...json(GradesRequest) } },
  responses: {
    200: { description: 'What scores from now on', ...json(Rollout) },
    400: problemContent('The cut-offs are not valid'),
    ...bodyRefusals,
  },
})

const changesRoute = createRoute({
  method: 'get',
  path: '/api/v1/model-changes',
  operationId: 'listModelChanges',
  tags,
  summary: 'Who changed what and why, the newest first',
  ...guarded('models:read'),
  request: { query: strictQuery({ before: z.coerce.number().int().positive().optional() }) },
  responses: {
    200: {
      description: 'A page of changes; ask on with the last `changeId` as `before`',
      ...json(z.object({ data: z.array(ModelChange) })),
    },
    400: problemContent('The query is not valid'),
    ...guardRefusals,
  },
})

/** Permissions `models:read` and `models:write`. */
export function modelRoutes(): ApiApp {
  const app = apiApp()

  app.openapi(registerRoute, async (c) => {
    const { manifest, onnx, card, note } = c.req.valid('json')
    const version = ModelVersion.safeParse(manifest.version)
    if (!version.success) {
      const said = version.error.issues[0]?.message ?? 'It is not valid.'
      throw new ProblemError(problems.invalid(`The model's version: ${said}`, 'manifest.version'))
    }
    const model = { manifest, onnx: new Uint8Array(Buffer.from(onnx, 'base64')), card, note }
    return c.json(await enterDraft(c.env, c.get('caller').workspace, model, originOf(c)), 201)
  })

  app.openapi(listRoute, async (c) => {
    const rows = await queryOf(workspaceStore(c.env, c.get('caller').workspace))
      .select()
      .from(models)
      .orderBy(desc(models.createdAt), models.version)
    return c.json({ data: rows.map(summaryOf) }, 200)
  })

  app.openapi(getRoute, async (c) => {
    const row = await modelRow(c.env, c.get('caller'), c.req.valid('param').version)
    return c.json({ ...summaryOf(row), card: row.card }, 200)
  })

  app.openapi(checkRoute, async (c) => {
    const { version } = c.req.valid('param')
    await modelRow(c.env, c.get('caller'), version)
    return c.json({ checks: await checkModelHere(c.env, c.get('caller').workspace, version) }, 200)
  })

  app.openapi(stageRoute, async (c) => {
    const { version } = c.req.valid('param')
    const change = c.req.valid('json')
    const caller = c.get('caller')
    await modelRow(c.env, caller, version)
    const checks =
      change.stage === 'retired'
        ? null
        : await checkModelHere(c.env, caller.workspace, version, change.stage === 'shadow')
    refuseWhereUnfit(checks ?? [], change)
    const rollout = await changed(c.env, caller, commandOf(version, change), {
      origin: originOf(c),
      reason: change.reason ?? null,
      checks,
    })
    return c.json(rollout, 200)
  })

  app.openapi(rolloutRoute, async (c) => {
    const caller = c.get('caller')
    const rollout = await hubOf(c.env, caller).rollout()
    const { manifest } = await starterScorer()
    const objects = allVisitorLogNames(caller.workspace).map((name) =>
      c.env.VISITOR_LOG.getByName(name).rescoring(),
    )
    const progress = await Promise.all(objects)
    const sum = (of: 'scored' | 'profiles', only = progress) =>
      only.reduce((total, each) => total + each[of], 0)
    const begun = progress.filter((each) => each.rollout >= rollout.version)
    const scored = sum('scored', begun)
    const profiles = sum('profiles')
    const rescoring = { scored, profiles, isDone: scored === profiles }
    const scorers = await scorersOf(c.env, caller.workspace.id, rollout.version)
    const modelGrades = scorers.scorerFor(null).manifest.grades
    return c.json({ ...rollout, starter: manifest.version, modelGrades, rescoring }, 200)
  })

  app.openapi(rollbackRoute, async (c) => {
    const reason = c.req.valid('json').reason ?? null
    const context = { origin: originOf(c), reason, checks: null }
    return c.json(await changed(c.env, c.get('caller'), { kind: 'roll_back' }, context), 200)
  })

  app.openapi(gradesRoute, async (c) => {
    const { grades, reason = null } = c.req.valid('json')
    const context = { origin: originOf(c), reason, checks: null }
    return c.json(await changed(c.env, c.get('caller'), { kind: 'grade', grades }, context), 200)
  })

  app.openapi(changesRoute, async (c) => {
    const { before } = c.req.valid('query')
    const rows = await queryOf(workspaceStore(c.env, c.get('caller').workspace))
      .select()
      .from(modelChanges)
      .where(before === undefined ? undefined : lt(modelChanges.changeId, before))
      .orderBy(desc(modelChanges.changeId))
      .limit(PAGE_CHANGES)
    return c.json({ data: rows }, 200)
  })
  return app
}

const hubOf = (env: Env, { workspace }: Caller) => env.WORKSPACE_HUB.getByName(workspace.id)

const unknownModel = (version: string) =>
  new ProblemError(
    problems.notFound(`model ${version}`, 'GET /api/v1/models lists what is registered.'),
  )

async function modelRow(env: Env, { workspace }: Caller, version: string) {
  const [row] = await queryOf(workspaceStore(env, workspace))
    .select()
    .from(models)
    .where(eq(models.version, version))
  if (!row) throw unknownModel(version)
  return row
}

function summaryOf(row: typeof models.$inferSelect): z.infer<typeof ModelSummary> {
  const { version, stage, stageSince, createdAt, onnxBytes, note, manifest } = row
  const { algorithm, calibrated, featureHash, trainedOn, testedOn, metrics, grades } = manifest
  return {
    version,
    stage,
    stageSince,
    createdAt,
    onnxBytes,
    note,
    algorithm,
    calibrated,
    featureHash,
    trainedOn,
    testedOn,
    metrics,
    grades,
    imported: manifest.algorithm === 'imported' ? manifest.imported : null,
  }
}

function commandOf(model: string, change: z.infer<typeof StageChange>): RolloutCommand {
  switch (change.stage) {
    case 'shadow':
      return { kind: 'shadow', model }
    case 'challenger':
      return { kind: 'challenge', model, sharePercent: change.sharePercent }
    case 'champion':
      return { kind: 'promote', model }
    case 'retired':
      return { kind: 'retire', model }
  }
}

/** A challenger is there to find out what outcomes say; a champion is not. */
function refuseWhereUnfit(
  checks: readonly PromotionCheck[],
  change: z.infer<typeof StageChange>,
): void {
  const accepted = change.stage === 'champion' ? change.accept : (['outcomes', 'parity'] as const)
  const found = obstacle(checks, accepted)
  if (!found) return
  const next =
    found.verdict === 'failed'
      ? 'Train another model; nothing was changed.'
      : `Try it as a shadow or challenger first, or send "accept": ["${found.check}"] with a reason.`
  throw new ProblemError(problems.conflict(found.finding, next))
}

async function changed(
  env: Env,
  caller: Caller,
  command: RolloutCommand,
  context: ChangeContext,
): Promise<Rollout> {
  const answer = await hubOf(env, caller).changeRollout(command, context)
  switch (answer.kind) {
    case 'refused':
      throw new ProblemError(problems.conflict(answer.reason, answer.next))
    case 'unknown_model':
      throw unknownModel('model' in command ? command.model : '')
    case 'changed':
    case 'unchanged':
      waitUntil(scoreAgain(env, caller, answer.rollout.version))
      return answer.rollout
  }
}

/** Makes it prompt; the sweep makes it certain. */
async function scoreAgain(env: Env, { workspace }: Caller, rollout: number): Promise<void> {
  await Promise.allSettled(
    allVisitorLogNames(workspace).map((name) => env.VISITOR_LOG.getByName(name).rescore(rollout)),
  )
}
