import { type LocalFit, loessAt, loessCurve } from './loess.ts'
import { median } from './robust-scale.ts'

export interface Season {
  /** Values after which the pattern repeats. */
  period: number
  /** Repetitions over which the loess of each phase looks; odd. */
  window: number
  /** 1 where a phase may grow by itself; 0 is surer of where it stands at the end of the series. */
  degree: 0 | 1
}

export interface Decomposition {
  trend: Float64Array
  /** The sum of all seasons. */
  seasonal: Float64Array
  /**
   * Variance of "value less trend less seasonal" beyond the noise's own, in units of the latter. Infinite
   * where a phase has too few values to say anything. Add 1 and take the root to standardise.
   */
  excess: Float64Array
}

/** Times that robustness weights are taken anew. */
const OUTER_ROUNDS = 3
const INNER_ROUNDS = 2
/** Distance in median absolute remainders at which a value has no say any more (Cleveland et al. 1990). */
const BISQUARE_REACH = 6
/** The median absolute value of normal noise, in deviations. */
const NORMAL_MEDIAN_DISTANCE = 0.6745
/** With fewer values in a phase, its season is a guess. */
const LEAST_IN_PHASE = 3
/** Share of the series' range that is taken for rounding, where the remainder is nothing else. */
const ROUNDING = 1e-9

/**
 * Robust STL (Cleveland et al. 1990) with several seasons, fitted one after the other as in MSTL (Bandara et
 * al. 2021). All seasons share one set of robustness weights, from the remainder of all of them, where MSTL
 * runs a whole STL a season. A remainder is wild by what is usual for all or for its phase of the shortest
 * season, whichever is more: else a site that sleeps at night would have its noons thrown away. Missing values (NaN) have no weight, and get a trend and a season all the same.
 * The decomposition of a × values + b is that of the values, times a, and b is added to the trend.
 *
 * @param seasons by rising period
 * @param trendWindow values over which the trend's loess looks; odd
 * @param leastDeviation what chance alone makes of a value at least, in its units; 0 where that is unknown
 */
export function mstl(
  values: Float64Array,
  seasons: readonly Season[],
  trendWindow: number,
  leastDeviation = 0,
): Decomposition {
  const { length } = values
  const present = Float64Array.from(values, (value) => (Number.isNaN(value) ? 0 : 1))
  const weights = present.slice()
  const parts: SmoothSeason[] = seasons.map(() => ({
    seasonal: new Float64Array(length),
    excess: new Float64Array(length),
  }))
  const rest = new Float64Array(length)
  let trend: { curve: Float64Array; excess: Float64Array } = {
    curve: new Float64Array(length),
    excess: new Float64Array(length),
  }
  const without = (left: number) => {
    for (let at = 0; at < length; at++) {
      let value = (values[at] ?? 0) - (left < 0 ? 0 : (trend.curve[at] ?? 0))
      for (const [index, part] of parts.entries()) {
        if (index !== left) value -= part.seasonal[at] ?? 0
      }
      rest[at] = present[at] ? value : 0
    }
    return rest
  }
  for (let outer = 0; outer <= OUTER_ROUNDS; outer++) {
    for (let inner = 0; inner < INNER_ROUNDS; inner++) {
      for (const [index, season] of seasons.entries()) {
        parts[index] = seasonOf(without(index), weights, season)
      }
      trend = loessCurve(without(-1), weights, trendWindow)
    }
    if (outer === OUTER_ROUNDS) break
    const distances = without(-1).map((value, at) =>
      present[at] ? Math.abs(value - (trend.curve[at] ?? 0)) : Number.NaN,
    )
    const least = Math.max(
      BISQUARE_REACH * median(distances),
      BISQUARE_REACH * NORMAL_MEDIAN_DISTANCE * leastDeviation,
      ROUNDING * rangeOf(values),
    )
    const reaches = phaseMedians(distances, seasons[0]?.period ?? 1).map((middle) =>
      Math.max(least, BISQUARE_REACH * middle || 0),
    )
    for (let at = 0; at < length; at++) {
      weights[at] = present[at]
        ? bisquare(distances[at] ?? 0, reaches[at % reaches.length] ?? least)
        : 0
    }
  }
  const seasonal = new Float64Array(length)
  const excess = trend.excess.slice()
  for (const part of parts) {
    for (let at = 0; at < length; at++) {
      seasonal[at] = (seasonal[at] ?? 0) + (part.seasonal[at] ?? 0)
      excess[at] = (excess[at] ?? 0) + (part.excess[at] ?? 0)
    }
  }
  return { trend: trend.curve, seasonal, excess }
}

function bisquare(distance: number, reach: number): number {
  if (reach === 0) return 1
  const share = Math.min(1, distance / reach)
  return (1 - share * share) ** 2
}

function phaseMedians(distances: Float64Array, period: number): number[] {
  return Array.from({ length: period }, (_, phase) =>
    median(distances.filter((_, at) => at % period === phase)),
  )
}

function rangeOf(values: Float64Array): number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return high > low ? high - low : 0
}

interface SmoothSeason {
  seasonal: Float64Array
  excess: Float64Array
}

/** Steps 2 to 4 of STL's inner loop: each phase smoothed, less what of it is trend. */
function seasonOf(
  detrended: Float64Array,
  weights: Float64Array,
  { period, window, degree }: Season,
): SmoothSeason {
  const { length } = detrended
  const cycles = new Float64Array(length + 2 * period)
  const excess = new Float64Array(length)
  const most = Math.ceil(length / period)
  const values = new Float64Array(most)
  const shares = new Float64Array(most)
  const fit: LocalFit = { value: 0, excess: 0 }
  for (let phase = 0; phase < Math.min(period, length); phase++) {
    let count = 0
    let weighted = 0
    for (let at = phase; at < length; at += period) {
      values[count] = detrended[at] ?? 0
      shares[count] = weights[at] ?? 0
      if ((weights[at] ?? 0) > 0) weighted++
      count++
    }
    for (let cycle = -1; cycle <= count; cycle++) {
      const known = loessAt(values, shares, count, cycle, window, degree, fit)
      cycles[phase + (cycle + 1) * period] = known ? fit.value : 0
      if (cycle >= 0 && cycle < count) {
        excess[phase + cycle * period] =
          weighted >= LEAST_IN_PHASE ? fit.excess : Number.POSITIVE_INFINITY
      }
    }
  }
  const averaged = movingAverage(movingAverage(movingAverage(cycles, period), period), 3)
  const lowPass = loessCurve(
    averaged,
    new Float64Array(averaged.length).fill(1),
    period + 1 - (period % 2),
  )
  const seasonal = new Float64Array(length)
  for (let at = 0; at < length; at++) {
    seasonal[at] = (cycles[at + period] ?? 0) - (lowPass.curve[at] ?? 0)
  }
  return { seasonal, excess }
}

/** Means of `width` values in a row: `width` − 1 fewer than there were. */
function movingAverage(values: Float64Array, width: number): Float64Array {
  const means = new Float64Array(values.length - width + 1)
  let sum = 0
  for (let at = 0; at < values.length; at++) {
    sum += values[at] ?? 0
    if (at >= width) sum -= values[at - width] ?? 0
    if (at >= width - 1) means[at - width + 1] = sum / width
  }
  return means
}
