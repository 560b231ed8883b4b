import { combine } from './combine.ts'
import { METHODS, type MethodName } from './methods.ts'
import type { PointForecast } from './point-forecast.ts'
import { errorsByMethod, meanAbsoluteError, type Origin } from './rolling-origin.ts'

export type Choice =
  | { kind: 'single'; method: MethodName }
  | { kind: 'combination'; weights: Partial<Record<MethodName, number>> }

/** Share of the combination's error that a single method must save to be preferred. */
const LEAST_SAVING = 0.05
/** One origin proves nothing. */
const LEAST_ORIGINS = 2
/** Weights are the inverse errors to this power, so that half the error weighs 16 times as much. */
const SHARPNESS = 4
/** Naive2 is simple smoothing at its bound, so it would only be counted twice. */
const CANDIDATES = ['ses', 'holt', 'damped', 'ets', 'theta'] as const

/**
 * One method where it was no worse than the combination at every origin and clearly better on average;
 * otherwise the combination, weighted by how little each erred. Without origins all weigh the same.
 */
export function chooseMethod(origins: readonly Origin[], season: number): Choice {
  const names: readonly MethodName[] = season > 1 ? ['seasonal_naive', ...CANDIDATES] : CANDIDATES
  const errors = errorsByMethod(origins)
  const average = (method: MethodName) => meanOf(errors[method])
  const least = Math.min(...names.map(average))
  const weights: Partial<Record<MethodName, number>> = {}
  for (const name of names) {
    weights[name] = weightOf(average(name), least)
  }
  const combination: Choice = { kind: 'combination', weights }
  if (origins.length < LEAST_ORIGINS) return combination
  const best = names.reduce((first, other) => (average(other) < average(first) ? other : first))
  const combined = origins.map(({ forecasts, actual }) =>
    meanAbsoluteError(actual, chosenForecast(combination, forecasts).mean),
  )
  const clearlyBetter =
    combined.every((error, at) => (errors[best][at] ?? 0) <= error) &&
    average(best) < (1 - LEAST_SAVING) * meanOf(combined)
  return clearlyBetter ? { kind: 'single', method: best } : combination
}

/** The forecast of a choice, from what every method says. */
export function chosenForecast(
  choice: Choice,
  forecasts: Record<MethodName, PointForecast>,
): PointForecast {
  if (choice.kind === 'single') return forecasts[choice.method]
  const names = METHODS.filter((name) => (choice.weights[name] ?? 0) > 0)
  return combine(
    names.map((name) => forecasts[name]),
    names.map((name) => choice.weights[name] ?? 0),
  )
}

const meanOf = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length

/** Without origins an average is no number. */
function weightOf(error: number, least: number): number {
  if (Number.isNaN(error) || error === least) return 1
  return (least / error) ** SHARPNESS
}
