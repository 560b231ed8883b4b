/** The states of exponential smoothing in its error-correction form (Hyndman et al., 2008, ch. 2). */
export interface EtsState {
  level: number
  slope: number
  /** Of the positions in the season; one 0 where there is no season. */
  seasons: Float64Array
}

export interface EtsWeights {
  /** Shares of an error that go into level, slope and season. */
  level: number
  slope: number
  season: number
  /** What remains of the slope after a period: 1 where it is not damped. */
  damping: number
}

/**
 * Walks through the values, changing the state and writing each one-step error.
 *
 * @returns the sum of squared errors
 */
export function filter(
  values: ArrayLike<number>,
  weights: EtsWeights,
  multiplicative: boolean,
  state: EtsState,
  errors: Float64Array,
): number {
  const { seasons } = state
  const period = seasons.length
  let { level, slope } = state
  let squares = 0
  let position = 0
  for (let at = 0; at < errors.length; at++) {
    const season = seasons[position] ?? 0
    const drift = weights.damping * slope
    const base = level + drift
    const error = (values[at] ?? 0) - (multiplicative ? base * season : base + season)
    const unseasonal = multiplicative ? error / season : error
    level = base + weights.level * unseasonal
    slope = drift + weights.slope * unseasonal
    seasons[position] = season + weights.season * (multiplicative ? error / base : error)
    errors[at] = error
    squares += error * error
    if (++position === period) position = 0
  }
  state.level = level
  state.slope = slope
  return squares
}
