import { type ModelManifest, POINT_KNOTS } from './manifest.ts'

/** The top tenth of rows is A, the next two tenths B, the next three C. */
const GRADE_PERCENTS = { A: 90, B: 70, C: 40 } as const

/** The value at each percent of ascending values, 0 % to 100 %. */
function percentKnots(sorted: Float64Array): number[] {
  return Array.from({ length: POINT_KNOTS }, (_, percent) => {
    const position = Math.floor((percent * (sorted.length - 1)) / (POINT_KNOTS - 1))
    return sorted[position] ?? 0
  })
}

/**
 * What a probability is worth among others: points and grades.
 * @param probabilities of the training rows or of visitors, in any order
 */
export function standingOf(
  probabilities: Float64Array,
): Pick<ModelManifest, 'grades' | 'pointKnots'> {
  const knots = percentKnots(probabilities.toSorted())
  return {
    grades: {
      A: knots[GRADE_PERCENTS.A] ?? 1,
      B: knots[GRADE_PERCENTS.B] ?? 1,
      C: knots[GRADE_PERCENTS.C] ?? 1,
    },
    pointKnots: knots,
  }
}

/** Points and grades by the probability itself, where nobody is known to compare with. */
export function evenStanding(): Pick<ModelManifest, 'grades' | 'pointKnots'> {
  return standingOf(Float64Array.from({ length: POINT_KNOTS }, (_, percent) => percent / 100))
}
