import { type EtsState, type EtsWeights, filter } from './ets-filter.ts'
import { lineThrough } from './line.ts'

/** How well weights do, and the state they end in. */
export type Trial = (weights: EtsWeights) => { squares: number; state: EtsState }

/** Response to the first level or slope below which it is taken for 0, of a series scaled to 1. */
const FADED = 1e-12
const LINE_VALUES = 10

/**
 * For a model whose errors are linear in the first level and slope: both by least squares, from the errors
 * without them and what one unit of each would take off.
 */
export function linearTrial(
  values: Float64Array,
  indices: readonly number[],
  sloped: boolean,
): Trial {
  const plain = new Float64Array(values.length)
  const byLevel = new Float64Array(values.length)
  const bySlope = new Float64Array(values.length)
  const from = (level: number, slope: number): EtsState => ({
    level,
    slope,
    seasons: Float64Array.from(indices),
  })
  return (weights) => {
    filter(values, weights, false, from(0, 0), plain)
    respond(weights, indices.length, 1, 0, byLevel)
    if (sloped) respond(weights, indices.length, 0, 1, bySlope)
    const { level, slope } = leastSquares(plain, byLevel, bySlope)
    const state = from(level, slope)
    const squares = filter(values, weights, false, state, plain)
    return { squares, state }
  }
}

function respond(
  weights: EtsWeights,
  period: number,
  first: number,
  firstSlope: number,
  errors: Float64Array,
): void {
  errors.fill(0)
  let [level, slope, position, quiet] = [first, firstSlope, 0, 0]
  const seasons = new Float64Array(period)
  for (let at = 0; at < errors.length && quiet < period; at++) {
    const base = level + weights.damping * slope
    const error = -base - (seasons[position] ?? 0)
    errors[at] = error
    level = base + weights.level * error
    slope = weights.damping * slope + weights.slope * error
    seasons[position] = (seasons[position] ?? 0) + weights.season * error
    quiet = Math.abs(error) + Math.abs(level) + Math.abs(slope) < FADED ? quiet + 1 : 0
    position = (position + 1) % period
  }
}

/** Minimises the squares of plain + level × byLevel + slope × bySlope. */
function leastSquares(plain: Float64Array, byLevel: Float64Array, bySlope: Float64Array) {
  let [ll, ls, ss, pl, ps] = [0, 0, 0, 0, 0]
  for (let at = 0; at < plain.length; at++) {
    const [error, l, s] = [plain[at] ?? 0, byLevel[at] ?? 0, bySlope[at] ?? 0]
    if (l === 0 && s === 0) continue
    ll += l * l
    ls += l * s
    ss += s * s
    pl += error * l
    ps += error * s
  }
  const determinant = ll * ss - ls * ls
  if (determinant <= FADED * ll * ss) return { level: ll > 0 ? -pl / ll : 0, slope: 0 }
  return {
    level: (-pl * ss + ps * ls) / determinant,
    slope: (-ps * ll + pl * ls) / determinant,
  }
}

/** First level and slope from a line through the first seasons, without their season. */
export function multiplicativeTrial(
  values: Float64Array,
  indices: readonly number[],
  sloped: boolean,
): Trial {
  const errors = new Float64Array(values.length)
  const count = Math.min(values.length, Math.max(LINE_VALUES, 2 * indices.length))
  const plain = Array.from(
    values.subarray(0, count),
    (value, at) => value / (indices[at % indices.length] ?? 1),
  )
  const line = lineThrough(plain)
  const slope = sloped ? line.slope : 0
  const level = sloped
    ? line.intercept - slope
    : plain.reduce((sum, value) => sum + value, 0) / count
  return (weights) => {
    const state = { level, slope, seasons: Float64Array.from(indices) }
    const squares = filter(values, weights, true, state, errors)
    return { squares: Number.isFinite(squares) ? squares : Number.MAX_VALUE, state }
  }
}
