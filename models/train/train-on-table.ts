import { delongAuc } from '#shared/metrics/delong.ts'
import { calibrated } from '../calibration/calibration.ts'
import { type ChosenCalibration, chooseCalibration } from '../calibration/choose-calibration.ts'
import { calibrationPlot } from '../card/plots/calibration-plot.ts'
import { liftPlot } from '../card/plots/lift-plot.ts'
import { rocPlot } from '../card/plots/roc.ts'
import { scorePlot } from '../card/plots/score-plot.ts'
import { CARD_PLOTS, type TableModelCard } from '../card/table-card.ts'
import { tableDrift } from '../drift/table-drift.ts'
import { permutationImportance } from '../importance/permutation.ts'
import { SHAP_ROWS } from '../importance/shap-importance.ts'
import { LabelError } from '../label/label-error.ts'
import { leakageWarnings } from '../leakage/leakage.ts'
import { aucEstimate, aucGap, type Quality, qualityOf } from '../metrics/quality.ts'
import { sigmoid } from '../onnx/linear-walker.ts'
import type { LoadedTable } from '../table/read-table.ts'
import { missingCount, type Table, taken, takeRows } from '../table/table.ts'
import { type FittedFold, type FoldRows, unseenMargins } from '../validation/fit-folds.ts'
import { latestApart, type Split, stratifiedFolds } from '../validation/folds.ts'
import { fitInTurn } from './fold-threads.ts'
import { type LabelledRows, labelledRows } from './labelled-rows.ts'
import { type Learner, logisticLearner } from './learner.ts'

/** @param onFold called when work on a fold begins */
export type FitFolds = <Model>(
  learner: Learner<Model>,
  rows: FoldRows,
  splits: readonly Split[],
  seed: number,
  onFold: (fold: number) => void,
) => Promise<FittedFold<Model>[]>

export interface TrainOptions {
  name: string
  version: string
  /** Where the rows come from, such as the file's name. */
  source: string
  positive?: string | undefined
  folds?: number
  seed?: number
  /** Rows of another file, read like the first one, and its name. */
  test?: { loaded: LoadedTable; name: string } | undefined
  /** How the folds are fitted; in turn unless said otherwise. The outcome is the same. */
  fitFolds?: FitFolds
  /** Called before each piece of work: how many are done, of how many, and what comes. */
  onProgress?: (done: number, of: number, what: string) => void
}

export interface TrainedOnTable<Model> {
  /** The model whose figures the card has; with folds, it was fitted on all rows. */
  model: Model
  chosen: ChosenCalibration
  card: TableModelCard
  /** SVG documents by file name. */
  plots: Record<string, string>
}

const FOLDS = 5
/** The latest share of the rows, where a time column orders them. */
const LATER_SHARE = 0.2
const FEWEST_OF_EITHER_LATER = 5

/** Rows to learn from, and rows apart to measure on; none apart where folds do both. */
interface Parts {
  learn: LabelledRows
  apart: { table: Table; outcomes: Uint8Array } | null
  validation: TableModelCard['validation']
  notes: string[]
}

const outcomesOf = (outcomes: Uint8Array, rows: Uint32Array = new Uint32Array()): Uint8Array =>
  taken(outcomes, rows, new Uint8Array(rows.length))

const positivesOf = (outcomes: Uint8Array): number =>
  outcomes.reduce((sum, outcome) => sum + outcome, 0)

