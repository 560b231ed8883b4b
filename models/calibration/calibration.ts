import { interpolate } from '../onnx/calibration.ts'
import { sigmoid } from '../onnx/linear-walker.ts'

/** What turns a model's raw scores into probabilities that hold. */
export type Calibration =
  /** p = 1 / (1 + e^−(a·margin + b)) */
  | { kind: 'platt'; a: number; b: number }
  /** From probability to probability, by straight lines between knots; flat beyond the ends. */
  | { kind: 'isotonic'; x: Float64Array; y: Float64Array }

/** Margins are held within this: e^−30 is a probability that no number of rows can tell from zero. */
const MOST_MARGIN = 30

/** Log-odds of probabilities. */
export function marginsOf(probabilities: ArrayLike<number>): Float64Array {
  return Float64Array.from(probabilities, (probability) => {
    const margin = Math.log(probability / (1 - probability))
    return Math.min(Math.max(margin, -MOST_MARGIN), MOST_MARGIN)
  })
}

/** Calibrated probabilities of margins (log-odds). Never turns the order of two rows around. */
export function calibrated(calibration: Calibration, margins: Float64Array): Float64Array {
  if (calibration.kind === 'platt') {
    const { a, b } = calibration
    return margins.map((margin) => sigmoid(a * margin + b))
  }
  const { x, y } = calibration
  return margins.map((margin) => interpolate(x, y, sigmoid(margin)))
}
