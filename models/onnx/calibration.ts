import { sigmoid } from './linear-walker.ts'

/** What turns a margin (log-odds of the trees) into a probability that outcomes bear out. */
export type Calibration =
  /** The logistic function of the margin, as it was trained. */
  | { kind: 'none' }
  /** sigmoid(a · margin + b); Platt 1999. */
  | { kind: 'platt'; a: number; b: number }
  /**
   * The uncalibrated probability through straight lines between knots: ascending `x`, never falling
   * `y`, both probabilities. Below the first and above the last knot it stays level.
   */
  | { kind: 'isotonic'; x: Float32Array; y: Float32Array }

/**
 * The steepest line between two knots that may be served. ONNX Runtime and the walker differ by up to
 * 4e-7 in the uncalibrated probability (float32 sums), and a line makes that so many times larger.
 */
export const MOST_SLOPE = 20

export type CalibrationErrorKind = 'knots' | 'too_steep' | 'parameters' | 'no_probability'

const NEXT: Record<CalibrationErrorKind, string> = {
  knots:
    'Give at least two knots between 0 and 1, x strictly ascending in float32, y never falling.',
  too_steep: 'Pass the knots through gentleKnots first.',
  parameters: 'Fit the calibration again, on outcomes of both kinds.',
  no_probability: 'Leave the calibration out, or train the ensemble with the logistic link.',
}

/** A calibration that cannot be written into a model as it is. */
export class CalibrationError extends Error {
  override readonly name = 'CalibrationError'
  readonly kind: CalibrationErrorKind
  readonly next: string

  constructor(kind: CalibrationErrorKind, reason: string) {
    super(reason)
    this.kind = kind
    this.next = NEXT[kind]
  }
}

function checkKnots(x: Float32Array, y: Float32Array): void {
  if (x.length < 2 || x.length !== y.length) {
    throw new CalibrationError(
      'knots',
      `${x.length} values of x and ${y.length} of y are no knots.`,
    )
  }
  for (let knot = 0; knot < x.length; knot++) {
    const at = x[knot] ?? Number.NaN
    const to = y[knot] ?? Number.NaN
    if (!(at >= 0 && at <= 1 && to >= 0 && to <= 1)) {
      throw new CalibrationError(
        'knots',
        `Knot ${knot} (${at}, ${to}) is no pair of probabilities.`,
      )
    }
    if (knot === 0) continue
    const width = at - (x[knot - 1] ?? 0)
    const rise = to - (y[knot - 1] ?? 0)
    if (width <= 0 || rise < 0) {
      throw new CalibrationError(
        'knots',
        `Knot ${knot} (${at}, ${to}) is not above the one before.`,
      )
    }
    if (rise > MOST_SLOPE * width) {
      throw new CalibrationError(
        'too_steep',
        `Between knots ${knot - 1} and ${knot} the probability rises by ${rise} within ${width}.`,
      )
    }
  }
}

/** @throws CalibrationError where it could not be computed alike everywhere. */
export function checkCalibration(calibration: Calibration): void {
  if (calibration.kind === 'isotonic') checkKnots(calibration.x, calibration.y)
  if (calibration.kind === 'platt') {
    const { a, b } = calibration
    if (!Number.isFinite(Math.fround(a)) || !Number.isFinite(Math.fround(b))) {
      throw new CalibrationError('parameters', `a = ${a} and b = ${b} are no float32 numbers.`)
    }
  }
}

/** The y of straight lines between knots at `at`; level beyond the first and the last. */
export function interpolate(x: ArrayLike<number>, y: ArrayLike<number>, at: number): number {
  let low = 0
  let high = x.length - 1
  if (at <= (x[low] ?? 0)) return y[low] ?? 0
  if (at >= (x[high] ?? 1)) return y[high] ?? 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((x[middle] ?? 0) <= at) low = middle
    else high = middle
  }
  const from = x[low] ?? 0
  const share = (at - from) / ((x[high] ?? 1) - from)
  return (y[low] ?? 0) + share * ((y[high] ?? 1) - (y[low] ?? 0))
}

/** The probability of a margin in log-odds. */
export function calibratedProbability(calibration: Calibration, margin: number): number {
  switch (calibration.kind) {
    case 'none':
      return sigmoid(margin)
    case 'platt':
      return sigmoid(calibration.a * margin + calibration.b)
    case 'isotonic':
      return interpolate(calibration.x, calibration.y, sigmoid(margin))
  }
}