function laterPart(rows: LabelledRows, time: Float64Array, column: string): Parts {
  const { fit, test, left } = latestApart(time, LATER_SHARE)
  const [earlier, latest] = [outcomesOf(rows.outcomes, fit), outcomesOf(rows.outcomes, test)]
  for (const [part, which] of [
    [earlier, 'earlier'],
    [latest, 'latest'],
  ] as const) {
    const positives = positivesOf(part)
    if (Math.min(positives, part.length - positives) >= FEWEST_OF_EITHER_LATER) continue
    throw new LabelError(
      'too_little_data',
      `Of the ${part.length} ${which} rows by "${column}", ${positives} are positive; at least ${FEWEST_OF_EITHER_LATER} of either outcome are needed in each part.`,
      'Use more rows, or leave out --time to divide them by chance.',
    )
  }
  return {
    learn: {
      ...rows,
      table: takeRows(rows.table, fit),
      outcomes: earlier,
      dropped: rows.dropped.map(({ name, reason, why }) => ({ name, reason, why })),
    },
    apart: { table: takeRows(rows.table, test), outcomes: latest },
    validation: { kind: 'later', column, share: LATER_SHARE },
    notes: left > 0 ? [`${left} rows have no "${column}" and are left out.`] : [],
  }
}

function partsOf(loaded: LoadedTable, options: TrainOptions): Parts {
  const rows = labelledRows(loaded, options.positive, 'training')
  const column = loaded.dropped.find(({ reason }) => reason === 'orders rows')?.name
  if (options.test) {
    const { name } = options.test
    const test = labelledRows(options.test.loaded, rows.positive, 'test')
    const notes = test.notes.map((note) => `${name}: ${note}`)
    return { learn: rows, apart: test, validation: { kind: 'file', name }, notes }
  }
  if (rows.time && column !== undefined) return laterPart(rows, rows.time, column)
  const { folds = FOLDS, seed = 0 } = options
  return { learn: rows, apart: null, validation: { kind: 'folds', folds, seed }, notes: [] }
}

interface Unseen<Model> {
  /** Of each row, by a model that has not seen it. */
  probabilities: Float64Array
  /** The model that has not seen the first split's test rows. */
  first: Model | null
}

async function unseenBy<Model>(
  learner: Learner<Model>,
  rows: LabelledRows,
  splits: readonly Split[],
  { seed = 0, fitFolds = fitInTurn }: TrainOptions,
  onFold: (what: string) => void,
): Promise<Unseen<Model>> {
  const { table, outcomes } = rows
  const folds = await fitFolds(learner, { table, outcomes }, splits, seed, (fold) =>
    onFold(`${learner.algorithm}, part ${fold + 1} of ${splits.length}`),
  )
  return {
    probabilities: unseenMargins(table.rows, splits, folds).map(sigmoid),
    first: folds[0]?.model ?? null,
  }
}

/** Rows evenly from a whole table, for what takes long. */
function someOf(table: Table, most: number): Table {
  if (table.rows <= most) return table
  const step = table.rows / most
  return takeRows(
    table,
    Uint32Array.from({ length: most }, (_, at) => Math.floor(at * step)),
  )
}

interface Shown {
  /** In the order that the model gives, which calibration keeps. */
  raw: Float64Array
  /** Calibrated by a curve that has not seen the row. */
  probabilities: Float64Array
}

/**
 * What figures are made of. Over folds, the order is measured before calibration: each fold has a curve of
 * its own there, and their differences would blur an order that the one curve of the model keeps.
 */
function shownBy(
  apart: Float64Array | null,
  unseen: Float64Array,
  chosen: ChosenCalibration,
): Shown {
  return apart
    ? { raw: apart, probabilities: calibrated(chosen.calibration, apart) }
    : { raw: unseen, probabilities: chosen.probabilities }
}

function qualityShown({ raw, probabilities }: Shown, outcomes: Uint8Array, seed: number): Quality {
  const auc = aucEstimate({ probabilities: raw, outcomes })
  return { ...qualityOf({ probabilities, outcomes }, seed), auc }
}

function aucOf(probabilities: Float64Array, outcomes: Uint8Array) {
  const { auc, variance } = delongAuc({ probabilities, outcomes })
  return { value: auc, variance }
}

/**
 * From rows to a model with its proof: leaks are looked for, every row is predicted by a model that has not
 * seen it, those predictions choose the calibration, and the card says how good the outcome is beside plain
 * logistic regression. With a test file or a time column the figures are of rows apart instead. No clock and
 * no chance but the seed's: the same rows give the same model and card.
 * @throws LabelError where the label is unclear or the rows do not suffice
 */
