import { createHash } from 'node:crypto'
import { FEATURE_HASH } from '#shared/features/registry.ts'
import type { TrainedManifest } from '#shared/scoring/manifest.ts'
import { standingOf } from '#shared/scoring/standing.ts'
import type { KnownBy, TrainingRow } from '#shared/training/training-row.ts'
import { calibrationPlot } from '../card/plots/calibration-plot.ts'
import { liftPlot } from '../card/plots/lift-plot.ts'
import { rocPlot } from '../card/plots/roc.ts'
import { scorePlot } from '../card/plots/score-plot.ts'
import { CARD_PLOTS } from '../card/table-card.ts'
import { outcomesOf } from '../logistic/train.ts'
import { meanEffects } from '../manifest/effects.ts'
import { baselineOf, figuresOf } from '../manifest/figures.ts'
import { periodOf, trainAndTest } from '../manifest/periods.ts'
import { calibrationBins, logLoss } from '../metrics/metrics.ts'
import { aucGap, qualityOf } from '../metrics/quality.ts'
import type { Candidate } from './candidate.ts'
import { assertBothOutcomes, assertEnough } from './enough.ts'
import { fitAndValidation } from './fit-and-validation.ts'
import { ALGORITHM_WORDS, type LeadCard } from './lead-card.ts'
import { logisticCandidate } from './logistic-candidate.ts'
import { treeCandidate } from './tree-candidate.ts'

export interface LeadOptions {
  workspace: string
  knownBy: KnownBy
  /** How long after a row its outcome was watched, in milliseconds. */
  outcomeWindowMs: number
  /** Of everything left to chance: samples of rows and columns, folds, resamples. Default 0. */
  seed?: number
  /** Called before each piece of work: how many are done, of how many, and what comes. */
  onProgress?: (done: number, of: number, what: string) => void
}

export interface LeadArtifacts {
  onnx: Uint8Array<ArrayBuffer>
  manifest: TrainedManifest
  card: LeadCard
  /** SVG documents by file name. */
  plots: Record<string, string>
}

/** Explaining a row costs up to a millisecond, and means need no more. */
const MOST_EXPLAINED_ROWS = 1_000
const PIECES = 4

/**
 * From a workspace's training rows to a model that the edge serves: trees and logistic regression, of which
 * the better by log loss on the later part of the training period ships, both measured on the test period.
 * No clock and no chance but the seed's: the same rows give the same bytes.
 * @param rows in any order
 * @throws TrainingError where rows or conversions do not suffice
 */
