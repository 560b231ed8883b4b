import { createHash } from 'node:crypto'
import { attribute, linearExplainer } from '#shared/explain/linear.ts'
import { fnv1a64 } from '#shared/features/fingerprint.ts'
import { FEATURE_HASH, FEATURES, featureByName } from '#shared/features/registry.ts'
import { encodeRows } from '#shared/scoring/encoding.ts'
import { type ModelManifest, POINT_KNOTS } from '#shared/scoring/manifest.ts'
import type { ModelCard } from '../card/card.ts'
import {
  outcomesOf,
  predict,
  splitByTime,
  type TrainedModel,
  type TrainingRow,
  trainLogistic,
} from '../logistic/train.ts'
import * as metrics from '../metrics/metrics.ts'
import { linearToOnnx } from '../onnx/linear.ts'
import { heldValue, linearMargins } from '../onnx/linear-walker.ts'

export interface StarterOptions {
  /** Where the rows come from, in words. */
  source: string
  /** How long after a row its outcome was watched, in milliseconds. */
  outcomeWindowMs: number
}

export interface StarterArtifacts {
  onnx: Uint8Array<ArrayBuffer>
  manifest: ModelManifest
  card: ModelCard
}

/** The latest share of the rows is kept for the test. */
const TEST_SHARE = 0.25
/** The top tenth of training rows is A, the next two tenths B, the next three C. */
const GRADE_PERCENTS = { A: 90, B: 70, C: 40 } as const

const ascending = (values: Float64Array): Float64Array => values.toSorted()

/** The value at each percent of ascending values, 0 % to 100 %. */
function percentKnots(sorted: Float64Array): number[] {
  return Array.from({ length: POINT_KNOTS }, (_, percent) => {
    const position = Math.floor((percent * (sorted.length - 1)) / (POINT_KNOTS - 1))
    return sorted[position] ?? 0
  })
}

function periodOf(rows: readonly TrainingRow[]) {
  const times = rows.map((row) => row.at)
  return {
    from: times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    to: times.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    rows: rows.length,
    converted: rows.filter((row) => row.converted).length,
  }
}

function versionOf({ parameters, columns }: TrainedModel, to: number): string {
  const day = new Date(to).toISOString().slice(0, 10).replaceAll('-', '')
  const weights = Array.from(parameters.weights)
  const print = fnv1a64(JSON.stringify([FEATURE_HASH, columns, weights, parameters.bias]))
  return `starter-${day}-${print.slice(0, 8)}`
}

/** Mean strength of each feature over rows, strongest first. */
function effectsOf(trained: TrainedModel, rows: readonly TrainingRow[]): ModelCard['effects'] {
  const { parameters, columns } = trained
  const linear = { ...parameters, metadata: {} }
  const explainer = linearExplainer(
    columns.map(({ feature }, column) => ({
      feature,
      mean: trained.means[column] ?? 0,
      weight: parameters.weights[column] ?? 0,
    })),
  )
  const sums = new Map<string, number>()
  for (const row of rows) {
    const held = encodeRows(columns, [row.features]).map((value, column) =>
      heldValue(linear, column, value),
    )
    for (const { feature, contribution } of attribute(explainer, held)) {
      sums.set(feature, (sums.get(feature) ?? 0) + Math.abs(contribution))
    }
  }
  return Array.from(sums, ([feature, sum]) => ({
    feature,
    side: featureByName(feature)?.side ?? 'engagement',
    meanAbsContribution: sum / rows.length,
  })).sort((a, b) => b.meanAbsContribution - a.meanAbsContribution)
}

/**
 * Trains and describes the model that ships. Everything in it follows from the rows alone: no clock,
 * no randomness, so that the same rows give the same bytes. A training row whose outcome was still
 * being watched when the test period began is left out, so that no label knows the test's time.
 * @throws TrainingError where there are too few conversions to train or test on.
 */
export function buildStarter(
  rows: readonly TrainingRow[],
  { source, outcomeWindowMs }: StarterOptions,
): StarterArtifacts {
  const { earlier, later, at } = splitByTime(rows, TEST_SHARE)
  const training = earlier.filter((row) => row.at + outcomeWindowMs < at)
  const trained = trainLogistic(FEATURES, training)
  const trainedOn = { ...periodOf(training), source, l2: trained.l2 }
  const testedOn = periodOf(later)
  const version = versionOf(trained, trainedOn.to)
  const onnx = linearToOnnx({
    ...trained.parameters,
    metadata: {
      model_version: version,
      feature_hash: FEATURE_HASH,
      trained_from: new Date(trainedOn.from).toISOString(),
      trained_to: new Date(trainedOn.to).toISOString(),
      trained_rows: String(trainedOn.rows),
      calibrated: 'false',
    },
  })
  const knots = percentKnots(ascending(predict(trained, training)))
  const test = { probabilities: predict(trained, later), outcomes: outcomesOf(later) }
  const average = trainedOn.converted / trainedOn.rows
  const baseline = { probabilities: test.probabilities.map(() => average), outcomes: test.outcomes }
  const manifest: ModelManifest = {
    format: 1,
    version,
    algorithm: 'logistic-regression',
    onnxSha256: createHash('sha256').update(onnx).digest('hex'),
    featureHash: FEATURE_HASH,
    columns: trained.columns.map((column, index) => ({
      ...column,
      mean: trained.means[index] ?? 0,
    })),
    base: linearMargins({ ...trained.parameters, metadata: {} }, trained.means)[0] ?? 0,
    trainedOn,
    testedOn,
    metrics: {
      auc: metrics.auc(test),
      logLoss: metrics.logLoss(test),
      brier: metrics.brier(test),
      ece: metrics.expectedCalibrationError(test),
      topDecileLift: metrics.topDecileLift(test),
    },
    calibrated: false,
    grades: {
      A: knots[GRADE_PERCENTS.A] ?? 1,
      B: knots[GRADE_PERCENTS.B] ?? 1,
      C: knots[GRADE_PERCENTS.C] ?? 1,
    },
    pointKnots: knots,
  }
  const card: ModelCard = {
    name: 'Lead score, starter model',
    version,
    purpose:
      'Says how likely a visitor of a B2B site is to start a trial within two weeks, so that leads can be ordered from the first day, before a workspace has outcomes of its own.',
    notFor: [
      'decisions about people other than whom to write to first',
      'a forecast of conversions: its probabilities are of simulated visitors',
      'sites that sell to consumers',
    ],
    data: `${source} It contains no real person.`,
    limits: [
      'It was trained on simulated journeys, so its figures say that the method works, not how well it will do on your visitors.',
      'It is additive on the log-odds: it cannot learn that two signals mean more together.',
      'Values beyond those of the training period count as the largest or smallest seen there.',
      'Points rank a visitor among the training rows: 90 means that nine in ten scored lower.',
    ],
    trainedOn,
    testedOn,
    calibrated: false,
    metrics: manifest.metrics,
    baseline: { logLoss: metrics.logLoss(baseline), brier: metrics.brier(baseline) },
    grades: manifest.grades,
    calibration: metrics.calibrationBins(test),
    effects: effectsOf(trained, later),
  }
  return { onnx, manifest, card }
}
