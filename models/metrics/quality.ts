import { delongAuc, delongGap } from '#shared/metrics/delong.ts'
import { seededUniform, type Uniform } from '../random/seeded.ts'
import type { Predictions } from './metrics.ts'
import { type Measures, measure, type Ranked, ranked, TENTHS } from './ranked.ts'

/** A measure and the range in which it lies for 95 of 100 samples of as many rows. */
export interface Estimate {
  value: number
  low: number
  high: number
}

export interface Tenth {
  /** Highest scores first. */
  lift: Estimate
  predicted: number
  observed: number
}

/** How good predictions are, each measure with its interval. */
export interface Quality {
  rows: number
  positives: number
  auc: Estimate
  averagePrecision: Estimate
  logLoss: Estimate
  brier: Estimate
  ece: Estimate
  recallAtTop20: Estimate
  tenths: Tenth[]
}

const Z_95 = 1.959963984540054
const RESAMPLES = 1_000
const FEWEST_RESAMPLES = 200
/** Draws in all; from 50,000 rows on fewer resamples are taken, since intervals are narrow anyway. */
const MOST_DRAWS = 50_000_000

/** How often each of `rows` rows is drawn in a sample of as many, with replacement. */
function drawn(counts: Uint16Array, uniform: Uniform): Uint16Array {
  const rows = counts.length
  counts.fill(0)
  for (let draw = 0; draw < rows; draw++) {
    const row = Math.floor(uniform() * rows)
    counts[row] = (counts[row] ?? 0) + 1
  }
  return counts
}

function percentile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1)
  const below = sorted[Math.floor(position)] ?? Number.NaN
  const above = sorted[Math.ceil(position)] ?? Number.NaN
  return below + (above - below) * (position - Math.floor(position))
}

function interval(value: number, samples: Float64Array, shift = 0): Estimate {
  const sorted = samples.filter((sample) => !Number.isNaN(sample)).sort()
  if (sorted.length === 0) return { value, low: Number.NaN, high: Number.NaN }
  return {
    value,
    low: percentile(sorted, 0.025) - shift,
    high: percentile(sorted, 0.975) - shift,
  }
}

/**
 * A resample is noisier than the rows it came from, so that its calibration error is larger on average;
 * that much is taken off, or the interval would lie above the value.
 */
function eceInterval(value: number, samples: Float64Array): Estimate {
  const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length
  const shifted = interval(value, samples, mean - value)
  return { value, low: Math.max(shifted.low, 0), high: shifted.high }
}

const MEASURES = ['averagePrecision', 'logLoss', 'brier', 'ece', 'recallAtTop20'] as const

interface Resampled {
  byMeasure: Record<(typeof MEASURES)[number], Float64Array>
  lift: Float64Array[]
}

function resampled(rows: Ranked, resamples: number, seed: number): Resampled {
  const uniform = seededUniform(seed)
  const counts = new Uint16Array(rows.outcomes.length)
  const column = (): Float64Array => new Float64Array(resamples)
  const result: Resampled = {
    byMeasure: {
      averagePrecision: column(),
      logLoss: column(),
      brier: column(),
      ece: column(),
      recallAtTop20: column(),
    },
    lift: Array.from({ length: TENTHS }, column),
  }
  for (let sample = 0; sample < resamples; sample++) {
    const measures: Measures = measure(rows, drawn(counts, uniform))
    for (const name of MEASURES) result.byMeasure[name][sample] = measures[name]
    result.lift.forEach((samples, tenth) => {
      samples[sample] = measures.lift[tenth] ?? Number.NaN
    })
  }
  return result
}

/**
 * Measures predictions for outcomes that the model has not seen, with 95 % intervals: DeLong's for the AUC,
 * percentile bootstrap for the others.
 * @param seed of the bootstrap; the same seed gives the same intervals
 */
export function qualityOf(predictions: Predictions, seed: number): Quality {
  const rows = ranked(predictions)
  const count = rows.outcomes.length
  const resamples = Math.max(
    FEWEST_RESAMPLES,
    Math.min(RESAMPLES, Math.floor(MOST_DRAWS / Math.max(count, 1))),
  )
  const value = measure(rows, new Uint8Array(count).fill(1))
  const { byMeasure, lift } = resampled(rows, resamples, seed)
  const estimate = (name: (typeof MEASURES)[number]): Estimate =>
    interval(value[name], byMeasure[name])
  return {
    rows: count,
    positives: rows.outcomes.reduce((sum, outcome) => sum + outcome, 0),
    auc: aucEstimate(predictions),
    averagePrecision: estimate('averagePrecision'),
    logLoss: estimate('logLoss'),
    brier: estimate('brier'),
    ece: eceInterval(value.ece, byMeasure.ece),
    recallAtTop20: estimate('recallAtTop20'),
    tenths: lift.map((samples, tenth) => ({
      lift: interval(value.lift[tenth] ?? Number.NaN, samples),
      predicted: value.predicted[tenth] ?? Number.NaN,
      observed: value.observed[tenth] ?? Number.NaN,
    })),
  }
}

/** The AUC with its 95 % interval, by DeLong's variance. */
export function aucEstimate(predictions: Predictions): Estimate {
  const { auc, variance } = delongAuc(predictions)
  const margin = Z_95 * Math.sqrt(variance)
  return { value: auc, low: Math.max(0, auc - margin), high: Math.min(1, auc + margin) }
}

/** How much higher the AUC of `first` is than that of `second` on the same rows, with a 95 % interval. */
export function aucGap(
  outcomes: ArrayLike<number>,
  first: ArrayLike<number>,
  second: ArrayLike<number>,
): Estimate {
  const { auc, variance } = delongGap(outcomes, first, second)
  const margin = Z_95 * Math.sqrt(variance)
  return { value: auc, low: auc - margin, high: auc + margin }
}
