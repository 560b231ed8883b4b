import type { EtsState, EtsWeights } from './ets-filter.ts'
import { linearTrial, multiplicativeTrial } from './ets-trial.ts'
import { lowestPoint } from './nelder-mead.ts'
import { seasonIndices } from './seasonality.ts'

export interface EtsShape {
  trend: 'none' | 'additive' | 'damped'
  season: 'none' | 'additive' | 'multiplicative'
}

export interface EtsFit {
  shape: EtsShape
  weights: EtsWeights
  /** After the last value, in the units of the series. */
  state: EtsState
  values: number
  /** Standard deviation of the one-step errors, in the units of the series. */
  deviation: number
  /** Akaike's criterion, corrected for few values; lower is better among fits of one series. */
  aicc: number
}

/** The usual bounds: weights within (0, 1), and a damping that is neither none nor all. */
const LEAST_WEIGHT = 1e-4
const DAMPING = { least: 0.8, most: 0.98 }
/** Levels and trends from which the search may start; the best one is taken. */
const STARTS = [
  [0.1, 0.05],
  [0.5, 0.1],
  [0.9, 0.02],
  [0.95, 0.4],
] as const
/** A perfect fit's error per value, of a series scaled to 1: its logarithm must be finite. */
const LEAST_SQUARE = 1e-20

/**
 * Exponential smoothing with the least sum of squared one-step errors (Hyndman et al., 2008). Where the
 * model is linear, the first level and slope are solved for exactly at each trial of the weights;
 * otherwise they are a line through the first seasons.
 */
export function fitEts(values: readonly number[], season: number, shape: EtsShape): EtsFit {
  const period = shape.season === 'none' ? 1 : season
  const multiplicative = shape.season === 'multiplicative'
  const scaled = scaling(values, multiplicative)
  const indices = shape.season === 'none' ? [0] : seasonIndices(scaled.values, period, shape.season)
  const trial = multiplicative
    ? multiplicativeTrial(scaled.values, indices, shape.trend !== 'none')
    : linearTrial(scaled.values, indices, shape.trend !== 'none')
  const cost = (point: Float64Array) => trial(weightsAt(point, shape)).squares
  const starts = STARTS.map(([level, slope]) => [
    level,
    ...(shape.trend === 'none' ? [] : [slope]),
    ...(shape.trend === 'damped' ? [0.8] : []),
    ...(shape.season === 'none' ? [] : [0.1]),
  ])
  const costs = starts.map((start) => cost(Float64Array.from(start)))
  const start = starts[costs.indexOf(Math.min(...costs))] ?? []
  const weights = weightsAt(lowestPoint(start, cost), shape)
  const { squares, state } = trial(weights)
  const count = values.length
  const states = 1 + (shape.trend === 'none' ? 0 : 1) + (period > 1 ? period - 1 : 0)
  const parameters = start.length + states + 1
  const free = count - parameters - 1
  const square = Math.max(squares / count, LEAST_SQUARE)
  return {
    shape,
    weights,
    state: {
      level: state.level * scaled.unit + scaled.middle,
      slope: state.slope * scaled.unit,
      seasons: multiplicative ? state.seasons : state.seasons.map((index) => index * scaled.unit),
    },
    values: count,
    deviation: Math.sqrt(squares / Math.max(1, count - start.length - 1)) * scaled.unit,
    aicc:
      free > 0
        ? count * Math.log(square * scaled.unit ** 2) +
          2 * parameters +
          (2 * parameters * (parameters + 1)) / free
        : Number.POSITIVE_INFINITY,
  }
}

function scaling(values: readonly number[], multiplicative: boolean) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const spread = Math.sqrt(
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length,
  )
  const middle = multiplicative ? 0 : mean
  const unit = (multiplicative ? mean : spread) || 1
  return { middle, unit, values: Float64Array.from(values, (value) => (value - middle) / unit) }
}

function weightsAt(point: Float64Array, { trend, season }: EtsShape): EtsWeights {
  let axis = 0
  const weight = () => LEAST_WEIGHT + (1 - 2 * LEAST_WEIGHT) * (point[axis++] ?? 0)
  const level = weight()
  return {
    level,
    slope: trend === 'none' ? 0 : level * weight(),
    damping:
      trend === 'damped'
        ? DAMPING.least + (DAMPING.most - DAMPING.least) * (point[axis++] ?? 0)
        : 1,
    season: season === 'none' ? 0 : (1 - level) * weight(),
  }
}
