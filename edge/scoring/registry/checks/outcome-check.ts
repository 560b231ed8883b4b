import { delongGap } from '#shared/metrics/delong.ts'
import type { PromotionCheck } from '#shared/scoring/promotion-check.ts'

/** Fewer say nothing: of 30, one more or less moves a rate by a tenth of its error. */
export const LEAST_CONVERTED = 30
export const LEAST_NOT_CONVERTED = 100
/** A difference beyond this is not chance: one in forty on one side. */
const STANDARD_ERRORS = 2
const PROBABILITY_FLOOR = 1e-6

/** What two models said of the same visitors, and what came of them. */
export interface Rivals {
  outcomes: readonly boolean[]
  candidate: readonly number[]
  champion: readonly number[]
}

/**
 * Whether a candidate may take the champion's place, by visitors of whom it is known whether they
 * converted: it must not order them worse (difference of AUCs, DeLong et al. 1988) nor be further off
 * with its probabilities (difference of log losses, paired), beyond what chance explains.
 */
export function outcomeCheck({ outcomes, candidate, champion }: Rivals): PromotionCheck {
  const check = 'outcomes' as const
  const converted = outcomes.filter(Boolean).length
  const others = outcomes.length - converted
  if (converted < LEAST_CONVERTED || others < LEAST_NOT_CONVERTED) {
    return {
      check,
      verdict: 'unknown',
      finding: `Of visitors scored since the model was trained, ${converted} are known to have converted and ${others} not; ${LEAST_CONVERTED} and ${LEAST_NOT_CONVERTED} are needed to tell.`,
    }
  }
  const happened = outcomes.map(Number)
  const order = delongGap(happened, candidate, champion)
  const loss = pairedLoss(happened, candidate, champion)
  const ordersWorse = order.auc + STANDARD_ERRORS * Math.sqrt(order.variance) < 0
  const isFurtherOff = loss.mean - STANDARD_ERRORS * loss.error > 0
  const seen = `On ${outcomes.length} visitors with known outcome, ${converted} of them converted, its AUC is ${signed(order.auc)} and its log loss ${signed(loss.mean)} against the champion's`
  if (ordersWorse) return { check, verdict: 'failed', finding: `${seen}: it orders them worse.` }
  if (isFurtherOff) {
    const finding = `${seen}: its probabilities are further from what happened.`
    return { check, verdict: 'failed', finding }
  }
  return { check, verdict: 'passed', finding: `${seen}.` }
}

const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`

function lossOf(outcome: number, probability: number): number {
  return -Math.log(Math.max(outcome === 1 ? probability : 1 - probability, PROBABILITY_FLOOR))
}

function pairedLoss(outcomes: readonly number[], a: readonly number[], b: readonly number[]) {
  const differences = outcomes.map(
    (outcome, row) => lossOf(outcome, a[row] ?? 0) - lossOf(outcome, b[row] ?? 0),
  )
  const mean = differences.reduce((sum, each) => sum + each, 0) / differences.length
  const squares = differences.reduce((sum, each) => sum + (each - mean) ** 2, 0)
  const variance = squares / (differences.length - 1)
  return { mean, error: Math.sqrt(variance / differences.length) }
}
