import { z } from 'zod'

/** How one column of the model's input is made from a feature. */
export const Encoding = z.discriminatedUnion('kind', [
  /** The number itself, or log(1 + number) where counts are heavy-tailed. */
  z.object({ kind: z.literal('number'), transform: z.enum(['identity', 'log1p']) }),
  /** 1 for true, 0 for false. */
  z.object({ kind: z.literal('boolean') }),
  /** 1 where the category has this level, else 0. */
  z.object({ kind: z.literal('level'), level: z.string() }),
  /** 1 where the feature is missing, else 0. */
  z.object({ kind: z.literal('missing') }),
])
export type Encoding = z.infer<typeof Encoding>

export const ModelColumn = z.object({
  feature: z.string(),
  encoding: Encoding,
  /** Mean over the training rows: what reasons compare a visitor with. */
  mean: z.number(),
})
export type ModelColumn = z.infer<typeof ModelColumn>

const Rows = z.object({
  /** First and last moment that the rows speak of, Unix milliseconds. */
  from: z.number().int(),
  to: z.number().int(),
  rows: z.number().int().positive(),
  converted: z.number().int().nonnegative(),
})

const ModelMetrics = z.object({
  auc: z.number(),
  /** Mean negative log-likelihood, in nats. */
  logLoss: z.number(),
  brier: z.number(),
  /** Expected calibration error over ten bins of equal size. */
  ece: z.number(),
  /** Conversions among the tenth with the highest scores, as a multiple of the average. */
  topDecileLift: z.number(),
})

export const POINT_KNOTS = 101

/** What must be known beside the ONNX file to score with it and to speak of it honestly. */
export const ModelManifest = z.object({
  format: z.literal(1),
  version: z.string(),
  algorithm: z.enum(['logistic-regression', 'gradient-boosted-trees']),
  /** Lower-case hex SHA-256 of the ONNX file that this manifest belongs to. */
  onnxSha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Hash of the feature registry; a model never runs over other features than it was trained on. */
  featureHash: z.string(),
  columns: z.array(ModelColumn).min(1),
  /** Log-odds of the average visitor: the margin at the columns' means. */
  base: z.number(),
  /** `l2` is the strength of the penalty on weights; trees have none. */
  trainedOn: Rows.extend({ source: z.string(), l2: z.number().nullable() }),
  testedOn: Rows,
  metrics: ModelMetrics,
  /** True once the probabilities were fitted on the workspace's own outcomes. */
  calibrated: z.boolean(),
  /** The least probability of each grade; below C it is D. */
  grades: z.object({ A: z.number(), B: z.number(), C: z.number() }),
  /**
   * Probability at each percent of the training rows in ascending order (0 % to 100 %). Points are
   * the percent of training rows that scored lower.
   */
  pointKnots: z.array(z.number()).length(POINT_KNOTS),
})
export type ModelManifest = z.infer<typeof ModelManifest>
