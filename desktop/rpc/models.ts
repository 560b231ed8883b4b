import { z } from 'zod'
import { PROMOTION_CHECKS, PromotionCheck } from '#shared/scoring/promotion-check.ts'
import { GradeCutoffs, MAX_SHARE_PERCENT, ModelStage } from '#shared/scoring/rollout.ts'

/** A model of the registry, as people judge it. */
export const ModelView = z.object({
  version: z.string(),
  stage: ModelStage,
  /** Unix milliseconds. */
  stageSince: z.number(),
  /** Whether its probabilities were fitted on the workspace's own outcomes. */
  calibrated: z.boolean(),
  note: z.string().nullable(),
  /** What it learnt from; null where that is not known. */
  trainedOn: z.object({ rows: z.number(), converted: z.number(), to: z.number() }).nullable(),
  /** How it did on rows it had not seen, as far as that is known. */
  metrics: z
    .object({ auc: z.number(), ece: z.number(), topDecileLift: z.number() })
    .partial()
    .nullable(),
})
export type ModelView = z.infer<typeof ModelView>

/** Everything the page of models shows. */
export const ModelsView = z.object({
  /** Null for the model that ships. */
  champion: z.string().nullable(),
  starter: z.string(),
  challenger: z.object({ model: z.string(), sharePercent: z.number() }).nullable(),
  shadows: z.array(z.string()),
  /** What a rollback brings back: null for the model that ships, absent where there is no way back. */
  previousChampion: z.string().nullable().optional(),
  /** Set by people; null where the model's own count. */
  grades: GradeCutoffs.nullable(),
  modelGrades: z.object({ A: z.number(), B: z.number(), C: z.number() }),
  rescoring: z.object({ scored: z.number(), profiles: z.number(), isDone: z.boolean() }),
  models: z.array(ModelView),
  alerts: z.array(z.object({ alertId: z.number(), message: z.string(), openedAt: z.number() })),
  /** The last look at the served model; null before the first. */
  watch: z.object({ at: z.number(), untold: z.array(z.string()) }).nullable(),
  /** The newest first. */
  changes: z.array(
    z.object({
      changeId: z.number(),
      at: z.number(),
      action: z.string(),
      model: z.string().nullable(),
      reason: z.string().nullable(),
    }),
  ),
})
export type ModelsView = z.infer<typeof ModelsView>

const reason = z.string().trim().min(1).max(1_000).optional()

export const ModelChange = z.discriminatedUnion('stage', [
  z.object({ stage: z.literal('shadow') }),
  z.object({
    stage: z.literal('challenger'),
    sharePercent: z.number().int().min(1).max(MAX_SHARE_PERCENT),
  }),
  z.object({
    stage: z.literal('champion'),
    /** Checks that may be unknown; then with a reason. */
    accept: z.array(z.enum(PROMOTION_CHECKS)),
    reason,
  }),
  z.object({ stage: z.literal('retired') }),
])
export type ModelChange = z.infer<typeof ModelChange>

const nothing = z.object({})

/** These ask the edge: there is no copy of the registry on this computer. */
export const MODEL_METHODS = {
  'models.get': { input: nothing, output: ModelsView },
  /** What a promotion would find; changes nothing. */
  'models.check': {
    input: z.object({ version: z.string() }),
    output: z.object({ checks: z.array(PromotionCheck) }),
  },
  'models.change': {
    input: z.object({ version: z.string(), change: ModelChange }),
    output: nothing,
  },
  'models.grade': { input: z.object({ grades: GradeCutoffs.nullable() }), output: nothing },
  'models.rollBack': { input: z.object({ reason }), output: nothing },
} as const