export async function trainOnTable<Model>(
  learner: Learner<Model>,
  loaded: LoadedTable,
  options: TrainOptions,
): Promise<TrainedOnTable<Model>> {
  const { folds = FOLDS, seed = 0, onProgress = () => {} } = options
  const { learn, apart, validation, notes } = partsOf(loaded, options)
  const { table, outcomes } = learn
  const work = 2 * folds + 4
  let done = 0
  const next = (what: string): void => onProgress(done++, work, what)

  next('looking for columns that know the outcome')
  const warnings = leakageWarnings(table, outcomes, learn.dropped)
  const splits = stratifiedFolds(outcomes, folds, seed)
  const unseen = await unseenBy(learner, learn, splits, options, next)
  const chosen = chooseCalibration(unseen.probabilities, outcomes, seed)
  const rivalUnseen = await unseenBy(logisticLearner, learn, splits, options, next)
  const rivalChosen = chooseCalibration(rivalUnseen.probabilities, outcomes, seed)

  next(`${learner.algorithm}, all rows`)
  const model = learner.train(table, outcomes, seed)

  next('figures with intervals')
  const rivalModel = apart ? logisticLearner.train(table, outcomes, seed) : null
  const measured = apart?.outcomes ?? outcomes
  const shown = shownBy(apart && learner.margins(model, apart.table), unseen.probabilities, chosen)
  const rival = shownBy(
    apart && rivalModel && logisticLearner.margins(rivalModel, apart.table),
    rivalUnseen.probabilities,
    rivalChosen,
  )
  const quality = qualityShown(shown, measured, seed)
  const logistic = qualityShown(rival, measured, seed)
  const predictions = { probabilities: shown.probabilities, outcomes: measured }

  const drift = apart
    ? tableDrift(
        {
          table,
          probabilities: chosen.probabilities,
          outcomes,
          auc: aucOf(unseen.probabilities, outcomes),
        },
        { table: apart.table, ...predictions, auc: aucOf(shown.raw, apart.outcomes) },
      )
    : []

  next('importance of columns')
  const judge = apart ? model : (unseen.first ?? model)
  const judged = apart?.table ?? takeRows(table, splits[0]?.test ?? [])
  const shap = learner.shapImportance?.(judge, someOf(judged, SHAP_ROWS))
  const importance = permutationImportance(
    (asked) => learner.margins(judge, asked),
    judged,
    apart?.outcomes ?? outcomesOf(outcomes, splits[0]?.test),
    { seed },
  ).map((each) => ({ ...each, shap: shap?.get(each.column) ?? null }))
  onProgress(work, work, 'done')
  return {
    model,
    chosen,
    card: {
      name: options.name,
      version: options.version,
      algorithm: learner.algorithm,
      data: {
        source: options.source,
        rows: outcomes.length,
        positives: positivesOf(outcomes),
        label: loaded.label.name,
        positive: learn.positive,
      },
      validation,
      quality,
      logistic,
      aucGap: aucGap(measured, shown.raw, rival.raw),
      calibration: { kind: chosen.calibration.kind, logLoss: chosen.logLoss },
      features: table.columns.map((column) => ({
        name: column.name,
        type: column.format.kind,
        missing: missingCount(column) / table.rows,
      })),
      dropped: learn.dropped.map(({ name, reason, why }) => ({ name, reason, why })),
      warnings,
      importance,
      drift,
      notes: [...learn.notes, ...notes],
    },
    plots: {
      [CARD_PLOTS.roc]: rocPlot(
        { probabilities: shown.raw, outcomes: measured },
        { probabilities: rival.raw, outcomes: measured },
      ),
      [CARD_PLOTS.calibration]: calibrationPlot(quality),
      [CARD_PLOTS.lift]: liftPlot(quality),
      [CARD_PLOTS.scores]: scorePlot(predictions),
    },
  }
}
