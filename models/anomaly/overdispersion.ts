import { median, robustScale } from './robust-scale.ts'

/** Rounds of halving: the answer is within a millionth of the first bracket. */
const HALVINGS = 20

/**
 * By how much counts vary more than chance makes Poisson counts vary: φ of the negative binomial, whose
 * variance is μ + φ μ², and on the stabilised scale about 1 + φ μ. Without it the busiest hours of a site
 * ring all the time, since campaigns and news move them by percents, not by visitors.
 *
 * φ is where the residuals of the busier half, each divided by the root of 1 + φ μ, have a robust deviation
 * of 1; the other half says little of it. 0 where they vary by chance alone or less.
 *
 * @param residuals on the stabilised scale, NaN where there is none
 * @param means expected counts μ
 */
export function overdispersion(residuals: Float64Array, means: Float64Array): number {
  const known = means.map((mean, at) => (Number.isNaN(residuals[at]) ? Number.NaN : mean))
  const middle = median(known)
  const busier = residuals.map((residual, at) =>
    (known[at] ?? 0) >= middle ? residual : Number.NaN,
  )
  const deviationAt = (phi: number) =>
    robustScale(busier.map((residual, at) => residual / Math.sqrt(1 + phi * (means[at] ?? 0))))
      .deviation
  const unscaled = deviationAt(0)
  if (!(unscaled > 1) || !(middle > 0)) return 0
  let [low, high] = [0, (unscaled * unscaled) / middle]
  for (let halving = 0; halving < HALVINGS; halving++) {
    const phi = (low + high) / 2
    if (deviationAt(phi) > 1) low = phi
    else high = phi
  }
  return high
}
