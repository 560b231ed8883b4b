import type { Choice } from './choose-method.ts'
import { chosenForecast } from './choose-method.ts'
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
/** How many origins' worth of trust the one-step errors have beside the errors at the origins. */
const PRIOR_ORIGINS = 1

/**
 * How much wider the errors at the origins were than the method's own deviations say: one-step errors
 * within the fit are too small, and models are never quite right. At least 1.
 */
export function widening(choice: Choice, origins: readonly Origin[]): number {
  let [squares, count] = [PRIOR_ORIGINS, PRIOR_ORIGINS]
  for (const { forecasts, actual } of origins) {
    const { mean, deviation } = chosenForecast(choice, forecasts)
    let [sum, steps] = [0, 0]
    for (const [at, value] of actual.entries()) {
      const unit = deviation[at] ?? 0
      if (unit === 0) continue
      sum += ((value - (mean[at] ?? 0)) / unit) ** 2
      steps++
    }
    if (steps === 0) continue
    squares += sum / steps
    count++
  }
  return Math.max(1, Math.sqrt(squares / count))
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
