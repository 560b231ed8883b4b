import { z } from '@hono/zod-openapi'
import {
  ImportedManifest,
  MODEL_ALGORITHMS,
  ModelImport,
  TrainedManifest,
} from '#shared/scoring/manifest.ts'
import { PROMOTION_CHECKS, PromotionCheck } from '#shared/scoring/promotion-check.ts'
import { GradeCutoffs, MAX_SHARE_PERCENT, ModelStage, Rollout } from '#shared/scoring/rollout.ts'

/** Fifteen thousand leaves take less than 1 MB. */
export const MAX_ONNX_BYTES = 6_000_000
const MAX_BASE64_CHARS = Math.ceil(MAX_ONNX_BYTES / 3) * 4
const MAX_CARD_CHARS = 200_000
const MAX_WORDS_CHARS = 1_000

/** It names files in the bucket. */
export const ModelVersion = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,79}$/, 'Use lower-case letters, digits, dots and dashes.')
  .openapi({ example: 'lead-20261101-1f3a9c2e' })

const Reason = z.string().trim().min(1).max(MAX_WORDS_CHARS).openapi({
  description: 'Why; it is kept with the change.',
})

export const NewModel = z
  .strictObject({
    manifest: TrainedManifest,
    onnx: z.base64('Send the ONNX file in base64.').max(MAX_BASE64_CHARS),
    card: z.string().max(MAX_CARD_CHARS).nullable().default(null),
    note: z.string().trim().max(MAX_WORDS_CHARS).nullable().default(null),
  })
  .openapi('NewModel')

export const StageChange = z
  .discriminatedUnion('stage', [
    z.strictObject({ stage: z.literal('shadow'), reason: Reason.optional() }),
    z.strictObject({
      stage: z.literal('challenger'),
      sharePercent: z.number().int().min(1).max(MAX_SHARE_PERCENT),
      reason: Reason.optional(),
    }),
    z.strictObject({
      stage: z.literal('champion'),
      accept: z
        .array(z.enum(PROMOTION_CHECKS))
        .default([])
        .openapi({ description: 'Checks that may be unknown; a failed one never may.' }),
      reason: Reason.optional(),
    }),
    z.strictObject({ stage: z.literal('retired'), reason: Reason.optional() }),
  ])
  .refine((change) => change.stage !== 'champion' || !change.accept.length || change.reason, {
    message: 'Say the reason for accepting what is not known.',
    path: ['reason'],
  })
  .openapi('StageChange')

export const RollbackRequest = z.strictObject({ reason: Reason.optional() }).openapi('Rollback')
export const GradesRequest = z
  .strictObject({
    grades: GradeCutoffs.nullable().openapi({ description: "Null for each model's own." }),
    reason: Reason.optional(),
  })
  .openapi('GradesChange')

export const ModelSummary = z
  .object({
    version: z.string(),
    stage: ModelStage,
    stageSince: z.number(),
    createdAt: z.number(),
    onnxBytes: z.number(),
    note: z.string().nullable(),
    algorithm: z.enum(MODEL_ALGORITHMS),
    ...TrainedManifest.pick({ calibrated: true, featureHash: true, grades: true }).shape,
    /** Null where nobody has said. */
    trainedOn: TrainedManifest.shape.trainedOn.nullable(),
    testedOn: TrainedManifest.shape.testedOn.nullable(),
    /** Of an imported model as its sender states them. */
    metrics: ImportedManifest.shape.metrics,
    /** Null of a model that was trained here. */
    imported: ModelImport.nullable(),
  })
  .openapi('Model')

export const ModelDetail = ModelSummary.extend({ card: z.string().nullable() }).openapi(
  'ModelDetail',
)

export const RolloutState = z
  .object({
    ...Rollout.shape,
    /** What ships with the edge, and scores where `champion` is null. */
    starter: z.string(),
    /** The champion's own cut-offs, which count while `grades` is null. */
    modelGrades: TrainedManifest.shape.grades,
    rescoring: z.object({ scored: z.number(), profiles: z.number(), isDone: z.boolean() }),
  })
  .openapi('RolloutState')

export const Checks = z.object({ checks: z.array(PromotionCheck) }).openapi('PromotionChecks')

export const ModelChange = z
  .object({
    changeId: z.number(),
    at: z.number(),
    actor: z.string(),
    action: z.string(),
    model: z.string().nullable(),
    rollout: z.number().nullable(),
    reason: z.string().nullable(),
    checks: z.array(PromotionCheck).nullable(),
  })
  .openapi('ModelChange')
