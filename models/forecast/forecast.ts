import { type Choice, chooseMethod, chosenForecast } from './choose-method.ts'
import { type Intervals, intervalsAround, widening } from './intervals.ts'
import { allMethods } from './methods.ts'
import type { PointForecast } from './point-forecast.ts'
import { rollingOrigins } from './rolling-origin.ts'
import { seasonalNaive } from './seasonal-naive.ts'
import { checkSeries, type Series } from './series.ts'

/** Numbers a period ahead, in the units of the series. Intervals hold the value 80 or 95 times in 100. */
export interface Prediction extends Intervals {
  mean: Float64Array
}

export type Forecast =
  | ({ kind: 'forecast'; method: Choice; origins: number } & Prediction)
  | ({ kind: 'too_short'; method: 'naive'; reason: string; next: string } & Prediction)

/** With fewer, a smoothing's weights are guesses. */
const LEAST_VALUES = 8

/**
 * The periods after a series, with intervals. Values that are never negative have a forecast that is never
 * negative. The same series gives the same forecast, bit by bit on one machine.
 *
 * @throws ForecastError where the series has a gap or fewer than three values, or the question makes no
 * sense
 */
export function forecast(series: Series): Forecast {
  checkSeries(series)
  const { values, season, horizon } = series
  const floor = values.every((value) => value >= 0) ? 0 : Number.NEGATIVE_INFINITY
  if (values.length < LEAST_VALUES) {
    return {
      kind: 'too_short',
      method: 'naive',
      reason: `The series has ${values.length} values, and a method takes ${LEAST_VALUES} to be fitted, so the last value is repeated.`,
      next: 'Wait for more periods, or take shorter ones.',
      ...predicted(seasonalNaive(values, 1, horizon), 1, floor),
    }
  }
  const origins = rollingOrigins(series)
  const method = chooseMethod(origins, season)
  const point = chosenForecast(method, allMethods(values, season, horizon))
  return {
    kind: 'forecast',
    method,
    origins: origins.length,
    ...predicted(point, widening(method, origins), floor),
  }
}

function predicted(point: PointForecast, factor: number, floor: number): Prediction {
  const raised = (numbers: Float64Array) => numbers.map((number) => Math.max(floor, number))
  const { lower80, upper80, lower95, upper95 } = intervalsAround(point, factor)
  return {
    mean: raised(point.mean),
    lower80: raised(lower80),
    upper80: raised(upper80),
    lower95: raised(lower95),
    upper95: raised(upper95),
  }
}
