import { z } from 'zod'
import { DriftFinding } from './finding.ts'

/** What was found when the served model was looked at. */
export const WatchReport = z.object({
  at: z.number(),
  /** The version that served. */
  model: z.string(),
  findings: z.array(DriftFinding),
  /** Plain sentences on what there was too little to tell. */
  untold: z.array(z.string()),
  /** Visitors compared, before and lately. */
  visitors: z.object({ reference: z.number(), recent: z.number() }),
})
export type WatchReport = z.infer<typeof WatchReport>
