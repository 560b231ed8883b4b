import { type RobustScale, robustScale } from './robust-scale.ts'
import { POISSON_DEVIATION } from './stable-variance.ts'

/** With fewer residuals in a group, only the scale of all is used. */
const LEAST_IN_GROUP = 30
/**
 * So many values' worth of the scale of all are mixed into a group's: a MAD of 56 values is off by a sixth
 * (one deviation), and too small a scale rings for a year.
 */
const OVERALL_WORTH = 50
/**
 * Less than chance makes of counts means that something keeps them even (a monitor that calls each minute),
 * and then one call more is no news.
 */
const LEAST_DEVIATION = POISSON_DEVIATION

/**
 * The scale of residuals a group (hour of the day, or weekday).
 *
 * @param residuals standardised, on the stabilised scale; NaN is left out
 * @param groupOf the group of each residual, from 0 to `groups` - 1
 */
export function residualScales(
  residuals: Float64Array,
  groupOf: (index: number) => number,
  groups: number,
): RobustScale[] {
  const overall = robustScale(residuals)
  const members: number[][] = Array.from({ length: groups }, () => [])
  for (const [index, residual] of residuals.entries()) {
    if (!Number.isNaN(residual)) members[groupOf(index)]?.push(residual)
  }
  return members.map((group) => {
    const { centre, deviation } = group.length < LEAST_IN_GROUP ? overall : robustScale(group)
    const share = group.length / (group.length + OVERALL_WORTH)
    const mixed = (own: number, all: number) => share * own + (1 - share) * all
    return {
      centre: mixed(centre, overall.centre),
      deviation: Math.max(LEAST_DEVIATION, mixed(deviation, overall.deviation)),
    }
  })
}
