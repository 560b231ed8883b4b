import type { EtsFit } from './ets-fit.ts'
import { lineThrough } from './line.ts'
import type { PointForecast } from './point-forecast.ts'

/**
 * The Theta method (Assimakopoulos and Nikolopoulos, 2000) as simple exponential smoothing with a drift of
 * half the slope of the line through the values, which Hyndman and Billah (2003) showed it to be.
 *
 * @param smoothed simple exponential smoothing of the same values
 */
export function theta(values: readonly number[], smoothed: EtsFit, horizon: number): PointForecast {
  const { level: weight } = smoothed.weights
  const drift = lineThrough(values).slope / 2
  const settled = (1 - (1 - weight) ** values.length) / weight
  return {
    mean: Float64Array.from(
      { length: horizon },
      (_, at) => smoothed.state.level + drift * (at + settled),
    ),
    deviation: Float64Array.from(
      { length: horizon },
      (_, at) => smoothed.deviation * Math.sqrt(1 + at * weight * weight),
    ),
  }
}
