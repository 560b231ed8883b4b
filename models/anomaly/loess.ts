/** What a local line says at one position; reused, since it is asked a million times a series. */
export interface LocalFit {
  value: number
  /**
   * By how much the variance of "value there less fit" differs from the noise's own variance, in units of
   * the latter: negative where the value itself pulled the fit, positive where it had no weight.
   */
  excess: number
}

/** Fewer weighted values than this share of the window, and it is widened: a gap is not bridged by two values. */
const LEAST_SHARE = 0.25
/** With fewer, a line is too steep a guess and the local mean is taken. */
const LEAST_FOR_LINE = 4

/**
 * Locally weighted regression of degree 0 or 1 with the tricube kernel over `window` neighbours (Cleveland 1979;
 * Cleveland et al. 1990, section 2), at a position that may lie outside of the series.
 *
 * @param weights 0 for a value to be ignored, whatever it is
 * @returns false where no value has weight
 */
export function loessAt(
  values: Float64Array,
  weights: Float64Array,
  length: number,
  position: number,
  window: number,
  degree: 0 | 1,
  fit: LocalFit,
): boolean {
  let neighbours = window
  for (;;) {
    const whole = neighbours >= length
    const left = whole
      ? 0
      : Math.min(Math.max(0, Math.round(position) - (neighbours >> 1)), length - neighbours)
    const right = whole ? length - 1 : left + neighbours - 1
    const reach =
      Math.max(position - left, right - position, 1) + (whole ? (neighbours - length) / 2 : 0)
    let count = 0
    for (let at = left; at <= right; at++) if ((weights[at] ?? 0) > 0) count++
    if (count >= Math.max(LEAST_FOR_LINE, LEAST_SHARE * (right - left + 1))) {
      return lineOver(values, weights, left, right, reach, position, degree, fit)
    }
    if (whole) return lineOver(values, weights, left, right, reach, position, 0, fit)
    neighbours *= 2
  }
}

function tricube(distance: number, reach: number): number {
  const share = distance / reach
  if (share >= 0.999) return 0
  const rest = 1 - share * share * share
  return rest * rest * rest
}

function lineOver(
  values: Float64Array,
  weights: Float64Array,
  left: number,
  right: number,
  reach: number,
  position: number,
  degree: 0 | 1,
  fit: LocalFit,
): boolean {
  let sum = 0
  let mean = 0
  for (let at = left; at <= right; at++) {
    const weight = (weights[at] ?? 0) * tricube(Math.abs(at - position), reach)
    sum += weight
    mean += weight * at
  }
  if (!(sum > 0)) return false
  mean /= sum
  let spread = 0
  for (let at = left; at <= right; at++) {
    const weight = (weights[at] ?? 0) * tricube(Math.abs(at - position), reach)
    spread += weight * (at - mean) * (at - mean)
  }
  spread /= sum
  // A spread of nearly nothing is one value's worth: no slope can be told.
  const slope = degree === 1 && spread > 0.25 ? (position - mean) / spread : 0
  let value = 0
  let squares = 0
  let own = 0
  for (let at = left; at <= right; at++) {
    const weight = (weights[at] ?? 0) * tricube(Math.abs(at - position), reach)
    if (weight === 0) continue
    const share = (weight / sum) * (1 + slope * (at - mean))
    value += share * (values[at] ?? 0)
    squares += share * share
    if (at === position) own = share
  }
  fit.value = value
  fit.excess = squares - 2 * own
  return true
}

/**
 * Loess of a whole series. A smooth curve needs no fit at every position: fits are `window / 10` apart with
 * straight lines between (section 3.3 of the same paper), the ends always among them.
 */
export function loessCurve(
  values: Float64Array,
  weights: Float64Array,
  window: number,
): { curve: Float64Array; excess: Float64Array } {
  const { length } = values
  const curve = new Float64Array(length)
  const excess = new Float64Array(length)
  const step = Math.max(1, Math.ceil(window / 10))
  const fit: LocalFit = { value: 0, excess: 0 }
  let before = -1
  for (let at = 0; at < length; at = at === length - 1 ? length : Math.min(at + step, length - 1)) {
    if (!loessAt(values, weights, length, at, window, 1, fit)) break
    curve[at] = fit.value
    excess[at] = fit.excess
    for (let between = before + 1; before >= 0 && between < at; between++) {
      const share = (between - before) / (at - before)
      curve[between] = (1 - share) * (curve[before] ?? 0) + share * fit.value
      excess[between] = (1 - share) * (excess[before] ?? 0) + share * fit.excess
    }
    before = at
  }
  return { curve, excess }
}
