import { ForecastError } from './forecast-error.ts'

/** Symmetric mean absolute percentage error, in percent, 0 to 200; two zeros are no error. */
export function smape(actual: ArrayLike<number>, forecast: ArrayLike<number>): number {
  let sum = 0
  for (let at = 0; at < actual.length; at++) {
    const [value, guess] = [actual[at] ?? 0, forecast[at] ?? 0]
    const size = Math.abs(value) + Math.abs(guess)
    if (size > 0) sum += (200 * Math.abs(value - guess)) / size
  }
  return sum / actual.length
}

/**
 * Mean absolute error as a multiple of what the seasonal naive forecast errs one season ahead within the
 * training values (Hyndman and Koehler, 2006).
 *
 * @throws ForecastError where the training values repeat exactly, so that there is no such error
 */
export function mase(
  training: readonly number[],
  season: number,
  actual: ArrayLike<number>,
  forecast: ArrayLike<number>,
): number {
  let scale = 0
  for (let at = season; at < training.length; at++) {
    scale += Math.abs((training[at] ?? 0) - (training[at - season] ?? 0))
  }
  scale /= training.length - season
  if (!(scale > 0)) {
    throw new ForecastError(
      'no_scale',
      'The training values repeat from season to season, so MASE would divide by 0.',
      'Leave the series out, or measure it by sMAPE alone.',
    )
  }
  let sum = 0
  for (let at = 0; at < actual.length; at++) {
    sum += Math.abs((actual[at] ?? 0) - (forecast[at] ?? 0))
  }
  return sum / actual.length / scale
}

/** Averages over all series of a set. */
export interface Accuracy {
  smape: number
  mase: number
}

/** Overall weighted average of the M4 competition: mean of both ratios to Naive2's averages; 1 is Naive2. */
export function owa(method: Accuracy, naive2: Accuracy): number {
  return (method.smape / naive2.smape + method.mase / naive2.mase) / 2
}
