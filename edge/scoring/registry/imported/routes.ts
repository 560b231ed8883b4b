import { createRoute, z } from '@hono/zod-openapi'
import { FEATURES } from '#shared/features/registry.ts'
import { ModelMetrics, PeriodRows } from '#shared/scoring/manifest.ts'
import { type ApiApp, apiApp, guarded } from '../../../api/api-app.ts'
import { originOf } from '../../../audit/origin.ts'
import { ProblemError, problems } from '../../../problems/problem.ts'
import { bodyRefusals, problemContent } from '../../../problems/problem-schema.ts'
import { workspaceStore } from '../../../store/workspace-store.ts'
import { isolateRuntime, isolateSessions } from '../../isolate-runtime.ts'
import { createScorer } from '../../scorer.ts'
import { ModelVersion, NewModel } from '../contract.ts'
import { enterDraft } from '../enter-draft.ts'
import { importModel } from './import-model.ts'
import { InputColumn } from './input-columns.ts'
import { recentVisitors } from './recent-visitors.ts'

/** Each level of each category, and each feature's absence. */
const MOST_COLUMNS = FEATURES.reduce(
  (sum, feature) => sum + 1 + (feature.type === 'category' ? feature.levels.length : 2),
  0,
)

const ImportRequest = z
  .strictObject({
    version: ModelVersion,
    onnx: NewModel.shape.onnx,
    features: z
      .array(InputColumn)
      .min(1)
      .max(MOST_COLUMNS)
      .openapi({
        description:
          'What each input column is: of a matrix in its order, of named inputs in any. A feature by its name, ' +
          'or with an encoding; a category is one column a level.',
        example: [
          'pricing_views_7d',
          { feature: 'industry', encoding: { kind: 'level', level: 'software' } },
        ],
      }),
    note: NewModel.shape.note,
    trainedOn: PeriodRows.nullable().default(null).openapi({
      description: 'What is known of the rows that it learnt from, times in Unix milliseconds.',
    }),
    metrics: ModelMetrics.partial().nullable().default(null).openapi({
      description: 'What is known of its quality. Nobody here has measured it.',
    }),
  })
  .openapi('ModelImport')

const importRoute = createRoute({
  method: 'post',
  path: '/api/v1/models/import',
  operationId: 'importModel',
  tags: ['Models'],
  summary: 'Register a model of scikit-learn, LightGBM or XGBoost as a draft, from its ONNX file',
  ...guarded('models:write'),
  request: {
    body: { required: true, content: { 'application/json': { schema: ImportRequest } } },
  },
  responses: {
    201: {
      description: 'Registered, or known already; it scores nobody yet',
      content: {
        'application/json': {
          schema: z.object({ version: z.string(), stage: z.literal('draft') }),
        },
      },
    },
    400: problemContent('The model cannot be served; `detail` says why and `next` what to do'),
    409: problemContent('Another model has this version'),
    ...bodyRefusals,
  },
})

/** Permission `models:write`. */
export function importRoutes(): ApiApp {
  const app = apiApp()
  app.openapi(importRoute, async (c) => {
    const { onnx, note, ...said } = c.req.valid('json')
    const { workspace } = c.get('caller')
    const sent = { ...said, onnx: new Uint8Array(Buffer.from(onnx, 'base64')) }
    const verdict = await importModel(sent, {
      runtime: isolateRuntime,
      scorerOf: (model) => createScorer(model, isolateRuntime, isolateSessions),
      recentFeatures: () => recentVisitors(workspaceStore(c.env, workspace)),
      now: Date.now,
    })
    if (verdict.kind === 'refused') {
      throw new ProblemError({ ...problems.invalid(verdict.reason), next: verdict.next })
    }
    const entry = { ...verdict.model, card: null, note }
    return c.json(await enterDraft(c.env, workspace, entry, originOf(c)), 201)
  })
  return app
}
