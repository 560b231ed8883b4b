import { ForecastError } from './forecast-error.ts'

export interface Series {
  /** One number a period, oldest first, without gaps. */
  values: readonly number[]
  /** Periods after which the pattern repeats: 7 for days, 52 for weeks, 1 for none. */
  season: number
  /** Periods to look ahead. */
  horizon: number
}

/** Below this there is no deviation to speak of. */
const LEAST_VALUES = 3

/** @throws ForecastError where a value is no number, or length, season or horizon make no sense */
export function checkSeries({ values, season, horizon }: Series): void {
  if (!Number.isInteger(season) || season < 1) {
    throw new ForecastError(
      'bad_season',
      `A season of ${season} periods is none.`,
      'Give a whole number from 1, where 1 means no season.',
    )
  }
  if (!Number.isInteger(horizon) || horizon < 1) {
    throw new ForecastError(
      'bad_horizon',
      `Nothing can be forecast ${horizon} periods ahead.`,
      'Give a whole number from 1.',
    )
  }
  if (values.length < LEAST_VALUES) {
    throw new ForecastError(
      'too_few_values',
      `The series has ${values.length} values, and a forecast with intervals takes ${LEAST_VALUES}.`,
      'Wait for more periods, or take shorter ones.',
    )
  }
  const gap = values.findIndex((value) => !Number.isFinite(value))
  if (gap >= 0) {
    throw new ForecastError(
      'not_a_number',
      `Value ${gap + 1} of ${values.length} is ${values[gap]}.`,
      'Fill the gap: with 0 if nothing happened, else with what the same period held a season before.',
    )
  }
}
