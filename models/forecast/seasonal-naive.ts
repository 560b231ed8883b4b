import type { PointForecast } from './point-forecast.ts'

/**
 * The last season again; with a season of 1, the last value. Its errors are a random walk's, so the
 * deviation grows with the square root of the seasons ahead.
 */
export function seasonalNaive(
  values: readonly number[],
  season: number,
  horizon: number,
): PointForecast {
  const lag = values.length > season ? season : 1
  const step = Math.sqrt(meanSquareChange(values, lag))
  const start = values.length - lag
  return {
    mean: Float64Array.from({ length: horizon }, (_, at) => values[start + (at % lag)] ?? 0),
    deviation: Float64Array.from(
      { length: horizon },
      (_, at) => step * Math.sqrt(Math.floor(at / lag) + 1),
    ),
  }
}

function meanSquareChange(values: readonly number[], lag: number): number {
  let sum = 0
  for (let at = lag; at < values.length; at++) {
    sum += ((values[at] ?? 0) - (values[at - lag] ?? 0)) ** 2
  }
  return sum / Math.max(1, values.length - lag)
}
