import type { FeatureValues } from '#shared/features/registry.ts'
import type { PromotionCheck } from '#shared/scoring/promotion-check.ts'
import type { Scorer } from '../../scorer.ts'

/** A score with its reasons, while a page renders. */
const MAX_SCORE_MS = 5
const SCORES = 100

/**
 * What a score with reasons takes, on average. A Worker's clock stands still while it computes and moves
 * with input and output, so the time is taken between two of those.
 *
 * @param tick does some input or output, and returns the time after it in milliseconds
 */
export async function timeCheck(
  scorer: Scorer,
  visitors: readonly FeatureValues[],
  tick: () => Promise<number>,
): Promise<PromotionCheck> {
  // The first opens the session.
  await scorer.score([visitors[0] ?? {}], { reasons: true })
  const before = await tick()
  const from = await tick()
  for (let at = 0; at < SCORES; at++) {
    await scorer.score([visitors[at % Math.max(1, visitors.length)] ?? {}], { reasons: true })
  }
  const to = await tick()
  const each = Math.max(0, to - from - (from - before)) / SCORES
  return {
    check: 'time',
    verdict: each <= MAX_SCORE_MS ? 'passed' : 'failed',
    finding: `A score with reasons takes ${each.toFixed(2)} ms here; ${MAX_SCORE_MS} ms are allowed.`,
  }
}
