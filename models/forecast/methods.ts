import { chooseEts } from './ets-choice.ts'
import { fitEts } from './ets-fit.ts'
import { etsForecast } from './ets-forecast.ts'
import type { PointForecast } from './point-forecast.ts'
import { seasonalNaive } from './seasonal-naive.ts'
import { deseasonalised, reseasonalised } from './seasonality.ts'
import { theta } from './theta.ts'

export const METHODS = [
  'seasonal_naive',
  'naive2',
  'ses',
  'holt',
  'damped',
  'ets',
  'theta',
] as const
export type MethodName = (typeof METHODS)[number]

/**
 * Every method on one series. Naive2, the three smoothings and Theta work on the deseasonalised values, as
 * in the M4 competition; ETS has a season of its own. What they share is fitted once.
 */
export function allMethods(
  values: readonly number[],
  season: number,
  horizon: number,
): Record<MethodName, PointForecast> {
  const plain = deseasonalised(values, season)
  const fits = (['none', 'additive', 'damped'] as const).map((trend) =>
    fitEts(plain.values, 1, { trend, season: 'none' }),
  )
  const [ses, holt, damped] = fits
  if (!ses || !holt || !damped) throw new RangeError('Three trends make three fits.')
  const back = ({ mean, deviation }: PointForecast): PointForecast => ({
    mean: reseasonalised(mean, plain, values.length),
    deviation: plain.kind === 'multiplicative' ? scaledBySeason(deviation) : deviation,
  })
  const scaledBySeason = (deviation: Float64Array) =>
    reseasonalised(deviation, plain, values.length)
  const own =
    plain.kind === 'none'
      ? fits
      : (['none', 'additive', 'damped'] as const).map((trend) =>
          fitEts(values, 1, { trend, season: 'none' }),
        )
  return {
    seasonal_naive: seasonalNaive(values, season, horizon),
    naive2: back(seasonalNaive(plain.values, 1, horizon)),
    ses: back(etsForecast(ses, horizon)),
    holt: back(etsForecast(holt, horizon)),
    damped: back(etsForecast(damped, horizon)),
    ets: etsForecast(chooseEts(values, season, own), horizon),
    theta: back(theta(plain.values, ses, horizon)),
  }
}
