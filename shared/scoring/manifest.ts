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

export const PeriodRows = z.object({
  /** First and last moment that the rows speak of, Unix milliseconds. */
  from: z.number().int(),
  to: z.number().int(),
  rows: z.number().int().positive(),
  converted: z.number().int().nonnegative(),
})

export const ModelMetrics = z.object({
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

const TRAINED_ALGORITHMS = ['logistic-regression', 'gradient-boosted-trees'] as const
export const MODEL_ALGORITHMS = [...TRAINED_ALGORITHMS, 'imported'] as const

/**
 * What must be known beside the ONNX file to score with it and to speak of it honestly, of a model that was
 * trained here.
 */
export const TrainedManifest = z.object({
  format: z.literal(1),
  version: z.string(),
  algorithm: z.enum(TRAINED_ALGORITHMS),
  /** Lower-case hex SHA-256 of the ONNX file that this manifest belongs to. */
  onnxSha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Hash of the feature registry; a model never runs over other features than it was trained on. */
  featureHash: z.string(),
  columns: z.array(ModelColumn).min(1),
  /** Log-odds of the average visitor: the margin at the columns' means. */
  base: z.number(),
  /** `l2` is the strength of the penalty on weights; trees have none. */
  trainedOn: PeriodRows.extend({ source: z.string(), l2: z.number().nullable() }),
  testedOn: PeriodRows,
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
export type TrainedManifest = z.infer<typeof TrainedManifest>

/** What the edge saw itself of a model that another toolkit trained. */
export const ModelImport = z.object({
  /** Unix milliseconds. */
  at: z.number().int(),
  /** Of the file as it was sent; what is served was written anew from it. Lower-case hex SHA-256. */
  sentSha256: TrainedManifest.shape.onnxSha256,
  /** Operators of the graph, each once. */
  operators: z.array(z.string()),
  /** Interior nodes and leaves of all trees. */
  nodes: z.number().int(),
  /** What points and grades compare with: the workspace's recent visitors, or nobody (`even`). */
  scale: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('visitors'), visitors: z.number().int().positive() }),
    z.object({ kind: z.literal('even') }),
  ]),
})
export type ModelImport = z.infer<typeof ModelImport>

/** Of a model from elsewhere: null where nothing is known; periods and figures are as its sender states them. */
export const ImportedManifest = TrainedManifest.extend({
  algorithm: z.literal('imported'),
  columns: z.array(ModelColumn.omit({ mean: true })).min(1),
  base: z.null(),
  trainedOn: TrainedManifest.shape.trainedOn.nullable(),
  testedOn: z.null(),
  metrics: ModelMetrics.partial().nullable(),
  /** Whether its probabilities fit this workspace is not known. */
  calibrated: z.literal(false),
  imported: ModelImport,
})
export type ImportedManifest = z.infer<typeof ImportedManifest>

export const ModelManifest = z.discriminatedUnion('algorithm', [TrainedManifest, ImportedManifest])
export type ModelManifest = z.infer<typeof ModelManifest>
