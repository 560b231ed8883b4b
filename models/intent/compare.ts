import { isRight, type TestJudgements } from './judge.ts'

/** Paired answers of two models to the same messages. */
interface Pairs {
  /** Messages that only the old model answered rightly. */
  lost: number
  /** Messages that only the new model answers rightly. */
  won: number
  /**
   * How likely so many or more of the lost and won would be lost if both models were equally good:
   * McNemar's exact test, one-sided.
   */
  chance: number
}

export interface Comparison {
  /** Messages that have an intent; a refused one counts as wrong. */
  inside: Pairs
  /** Messages that have none; a refused one counts as right. */
  outside: Pairs
  /** Whether neither is worse beyond noise: both chances are at least {@link LEAST_CHANCE}. */
  mayReplace: boolean
}

/** The level of the test; two tests are made, so a model that is no worse is refused up to twice as often. */
export const LEAST_CHANCE = 0.05

/**
 * Compares two models by what they make of the same test messages, in the same order. A difference
 * that is within noise passes; what small losses add up to over many trainings is seen only by a
 * comparison with the model that was shipped first.
 */
export function compareModels(before: TestJudgements, after: TestJudgements): Comparison {
  const inside = pairsOf(before.inside.map(isRight), after.inside.map(isRight))
  const outside = pairsOf(
    before.outside.map(({ refused }) => refused),
    after.outside.map(({ refused }) => refused),
  )
  return {
    inside,
    outside,
    mayReplace: Math.min(inside.chance, outside.chance) >= LEAST_CHANCE,
  }
}

function pairsOf(before: readonly boolean[], after: readonly boolean[]): Pairs {
  const lost = before.filter((right, at) => right && !after[at]).length
  const won = before.filter((right, at) => !right && after[at]).length
  return { lost, won, chance: chanceOf(lost, lost + won) }
}

/** The chance that a fair coin shows heads `heads` times or more in `throws`. */
function chanceOf(heads: number, throws: number): number {
  let sum = 0
  let logWays = 0
  for (let count = 0; count <= throws; count++) {
    if (count > 0) logWays += Math.log((throws - count + 1) / count)
    if (count >= heads) sum += Math.exp(logWays - throws * Math.LN2)
  }
  return Math.min(sum, 1)
}
