import { encodeRows, type ModelValues } from '#shared/scoring/encoding.ts'
import { logLoss } from '../metrics/metrics.ts'
import type { LinearModel } from '../onnx/linear.ts'
import { linearMargins, sigmoid } from '../onnx/linear-walker.ts'
import { type ColumnPlan, planColumns, type TrainingFeature } from './columns.ts'
import { fitLogistic } from './fit.ts'

/** What was known of a visitor at a moment, and whether they converted soon after. */
export interface TrainingRow {
  /** Unix milliseconds. */
  at: number
  features: ModelValues
  converted: boolean
}

type LinearParameters = Omit<LinearModel, 'metadata'>

export interface TrainedModel {
  columns: ColumnPlan[]
  parameters: LinearParameters
  /** Mean of each column over the training rows. */
  means: Float32Array
  l2: number
}

/**
 * Indicator columns are centred and divided by this instead of their deviation: dividing by the
 * tiny deviation of a rare level would all but free it from the penalty (Gelman 2008).
 */
const INDICATOR_SCALE = 0.5
const L2_CANDIDATES = [1, 3, 10, 30, 100] as const
/** The latest share of the training rows that chooses the penalty. */
const VALIDATION_SHARE = 0.25

/** Splits rows by time: those before the moment, and those from it on. */
export function splitByTime<T extends { at: number }>(
  rows: readonly T[],
  laterShare: number,
): { earlier: T[]; later: T[]; at: number } {
  const times = rows.map((row) => row.at).sort((a, b) => a - b)
  const at = times[Math.floor(times.length * (1 - laterShare))] ?? 0
  return {
    earlier: rows.filter((row) => row.at < at),
    later: rows.filter((row) => row.at >= at),
    at,
  }
}

interface ColumnStatistics {
  impute: Float32Array
  low: Float32Array
  high: Float32Array
  mean: Float32Array
  scale: Float32Array
}

function statisticsOf(columns: readonly ColumnPlan[], encoded: Float32Array): ColumnStatistics {
  const count = columns.length
  const rows = encoded.length / count
  const statistics: ColumnStatistics = {
    impute: new Float32Array(count),
    low: new Float32Array(count),
    high: new Float32Array(count),
    mean: new Float32Array(count),
    scale: new Float32Array(count),
  }
  columns.forEach((column, index) => {
    let known = 0
    let sum = 0
    let squares = 0
    let low = Number.POSITIVE_INFINITY
    let high = Number.NEGATIVE_INFINITY
    for (let row = 0; row < rows; row++) {
      const value = encoded[row * count + index] ?? Number.NaN
      if (Number.isNaN(value)) continue
      known++
      sum += value
      squares += value * value
      low = Math.min(low, value)
      high = Math.max(high, value)
    }
    const mean = sum / known
    // Imputing the mean leaves the mean where it was, so that both are the same number.
    statistics.impute[index] = mean
    statistics.mean[index] = mean
    statistics.low[index] = low
    statistics.high[index] = high
    const isNumber = column.encoding.kind === 'number'
    const deviation = Math.sqrt(Math.max(squares / known - mean * mean, 0))
    statistics.scale[index] = isNumber ? deviation || 1 : INDICATOR_SCALE
  })
  return statistics
}

function standardized(statistics: ColumnStatistics, encoded: Float32Array): Float64Array {
  const count = statistics.mean.length
  return Float64Array.from(encoded, (value, position) => {
    const column = position % count
    const filled = Number.isNaN(value) ? (statistics.impute[column] ?? 0) : value
    return (filled - (statistics.mean[column] ?? 0)) / (statistics.scale[column] ?? 1)
  })
}

/** Probabilities of rows by a trained model, through the same float32 parameters as the file's. */
export function predict(
  { columns, parameters }: Pick<TrainedModel, 'columns' | 'parameters'>,
  rows: readonly TrainingRow[],
): Float64Array {
  const encoded = encodeRows(
    columns,
    rows.map((row) => row.features),
  )
  return linearMargins({ ...parameters, metadata: {} }, encoded).map(sigmoid)
}

export function outcomesOf(rows: readonly TrainingRow[]): Uint8Array {
  return Uint8Array.from(rows, (row) => (row.converted ? 1 : 0))
}

function trainWith(
  features: readonly TrainingFeature[],
  rows: readonly TrainingRow[],
  l2: number,
): TrainedModel {
  const values = rows.map((row) => row.features)
  const columns = planColumns(features, values)
  const encoded = encodeRows(columns, values)
  const statistics = statisticsOf(columns, encoded)
  const fit = fitLogistic(
    { rows: rows.length, columns: columns.length, values: standardized(statistics, encoded) },
    outcomesOf(rows),
    l2,
  )
  // The file holds weights a unit: standardizing is folded into them, which leaves fewer operators.
  const { impute, low, high, mean, scale } = statistics
  const weights = Float32Array.from(fit.weights, (weight, c) => weight / (scale[c] ?? 1))
  const bias = weights.reduce((sum, weight, c) => sum - weight * (mean[c] ?? 0), fit.bias)
  return {
    columns,
    l2,
    means: mean,
    parameters: { impute, low, high, weights, bias: Math.fround(bias) },
  }
}

const NEXT = 'Train again once there are rows with and without a conversion in both periods.'

/** What there is does not suffice to train on. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError'
  readonly kind = 'too_little_data'
  readonly next: string

  constructor(reason: string, next = NEXT) {
    super(reason)
    this.next = next
  }
}

function assertBothOutcomes(rows: readonly TrainingRow[], what: string): void {
  const converted = rows.filter((row) => row.converted).length
  if (converted > 0 && converted < rows.length) return
  throw new TrainingError(`Of ${rows.length} ${what} rows, ${converted} converted.`)
}

/**
 * Trains logistic regression. The penalty is the one of a fixed list that predicts the latest
 * quarter of the rows best from the earlier ones; the weights are then fitted on all rows.
 * @throws TrainingError where converters or non-converters are absent.
 */
export function trainLogistic(
  features: readonly TrainingFeature[],
  rows: readonly TrainingRow[],
): TrainedModel {
  const { earlier, later } = splitByTime(rows, VALIDATION_SHARE)
  assertBothOutcomes(earlier, 'earlier')
  assertBothOutcomes(later, 'later')
  const outcomes = outcomesOf(later)
  let best = { l2: L2_CANDIDATES[0] as number, loss: Number.POSITIVE_INFINITY }
  for (const l2 of L2_CANDIDATES) {
    const probabilities = predict(trainWith(features, earlier, l2), later)
    const loss = logLoss({ probabilities, outcomes })
    if (loss < best.loss) best = { l2, loss }
  }
  return trainWith(features, rows, best.l2)
}
