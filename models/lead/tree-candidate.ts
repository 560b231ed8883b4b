import { byFeature } from '#shared/explain/attribution.ts'
import { treeShap } from '#shared/explain/tree-shap.ts'
import { encodeRows } from '#shared/scoring/encoding.ts'
import type { ModelColumn } from '#shared/scoring/manifest.ts'
import type { TrainingRow } from '#shared/training/training-row.ts'
import { ensembleMargins, type TreeEnsemble } from '#shared/trees/tree-ensemble.ts'
import { marginsOf } from '../calibration/calibration.ts'
import { chooseCalibration, crossCalibrated } from '../calibration/choose-calibration.ts'
import { fitPlatt } from '../calibration/platt.ts'
import type { GbdtOptions } from '../gbdt/options.ts'
import { trainGbdt } from '../gbdt/train.ts'
import { outcomesOf } from '../logistic/train.ts'
import { gentleKnots } from '../onnx/gentle-knots.ts'
import { sigmoid } from '../onnx/linear-walker.ts'
import { treesFromOnnx, treesToOnnx } from '../onnx/tree-ensemble.ts'
import { walkTrees } from '../onnx/tree-walker.ts'
import type { Candidate, TrainingParts } from './candidate.ts'
import { columnsOf, treeColumns } from './tree-columns.ts'

/**
 * Slow and shallow: conversions are few, and what leads them on adds up more than it interacts. At most
 * 1,000 trees of 6 leaves, well below the 15,000 leaves that the edge serves.
 */
const TREES: Partial<GbdtOptions> = {
  learningRate: 0.05,
  maxLeaves: 6,
  minChildRows: 20,
  l2: 5,
  columnShare: 0.5,
  rowShare: 0.8,
}
const MOST_ROUNDS = 1_000
const PATIENCE_ROUNDS = 50
/**
 * With fewer conversions to learn from, an isotonic curve has steps that later rows do not bear out: over
 * eight simulated workspaces with 44 to 188 of them it lost 0.003 nats to Platt's line, also where it had
 * looked better by cross-validation. (Niculescu-Mizil and Caruana 2005 find the same for small sets.)
 */
const FEWEST_FOR_ISOTONIC = 300

const encodedOf = (columns: readonly ModelColumn[], rows: readonly TrainingRow[]) =>
  encodeRows(
    columns,
    rows.map((row) => row.features),
  )

const tableOf = (columns: readonly ModelColumn[], rows: readonly TrainingRow[]) => ({
  columns: columnsOf(columns, rows),
  labels: outcomesOf(rows),
})

/**
 * Boosted trees: how many are enough is seen on the validation rows, whose predictions also choose the
 * calibration; then as many are grown on all rows of the training period.
 */
export function treeCandidate(
  { fit, validation, training }: TrainingParts,
  seed: number,
): Candidate {
  const columns = treeColumns(training)
  const watched = trainGbdt(
    tableOf(columns, fit),
    { ...TREES, seed, rounds: MOST_ROUNDS, patienceRounds: PATIENCE_ROUNDS },
    { validation: tableOf(columns, validation) },
  )
  const outcomes = outcomesOf(validation)
  const unseen = ensembleMargins(watched.ensemble, encodedOf(columns, validation)).map(sigmoid)
  const conversions = outcomes.reduce((sum, outcome) => sum + outcome, 0)
  const calibration =
    conversions < FEWEST_FOR_ISOTONIC
      ? fitPlatt(marginsOf(unseen), outcomes)
      : chooseCalibration(unseen, outcomes, seed).calibration
  const rounds = Math.max(1, watched.ensemble.trees.length)
  const { ensemble } = trainGbdt(tableOf(columns, training), { ...TREES, seed, rounds })
  const written = {
    calibration:
      calibration.kind === 'platt' ? calibration : gentleKnots(calibration.x, calibration.y),
  }
  // From here on the model is what its file says, rounded to float32.
  const read = treesFromOnnx(treesToOnnx(ensemble, { ...written, metadata: {} }))
  const features = columns.map(({ feature }) => feature)
  return {
    algorithm: 'gradient-boosted-trees',
    calibration: calibration.kind,
    validation: crossCalibrated(calibration.kind, unseen, outcomes, seed),
    columns,
    base: expectedMargin(read.ensemble),
    l2: null,
    probabilities: (rows) => Float64Array.from(walkTrees(read, encodedOf(columns, rows))),
    attributions(row) {
      const shap = treeShap(read.ensemble, encodedOf(columns, [row]))
      // Only a deadline ends it early, and none is given.
      return shap.kind === 'whole' ? byFeature(features, shap.contributions) : []
    },
    onnx: (metadata) => treesToOnnx(ensemble, { ...written, metadata }),
  }
}

/** Mean margin of the training rows, by the trees' covers; the same whatever the row. */
function expectedMargin(ensemble: TreeEnsemble): number {
  const shap = treeShap(ensemble, new Float32Array(ensemble.columns))
  return shap.kind === 'whole' ? shap.expected : 0
}
