import { logLoss } from '../metrics/metrics.ts'
import { taken } from '../table/table.ts'
import { stratifiedFolds } from '../validation/folds.ts'
import { type Calibration, calibrated, marginsOf } from './calibration.ts'
import { fitIsotonic } from './isotonic.ts'
import { fitPlatt } from './platt.ts'

export interface ChosenCalibration {
  calibration: Calibration
  /** Cross-validated, in nats. */
  logLoss: { uncalibrated: number; platt: number; isotonic: number }
  /**
   * Each row calibrated by a curve of the chosen kind that was fitted without it: what honest figures are
   * made of.
   */
  probabilities: Float64Array
}

const FOLDS = 5

const FITS = {
  platt: (probabilities: Float64Array, outcomes: Uint8Array): Calibration =>
    fitPlatt(marginsOf(probabilities), outcomes),
  isotonic: (probabilities: Float64Array, outcomes: Uint8Array): Calibration =>
    fitIsotonic(probabilities, outcomes),
} as const

/**
 * Each row calibrated by a curve that was fitted without it.
 * @param unseen probabilities by a model that has not seen the rows, none NaN
 * @param seed of the folds
 */
export function crossCalibrated(
  kind: Calibration['kind'],
  unseen: Float64Array,
  outcomes: Uint8Array,
  seed: number,
): Float64Array {
  const probabilities = new Float64Array(unseen.length)
  for (const { fit, test } of stratifiedFolds(outcomes, FOLDS, seed)) {
    const curve = FITS[kind](
      taken(unseen, fit, new Float64Array(fit.length)),
      taken(outcomes, fit, new Uint8Array(fit.length)),
    )
    const margins = marginsOf(taken(unseen, test, new Float64Array(test.length)))
    calibrated(curve, margins).forEach((probability, index) => {
      probabilities[test[index] ?? 0] = probability
    })
  }
  return probabilities
}

/**
 * Fits both kinds on predictions of rows the model has not seen, and takes the better by cross-validated
 * log loss; Platt's two numbers where they are equal.
 * @param unseen out-of-fold probabilities, one a row, none NaN
 * @param seed of the folds
 */
export function chooseCalibration(
  unseen: Float64Array,
  outcomes: Uint8Array,
  seed: number,
): ChosenCalibration {
  const platt = crossCalibrated('platt', unseen, outcomes, seed)
  const isotonic = crossCalibrated('isotonic', unseen, outcomes, seed)
  const losses = {
    uncalibrated: logLoss({ probabilities: unseen, outcomes }),
    platt: logLoss({ probabilities: platt, outcomes }),
    isotonic: logLoss({ probabilities: isotonic, outcomes }),
  }
  const kind = losses.isotonic < losses.platt ? 'isotonic' : 'platt'
  return {
    calibration: FITS[kind](unseen, outcomes),
    logLoss: losses,
    probabilities: kind === 'platt' ? platt : isotonic,
  }
}
