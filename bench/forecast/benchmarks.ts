import { type EtsShape, fitEts } from '#models/forecast/ets-fit.ts'
import { etsForecast } from '#models/forecast/ets-forecast.ts'
import { seasonalNaive } from '#models/forecast/seasonal-naive.ts'
import { deseasonalised, reseasonalised } from '#models/forecast/seasonality.ts'
import { theta } from '#models/forecast/theta.ts'

/** Values, season and horizon in, one number a period ahead out. */
export type Benchmark = (
  values: readonly number[],
  season: number,
  horizon: number,
) => ArrayLike<number>

const withoutSeason =
  (mean: (plain: readonly number[], horizon: number) => Float64Array): Benchmark =>
  (values, season, horizon) => {
    const plain = deseasonalised(values, season)
    return reseasonalised(mean(plain.values, horizon), plain, values.length)
  }

const smoothed =
  (trend: EtsShape['trend']) =>
  (plain: readonly number[], horizon: number): Float64Array =>
    etsForecast(fitEts(plain, 1, { trend, season: 'none' }), horizon).mean

const [ses, holt, damped] = [smoothed('none'), smoothed('additive'), smoothed('damped')]

/** The competition's own, by our code (Makridakis, Spiliotis and Assimakopoulos, 2020). */
export const BENCHMARKS: Record<string, Benchmark> = {
  'seasonal naive': (values, season, horizon) => seasonalNaive(values, season, horizon).mean,
  Naive2: withoutSeason((plain, horizon) => seasonalNaive(plain, 1, horizon).mean),
  SES: withoutSeason(ses),
  Holt: withoutSeason(holt),
  damped: withoutSeason(damped),
  Theta: withoutSeason(
    (plain, horizon) =>
      theta(plain, fitEts(plain, 1, { trend: 'none', season: 'none' }), horizon).mean,
  ),
  Com: withoutSeason((plain, horizon) => {
    const three = [ses, holt, damped].map((method) => method(plain, horizon))
    return Float64Array.from(
      { length: horizon },
      (_, at) => three.reduce((sum, mean) => sum + (mean[at] ?? 0), 0) / three.length,
    )
  }),
}
