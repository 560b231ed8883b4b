import { type Assessment, decideIntent } from '#shared/text/classify.ts'
import { auc, expectedCalibrationError } from '../metrics/metrics.ts'

export interface JudgedAssessment extends Assessment {
  correct: boolean
}

export interface IntentQuality {
  /** Share of in-scope messages whose likeliest intent is right. */
  accuracyBeforeThreshold: number
  /** The same where a refused message counts as wrong. */
  accuracy: number
  /** Share of out-of-scope messages refused. */
  outsideRecall: number
  /**
   * Share of refused messages that are out of scope; depends on how many of each kind there are.
   */
  outsidePrecision: number
  /** How well the in-scope score tells the two kinds apart, whatever the threshold: 0.5 to 1. */
  outsideAuc: number
  /**
   * Expected calibration error of the probability, over in-scope messages, in {@link BINS} bins of
   * equal size.
   */
  calibrationError: number
}

const BINS = 15

/** Quality on messages that neither training nor the choice of the threshold has seen. */
export function intentQuality(
  inside: readonly JudgedAssessment[],
  outside: readonly Assessment[],
  threshold: number,
): IntentQuality {
  const refused = (assessment: Assessment): boolean =>
    decideIntent(assessment, threshold).kind === 'out_of_scope'
  const correct = inside.filter((message) => message.correct)
  const refusedInside = inside.filter(refused).length
  const refusedOutside = outside.filter(refused).length
  const scores = [...inside, ...outside].map(({ inScope }) => inScope)
  return {
    accuracyBeforeThreshold: correct.length / inside.length,
    accuracy: correct.filter((message) => !refused(message)).length / inside.length,
    outsideRecall: refusedOutside / outside.length,
    outsidePrecision: refusedOutside / Math.max(refusedInside + refusedOutside, 1),
    outsideAuc: auc({
      probabilities: scores,
      outcomes: scores.map((_, row) => (row < inside.length ? 1 : 0)),
    }),
    calibrationError: expectedCalibrationError(
      {
        probabilities: inside.map(({ probability }) => probability),
        outcomes: inside.map((message) => (message.correct ? 1 : 0)),
      },
      BINS,
    ),
  }
}
