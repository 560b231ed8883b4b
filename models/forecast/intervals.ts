import { type Choice, chosenForecast } from './choose-method.ts'
import type { PointForecast } from './point-forecast.ts'
import type { Origin } from './rolling-origin.ts'

export interface Intervals {
  lower80: Float64Array
  upper80: Float64Array
  lower95: Float64Array
  upper95: Float64Array
}

/** Quantiles of the normal distribution. */
const QUANTILE = { at80: 1.2816, at95: 1.96 }
/** Mean distance from its mean of a normal distribution with a deviation of 1. */
const MEAN_DISTANCE = Math.sqrt(2 / Math.PI)
/** How many origins the one-step errors are worth beside the errors at the origins. */
const PRIOR_ORIGINS = 3

/**
 * How many times wider the errors at the origins were than the method's own deviations say: one-step errors
 * within the fit are too small, and models are never quite right. By mean distances, not squares, since one
 * past break should not widen every interval to come.
 */
export function widening(choice: Choice, origins: readonly Origin[]): number {
  let [widths, count] = [PRIOR_ORIGINS, PRIOR_ORIGINS]
  for (const { forecasts, actual } of origins) {
    const { mean, deviation } = chosenForecast(choice, forecasts)
    let [sum, steps] = [0, 0]
    for (const [at, value] of actual.entries()) {
      const unit = deviation[at] ?? 0
      if (unit === 0) continue
      sum += Math.abs(value - (mean[at] ?? 0)) / unit
      steps++
    }
    if (steps === 0) continue
    widths += sum / steps / MEAN_DISTANCE
    count++
  }
  return widths / count
}

/** Around the mean, as many deviations wide as a normal distribution has it. */
export function intervalsAround({ mean, deviation }: PointForecast, factor: number): Intervals {
  const bound = (quantile: number) =>
    mean.map((value, at) => value + quantile * factor * (deviation[at] ?? 0))
  return {
    lower80: bound(-QUANTILE.at80),
    upper80: bound(QUANTILE.at80),
    lower95: bound(-QUANTILE.at95),
    upper95: bound(QUANTILE.at95),
  }
}
