/** What is added to (or multiplied with) each position of the season, and the values without it. */
export interface Deseasonalised {
  kind: 'none' | 'additive' | 'multiplicative'
  values: readonly number[]
  /** One a position, that of the first value first. */
  indices: readonly number[]
}

/** Quantile of the normal distribution at 95 %, for a test at 90 % on both sides. */
const CRITICAL = 1.645
const LEAST_SEASONS = 3

/**
 * Whether the autocorrelation at the season's lag differs from 0 at 90 %, with Bartlett's variance: the
 * test before Naive2 and Theta in the M4 competition (Makridakis et al., 2020).
 */
export function isSeasonal(values: readonly number[], season: number): boolean {
  if (season < 2 || values.length < LEAST_SEASONS * season) return false
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const centred = values.map((value) => value - mean)
  const covariance = (lag: number) => {
    let sum = 0
    for (let at = lag; at < centred.length; at++) {
      sum += (centred[at] ?? 0) * (centred[at - lag] ?? 0)
    }
    return sum
  }
  const variance = covariance(0)
  if (variance === 0) return false
  let spread = 1
  for (let lag = 1; lag < season; lag++) spread += 2 * (covariance(lag) / variance) ** 2
  return Math.abs(covariance(season) / variance) > CRITICAL * Math.sqrt(spread / values.length)
}

/** Without its season where the test finds one; a series with a value of 0 or less loses it additively. */
export function deseasonalised(values: readonly number[], season: number): Deseasonalised {
  if (!isSeasonal(values, season)) return { kind: 'none', values, indices: [0] }
  const kind = values.every((value) => value > 0) ? 'multiplicative' : 'additive'
  const indices = seasonIndices(values, season, kind)
  return {
    kind,
    indices,
    values: values.map((value, at) => {
      const index = indices[at % season] ?? 0
      return kind === 'multiplicative' ? value / index : value - index
    }),
  }
}

/** Classical decomposition: the mean of what is left of each position beside a centred moving average. */
export function seasonIndices(
  values: ArrayLike<number>,
  season: number,
  kind: 'additive' | 'multiplicative',
): number[] {
  const sums = new Float64Array(season)
  const counts = new Float64Array(season)
  const half = Math.floor(season / 2)
  for (let at = half; at + half < values.length; at++) {
    const trend = centredMean(values, at, season)
    const value = values[at] ?? 0
    const position = at % season
    sums[position] = (sums[position] ?? 0) + (kind === 'additive' ? value - trend : value / trend)
    counts[position] = (counts[position] ?? 0) + 1
  }
  const raw = Array.from(sums, (sum, position) => sum / Math.max(1, counts[position] ?? 1))
  const middle = raw.reduce((sum, index) => sum + index, 0) / season
  return raw.map((index) => (kind === 'additive' ? index - middle : index / middle))
}

function centredMean(values: ArrayLike<number>, at: number, season: number): number {
  const half = Math.floor(season / 2)
  let sum = 0
  for (let other = at - half; other <= at + half; other++) sum += values[other] ?? 0
  if (season % 2 === 0) sum -= ((values[at - half] ?? 0) + (values[at + half] ?? 0)) / 2
  return sum / season
}

/** Puts the season back into what was forecast without it, for periods from `start` on. */
export function reseasonalised(
  numbers: Float64Array,
  { kind, indices }: Deseasonalised,
  start: number,
): Float64Array {
  if (kind === 'none') return numbers
  return numbers.map((number, at) => {
    const index = indices[(start + at) % indices.length] ?? 0
    return kind === 'multiplicative' ? number * index : number + index
  })
}
