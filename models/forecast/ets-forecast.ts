import type { EtsFit } from './ets-fit.ts'
import type { PointForecast } from './point-forecast.ts'

/**
 * What a fitted model says of the periods ahead. Deviations are those of its linear form (Hyndman et al.,
 * 2008, table 6.2), with a multiplicative season times the season's index.
 */
export function etsForecast(fit: EtsFit, horizon: number): PointForecast {
  const { weights, state, shape } = fit
  const period = state.seasons.length
  const multiplicative = shape.season === 'multiplicative'
  const mean = new Float64Array(horizon)
  const deviation = new Float64Array(horizon)
  let [damping, trend, variance] = [1, 0, 1]
  for (let at = 0; at < horizon; at++) {
    const season = state.seasons[(fit.values + at) % period] ?? 0
    deviation[at] = fit.deviation * Math.sqrt(variance) * (multiplicative ? Math.abs(season) : 1)
    damping *= weights.damping
    trend += damping
    const base = state.level + trend * state.slope
    mean[at] = multiplicative ? base * season : base + season
    const passed = weights.level + weights.slope * trend
    variance += (passed + ((at + 1) % period === 0 ? weights.season : 0)) ** 2
  }
  return { mean, deviation }
}
