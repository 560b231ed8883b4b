import { canHaveSeason, leastForSeason } from './ets-choice.ts'
import { allMethods, METHODS, type MethodName } from './methods.ts'
import type { PointForecast } from './point-forecast.ts'
import type { Series } from './series.ts'

/** Forecasts of one origin, and what then came. */
export interface Origin {
  forecasts: Record<MethodName, PointForecast>
  actual: readonly number[]
}

const MOST_ORIGINS = 4
const WANTED_ORIGINS = 2
const LEAST_TRAINING = 12

/**
 * Forecasts every method from a few earlier ends of the series, the latest first; each is fitted on what
 * came before its origin alone. Origins are one horizon apart, or less where the series would otherwise not
 * have two of them. None where too few values would remain to fit on, or too few for the season that the
 * whole series can have.
 */
export function rollingOrigins({ values, season, horizon }: Series): Origin[] {
  const hasSeason = canHaveSeason(values.length, season)
  const least = Math.max(LEAST_TRAINING, hasSeason ? leastForSeason(season) : 0)
  const step = Math.max(1, Math.min(horizon, Math.floor((values.length - least) / WANTED_ORIGINS)))
  const origins: Origin[] = []
  for (let end = values.length - step; end >= least; end -= step) {
    origins.push({
      forecasts: allMethods(values.slice(0, end), season, step),
      actual: values.slice(end, end + step),
    })
    if (origins.length === MOST_ORIGINS) break
  }
  return origins
}

/** Mean absolute error of each method at each origin, in the units of the series. */
export function errorsByMethod(origins: readonly Origin[]): Record<MethodName, number[]> {
  const errorOf = (method: MethodName) =>
    origins.map(({ forecasts, actual }) => meanAbsoluteError(actual, forecasts[method].mean))
  return Object.fromEntries(METHODS.map((method) => [method, errorOf(method)])) as Record<
    MethodName,
    number[]
  >
}

export function meanAbsoluteError(actual: readonly number[], mean: Float64Array): number {
  const sum = actual.reduce((total, value, at) => total + Math.abs(value - (mean[at] ?? 0)), 0)
  return sum / actual.length
}
