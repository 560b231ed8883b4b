import { z } from 'zod'

/** What must hold before a model may score visitors. */
export const PROMOTION_CHECKS = ['features', 'file', 'parity', 'time', 'outcomes'] as const

export const PromotionCheck = z.object({
  check: z.enum(PROMOTION_CHECKS),
  /** `unknown` where it cannot be told yet; a person may accept that, not a failure. */
  verdict: z.enum(['passed', 'failed', 'unknown']),
  /** One plain sentence with what was found. */
  finding: z.string(),
})
export type PromotionCheck = z.infer<typeof PromotionCheck>

/** The first check that stands in the way; null where none does. */
export function obstacle(
  checks: readonly PromotionCheck[],
  accepted: readonly PromotionCheck['check'][],
): PromotionCheck | null {
  const stands = ({ check, verdict }: PromotionCheck) =>
    verdict === 'failed' || (verdict === 'unknown' && !accepted.includes(check))
  return checks.find(stands) ?? null
}
