import { seededUniform, type Uniform } from '#models/random/seeded.ts'
import { type CountPoint, DAY_MS, HOUR_MS } from './count-series.ts'

export interface SimulatedSite {
  seed: number
  period: 'hour' | 'day'
  periods: number
  /** Expected sessions in the busiest hour of a weekday, at the beginning. */
  busiestHour: number
  /** Factor by which the site grows in a year. */
  yearlyGrowth: number
  /** Deviation of each period's rate about its pattern, in logarithms; 0 is pure Poisson. */
  unrest?: number
  /** Unix milliseconds of the first period: midnight UTC, which is the workspace's. */
  from?: number
}

/** A Monday. */
export const SIMULATED_FROM = Date.UTC(2026, 0, 5)
const WEEKEND_SHARE = 0.35

/** Sessions of an office-hours site: by night a fiftieth of noon, quiet weekends, growth, and chance. */
export function simulatedCounts(site: SimulatedSite): CountPoint[] {
  const uniform = seededUniform(site.seed)
  const from = site.from ?? SIMULATED_FROM
  const periodMs = site.period === 'hour' ? HOUR_MS : DAY_MS
  return Array.from({ length: site.periods }, (_, index) => {
    const at = from + index * periodMs
    const unrest = Math.exp((site.unrest ?? 0) * normal(uniform))
    return { at, value: poisson(unrest * expectedCount(site, at), uniform) }
  })
}

/** What a period of a simulated site would count on average. */
export function expectedCount(site: SimulatedSite, at: number): number {
  const from = site.from ?? SIMULATED_FROM
  const growth = site.yearlyGrowth ** ((at - from) / (365 * DAY_MS))
  const weekday = new Date(at).getUTCDay()
  const level = site.busiestHour * growth * (weekday % 6 === 0 ? WEEKEND_SHARE : 1)
  const hours = site.period === 'hour' ? [new Date(at).getUTCHours()] : [...Array(24).keys()]
  return level * hours.reduce((sum, hour) => sum + hourShare(hour), 0)
}

function hourShare(hour: number): number {
  return 0.02 + 0.98 * Math.exp(-(((hour - 13) / 4.5) ** 2))
}

function normal(uniform: Uniform): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
}

/** Knuth's product for small means, else Hörmann's transformed rejection (PTRS, 1993). */
function poisson(mean: number, uniform: Uniform): number {
  if (mean > 30) {
    const b = 0.931 + 2.53 * Math.sqrt(mean)
    const a = -0.059 + 0.02483 * b
    const inverse = 1.1239 + 1.1328 / (b - 3.4)
    const vr = 0.9277 - 3.6224 / (b - 2)
    for (;;) {
      const u = uniform() - 0.5
      const v = uniform()
      const us = 0.5 - Math.abs(u)
      const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43)
      if (us >= 0.07 && v <= vr) return k
      if (k < 0 || (us < 0.013 && v > us)) continue
      const left = Math.log((v * inverse) / (a / (us * us) + b))
      if (left <= -mean + k * Math.log(mean) - logFactorial(k)) return k
    }
  }
  const least = Math.exp(-mean)
  let count = 0
  for (let product = uniform(); product > least; product *= uniform()) count++
  return count
}

/** Stirling's series; exact to 1e-9 from 10 on, where it is asked for. */
function logFactorial(k: number): number {
  if (k < 10) return Array.from({ length: k }, (_, i) => Math.log(i + 1)).reduce((a, b) => a + b, 0)
  return (
    (k + 0.5) * Math.log(k) - k + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * k) - 1 / (360 * k ** 3)
  )
}