export function trainLead(
  rows: readonly TrainingRow[],
  { workspace, knownBy, outcomeWindowMs, seed = 0, onProgress = () => {} }: LeadOptions,
): LeadArtifacts {
  assertEnough(rows)
  const { training, test } = trainAndTest(inOrder(rows), outcomeWindowMs)
  const { fit, validation } = fitAndValidation(training, outcomeWindowMs)
  assertBothOutcomes(fit, 'earliest rows, which models are fitted on')
  assertBothOutcomes(validation, 'rows before the test period, which choose the model')
  assertBothOutcomes(test, 'latest rows, which test the model')

  onProgress(0, PIECES, 'logistic regression')
  const logistic = logisticCandidate({ fit, validation, training }, seed)
  onProgress(1, PIECES, 'gradient-boosted trees')
  const trees = treeCandidate({ fit, validation, training }, seed)
  const lossOf = ({ validation: probabilities }: Candidate): number =>
    logLoss({ probabilities, outcomes: outcomesOf(validation) })
  const shipped = lossOf(trees) < lossOf(logistic) ? trees : logistic

  onProgress(2, PIECES, 'figures with intervals')
  const outcomes = outcomesOf(test)
  const measured = (candidate: Candidate) => {
    const probabilities = candidate.probabilities(test)
    const { algorithm, calibration } = candidate
    const quality = qualityOf({ probabilities, outcomes }, seed)
    const validationLogLoss = lossOf(candidate)
    return { probabilities, rival: { algorithm, calibration, validationLogLoss, quality } }
  }
  const [ofTrees, ofLogistic] = [measured(trees), measured(logistic)]
  const { probabilities, rival } = shipped === trees ? ofTrees : ofLogistic
  const predictions = { probabilities, outcomes }

  onProgress(3, PIECES, 'what moves it most')
  const trainedOn = {
    ...periodOf(training),
    source: `Rows of the workspace ${workspace}; events count as known from when they ${knownBy === 'received' ? 'were received' : 'occurred'}.`,
    l2: shipped.l2,
  }
  const version = versionOf(shipped, trainedOn.to)
  const onnx = shipped.onnx({
    model_version: version,
    feature_hash: FEATURE_HASH,
    trained_from: new Date(trainedOn.from).toISOString(),
    trained_to: new Date(trainedOn.to).toISOString(),
    trained_rows: String(trainedOn.rows),
    calibrated: 'true',
    known_by: knownBy,
  })
  const manifest: TrainedManifest = {
    format: 1,
    version,
    algorithm: shipped.algorithm,
    onnxSha256: createHash('sha256').update(onnx).digest('hex'),
    featureHash: FEATURE_HASH,
    columns: shipped.columns,
    base: shipped.base,
    trainedOn,
    testedOn: periodOf(test),
    metrics: figuresOf(predictions),
    calibrated: true,
    ...standingOf(shipped.probabilities(training)),
  }
  const { metrics, grades, testedOn } = manifest
  const card: LeadCard = {
    ...inWords(workspace, shipped.algorithm),
    version,
    trainedOn,
    testedOn,
    calibrated: true,
    metrics,
    baseline: baselineOf(trainedOn.converted / trainedOn.rows, outcomes),
    grades,
    calibration: calibrationBins(predictions),
    effects: meanEffects(some(test, MOST_EXPLAINED_ROWS), shipped.attributions),
    workspace,
    algorithm: shipped.algorithm,
    knownBy,
    trees: ofTrees.rival,
    logistic: ofLogistic.rival,
    aucGap: aucGap(outcomes, ofTrees.probabilities, ofLogistic.probabilities),
  }
  onProgress(PIECES, PIECES, 'done')
  return {
    onnx,
    manifest,
    card,
    plots: {
      [CARD_PLOTS.roc]: rocPlot(predictions, {
        probabilities: ofLogistic.probabilities,
        outcomes,
      }),
      [CARD_PLOTS.calibration]: calibrationPlot(rival.quality),
      [CARD_PLOTS.lift]: liftPlot(rival.quality),
      [CARD_PLOTS.scores]: scorePlot(predictions),
    },
  }
}

function inWords(workspace: string, algorithm: LeadCard['algorithm']) {
  return {
    name: `Lead score of the workspace ${workspace}`,
    purpose: `Says how likely a visitor is to convert within two weeks. ${ALGORITHM_WORDS[algorithm][0]?.toUpperCase()}${ALGORITHM_WORDS[algorithm].slice(1)}, trained on this workspace's own visitors.`,
    notFor: [
      'decisions about people other than whom to write to first',
      'visitors of another site than those it was trained on',
    ],
    data: `Visitors of the workspace ${workspace}. A row is what was known of a device at a moment, up to three moments a device; it counts as converted where the person converted within two weeks, on any device.`,
    limits: [
      'Figures hold for visitors like these. When campaigns, prices or forms change, train again.',
      'Rows of the two weeks before the test period are left out, so the newest behaviour is only in the test.',
      'The grouping of devices into persons is of today; it decides outcomes, never features.',
      'Points rank a visitor among the training rows: 90 means that nine in ten scored lower.',
    ],
  }
}

/** Sums of floats depend on the order, so the same rows are always taken in the same one. */
function inOrder(rows: readonly TrainingRow[]): TrainingRow[] {
  return rows.toSorted(
    (a, b) => a.at - b.at || (a.visitorId < b.visitorId ? -1 : a.visitorId > b.visitorId ? 1 : 0),
  )
}

/** At most so many of the rows, evenly from all of them. */
function some<Row>(rows: readonly Row[], most: number): Row[] {
  const step = Math.max(1, rows.length / most)
  return Array.from(
    { length: Math.min(rows.length, most) },
    (_, index) => rows[Math.floor(index * step)],
  ).filter((row): row is Row => row !== undefined)
}

/** The same model has the same version, wherever and whenever it was trained. */
function versionOf(candidate: Candidate, trainedTo: number): string {
  const day = new Date(trainedTo).toISOString().slice(0, 10).replaceAll('-', '')
  const bytes = candidate.onnx({ feature_hash: FEATURE_HASH })
  const print = createHash('sha256').update(bytes).update(JSON.stringify(candidate.columns))
  return `lead-${day}-${print.digest('hex').slice(0, 8)}`
}
