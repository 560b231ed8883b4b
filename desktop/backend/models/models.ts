import { z } from 'zod'
import { type ModelChange, ModelsView, ModelView } from '#rpc/models.ts'
import { WatchReport } from '#shared/drift/watch-report.ts'
import { PromotionCheck } from '#shared/scoring/promotion-check.ts'
import { type GradeCutoffs, Rollout } from '#shared/scoring/rollout.ts'
import { askEdge, type EdgeSource } from '../edge/ask-edge.ts'

const Models = z.object({ data: z.array(ModelView) })
const RolloutState = Rollout.extend({
  starter: z.string(),
  modelGrades: ModelsView.shape.modelGrades,
  rescoring: z.object({ scored: z.number(), profiles: z.number(), isDone: z.boolean() }),
})
const Alerts = z.object({
  data: z.array(z.object({ alertId: z.number(), message: z.string(), openedAt: z.number() })),
})
const Changes = z.object({ data: ModelsView.shape.changes })
const Watch = z.object({ report: WatchReport.nullable() })
const Checks = z.object({ checks: z.array(PromotionCheck) })

const SHOWN_CHANGES = 20

/** @throws RpcError */
export const getModels = async (edge: EdgeSource): Promise<ModelsView> => {
  const [rollout, models, alerts, watch, changes] = await Promise.all([
    askEdge(edge, 'GET', '/api/v1/rollout', RolloutState),
    askEdge(edge, 'GET', '/api/v1/models', Models),
    askEdge(edge, 'GET', '/api/v1/model-alerts', Alerts),
    askEdge(edge, 'GET', '/api/v1/model-watch', Watch),
    askEdge(edge, 'GET', '/api/v1/model-changes', Changes),
  ])
  const { version: _, ...state } = rollout
  return {
    ...state,
    models: models.data,
    alerts: alerts.data,
    watch: watch.report && { at: watch.report.at, untold: watch.report.untold },
    changes: changes.data.slice(0, SHOWN_CHANGES),
  }
}

const pathOf = (version: string) => `/api/v1/models/${encodeURIComponent(version)}`

/** @throws RpcError */
export const checkModel = (edge: EdgeSource, version: string): Promise<z.output<typeof Checks>> =>
  askEdge(edge, 'POST', `${pathOf(version)}/check`, Checks)

/** @throws RpcError, with what stands in the way */
export const changeModel = async (
  edge: EdgeSource,
  version: string,
  change: ModelChange,
): Promise<void> => {
  await askEdge(edge, 'POST', `${pathOf(version)}/stage`, Rollout, { body: change })
}

/** @throws RpcError */
export const rollBack = async (edge: EdgeSource, reason: string | undefined): Promise<void> => {
  await askEdge(edge, 'POST', '/api/v1/rollout/rollback', Rollout, { body: { reason } })
}

/** @throws RpcError */
export const setGrades = async (edge: EdgeSource, grades: GradeCutoffs | null): Promise<void> => {
  await askEdge(edge, 'PUT', '/api/v1/rollout/grades', Rollout, { body: { grades } })
}
