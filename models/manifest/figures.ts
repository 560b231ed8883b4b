import type { TrainedManifest } from '#shared/scoring/manifest.ts'
import * as metrics from '../metrics/metrics.ts'

/** The manifest's figures of predictions for rows that the model has not seen. */
export function figuresOf(test: metrics.Predictions): TrainedManifest['metrics'] {
  return {
    auc: metrics.auc(test),
    logLoss: metrics.logLoss(test),
    brier: metrics.brier(test),
    ece: metrics.expectedCalibrationError(test),
    topDecileLift: metrics.topDecileLift(test),
  }
}

/** The same figures for giving every row one probability, which any model must beat. */
export function baselineOf(
  probability: number,
  outcomes: ArrayLike<number>,
): { logLoss: number; brier: number } {
  const baseline = {
    probabilities: new Float64Array(outcomes.length).fill(probability),
    outcomes,
  }
  return { logLoss: metrics.logLoss(baseline), brier: metrics.brier(baseline) }
}
