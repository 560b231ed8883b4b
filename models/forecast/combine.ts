import type { PointForecast } from './point-forecast.ts'

/**
 * Weighted mean of forecasts. Deviations are averaged too, as if all erred alike, which methods on the same
 * values nearly do.
 */
export function combine(
  forecasts: readonly PointForecast[],
  weights: readonly number[],
): PointForecast {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const mixed = (numbers: (forecast: PointForecast) => Float64Array) => {
    const result = new Float64Array(forecasts[0]?.mean.length ?? 0)
    for (const [which, forecast] of forecasts.entries()) {
      const share = (weights[which] ?? 0) / total
      for (const [at, number] of numbers(forecast).entries()) {
        result[at] = (result[at] ?? 0) + share * number
      }
    }
    return result
  }
  return { mean: mixed(({ mean }) => mean), deviation: mixed(({ deviation }) => deviation) }
}
