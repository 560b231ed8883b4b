import { createHash } from 'node:crypto'
import { fnv1a64 } from '#shared/features/fingerprint.ts'
import { FEATURE_HASH, FEATURES } from '#shared/features/registry.ts'
import type { TrainedManifest } from '#shared/scoring/manifest.ts'
import { standingOf } from '#shared/scoring/standing.ts'
import type { ModelCard } from '../card/card.ts'
import {
  outcomesOf,
  predict,
  type TrainedModel,
  type TrainingRow,
  trainLogistic,
} from '../logistic/train.ts'
import { linearEffects } from '../manifest/effects.ts'
import { baselineOf, figuresOf } from '../manifest/figures.ts'
import { periodOf, trainAndTest } from '../manifest/periods.ts'
import { calibrationBins } from '../metrics/metrics.ts'
import { linearToOnnx } from '../onnx/linear.ts'
import { linearMargins } from '../onnx/linear-walker.ts'

export interface StarterOptions {
  /** Where the rows come from, in words. */
  source: string
  /** How long after a row its outcome was watched, in milliseconds. */
  outcomeWindowMs: number
}

export interface StarterArtifacts {
  onnx: Uint8Array<ArrayBuffer>
  manifest: TrainedManifest
  card: ModelCard
}

function versionOf({ parameters, columns }: TrainedModel, to: number): string {
  const day = new Date(to).toISOString().slice(0, 10).replaceAll('-', '')
  const weights = Array.from(parameters.weights)
  const print = fnv1a64(JSON.stringify([FEATURE_HASH, columns, weights, parameters.bias]))
  return `starter-${day}-${print.slice(0, 8)}`
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
  const { training, test: later } = trainAndTest(rows, outcomeWindowMs)
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
  const test = { probabilities: predict(trained, later), outcomes: outcomesOf(later) }
  const manifest: TrainedManifest = {
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
    metrics: figuresOf(test),
    calibrated: false,
    ...standingOf(predict(trained, training)),
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
    baseline: baselineOf(trainedOn.converted / trainedOn.rows, test.outcomes),
    grades: manifest.grades,
    calibration: calibrationBins(test),
    effects: linearEffects(trained, later),
  }
  return { onnx, manifest, card }
}
