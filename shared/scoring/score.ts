import { z } from 'zod'

export const GRADES = ['A', 'B', 'C', 'D'] as const
export type Grade = (typeof GRADES)[number]

/** Whether a feature says how well a lead fits us, or how much it engages with us. */
export const SCORE_SIDES = ['fit', 'engagement'] as const

/**
 * Why a score is what it is: one feature's exact share of the margin (log-odds), or of an imported model what
 * is lost without the feature, which the text then calls approximate.
 */
export const Reason = z.object({
  feature: z.string(),
  side: z.enum(SCORE_SIDES),
  /** The visitor's own value; null where it is missing. */
  value: z.union([z.number(), z.string(), z.boolean()]).nullable(),
  /** Log-odds added (or taken, if negative) against the average visitor. */
  contribution: z.number(),
  /** One plain phrase with the visitor's own value: "visited pricing 4 times this week". */
  text: z.string(),
})
export type Reason = z.infer<typeof Reason>

export const Score = z.object({
  /** Probability of converting, 0 to 1. */
  probability: z.number().min(0).max(1),
  /** What people read: 0 to 100. */
  points: z.number().int().min(0).max(100),
  grade: z.enum(GRADES),
  /**
   * Share of the margin from fit and from engagement features, in log-odds. Null where reasons were not
   * asked for and finding out would take longer than the score.
   */
  fit: z.number().nullable(),
  engagement: z.number().nullable(),
  modelVersion: z.string(),
  /** False for the starter model, which has not seen this workspace's outcomes. */
  calibrated: z.boolean(),
  /** Strongest first; empty where reasons were not asked for. */
  reasons: z.array(Reason),
})
export type Score = z.infer<typeof Score>

/** What a model in shadow said of the same features at the same moment. */
export const ShadowScore = Score.pick({
  modelVersion: true,
  probability: true,
  points: true,
  grade: true,
})
export type ShadowScore = z.infer<typeof ShadowScore>
