import { mkdir, writeFile } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type TableModelCard, tableCardMarkdown } from '../card/table-card.ts'
import { LabelError } from '../label/label-error.ts'
import { type Effects, trainWorkspace } from '../lead/train-workspace.ts'
import { TrainingError } from '../logistic/train.ts'
import { calibratedProbability } from '../onnx/calibration.ts'
import { PlatformError } from '../platform/platform-error.ts'
import { recommendWorkspace } from '../recommend/recommend-workspace.ts'
import { RecommenderError } from '../recommend/recommender-error.ts'
import { type ReadTableOptions, readTable } from '../table/read-table.ts'
import { tableSummary } from '../table/summary.ts'
import { TableError } from '../table/table-error.ts'
import {
  HELP,
  parseCommand,
  type TableCommand,
  type TrainCommand,
  UsageError,
} from './command-line.ts'
import { fitOnThreads } from './fold-threads.ts'
import { modelFile, readModelFile } from './model-file.ts'
import { progressBar } from './progress-bar.ts'
import { pulledLine } from './pulled-line.ts'
import { trainOnTable } from './train-on-table.ts'
import { treeLearner } from './tree-learner.ts'

/** The table, its label or the command cannot be used. */
const EXIT_REFUSED = 2

async function train(command: TableCommand): Promise<Record<string, unknown>> {
  const { file, label, time, drop, missing, out, seed } = command
  const asked: ReadTableOptions = { label, time, drop, missing }
  const loaded = await readTable(file, asked)
  console.log(`\n${tableSummary(loaded)}\n`)
  const like = loaded.table.columns.map(({ name, format }) => ({ name, format }))
  const test =
    command.test === undefined
      ? undefined
      : { loaded: await readTable(command.test, { ...asked, like }), name: basename(command.test) }
  const started = performance.now()
  const name = basename(file, extname(file))
  const version = `${name}-seed-${seed}`
  const { model, chosen, card, plots } = await trainOnTable(treeLearner, loaded, {
    name,
    version,
    source: basename(file),
    positive: command.positive,
    seed,
    test,
    fitFolds: fitOnThreads,
    onProgress: progressBar(process.stderr, () => performance.now()),
  })
  const trainSeconds = (performance.now() - started) / 1000
  const facts = { name, version, source: basename(file), label }
  const bytes = modelFile(model, loaded.table, chosen.calibration, facts)
  // A file that cannot be read back as it was meant is worth nothing.
  const { calibration } = readModelFile(bytes)
  if (!Number.isFinite(calibratedProbability(calibration, 0))) {
    throw new Error('The calibration that was written cannot be computed.')
  }
  await mkdir(out, { recursive: true })
  const paths = { model: join(out, 'model.onnx'), card: join(out, 'card.md') }
  await Promise.all([
    writeFile(paths.model, bytes),
    writeFile(paths.card, tableCardMarkdown(card)),
    writeFile(join(out, 'card.json'), `${JSON.stringify(card, null, 2)}\n`),
    ...Object.entries(plots).map(([plot, svg]) => writeFile(join(out, plot), svg)),
  ])
  console.log(inWords(card, paths))
  return summaryOf(card, paths, trainSeconds)
}

function inWords(
  { quality, logistic, warnings, drift }: TableModelCard,
  paths: { model: string; card: string },
): string {
  const figure = (value: number) => value.toFixed(3)
  return [
    ...(warnings.length > 0
      ? [
          'Look at these columns: a score is worthless if they are only known afterwards.',
          ...warnings.map(({ message }) => `- ${message}`),
          '',
        ]
      : []),
    `AUC ${figure(quality.auc.value)} (${figure(quality.auc.low)} to ${figure(quality.auc.high)}), logistic regression ${figure(logistic.auc.value)}; log loss ${figure(quality.logLoss.value)}, calibration error ${figure(quality.ece.value)}.`,
    `The fifth with the highest scores holds ${(100 * quality.recallAtTop20.value).toFixed(0)} % of those that happened.`,
    ...(drift.length > 0
      ? [
          '',
          'The rows apart differ from those it learnt from:',
          ...drift.map(({ message }) => `- ${message}`),
        ]
      : []),
    '',
    `Model: ${paths.model}`,
    `Card:  ${paths.card}`,
  ].join('\n')
}

function summaryOf(
  { data, features, quality, logistic }: TableModelCard,
  paths: { model: string; card: string },
  trainSeconds: number,
): Record<string, unknown> {
  const figures = ({
    auc,
    averagePrecision,
    logLoss,
    brier,
    ece,
    recallAtTop20,
  }: typeof quality) => ({
    auc: auc.value,
    averagePrecision: averagePrecision.value,
    logLoss: logLoss.value,
    brier: brier.value,
    ece: ece.value,
    recallAtTop20: recallAtTop20.value,
  })
  return {
    ...figures(quality),
    rows: data.rows,
    features: features.length,
    trainSeconds: Number(trainSeconds.toFixed(2)),
    logistic: figures(logistic),
    ...paths,
  }
}

function effectsHere(): Effects {
  const now = () => performance.now()
  return {
    fetch,
    env: process.env,
    now,
    wait: (ms) => delay(ms),
    say: (line) => console.log(line),
    showPulled: pulledLine(process.stderr),
    onProgress: progressBar(process.stderr, now),
  }
}

function done(command: TrainCommand): Promise<Record<string, unknown>> {
  switch (command.kind) {
    case 'table':
      return train(command)
    case 'workspace':
      return trainWorkspace(command, effectsHere())
    case 'recommend':
      return recommendWorkspace(command, effectsHere())
  }
}

/** Exit code 0 with the summary as the last line, 2 with one sentence. */
async function main(argv: readonly string[]): Promise<number> {
  try {
    const command = parseCommand(argv)
    if (command === 'help') {
      console.log(HELP)
      return 0
    }
    console.log(JSON.stringify(await done(command)))
    return 0
  } catch (error) {
    const saysNext =
      error instanceof PlatformError ||
      error instanceof TrainingError ||
      error instanceof RecommenderError
    if (saysNext) {
      console.error(`${error.message} ${error.next}`)
      return EXIT_REFUSED
    }
    const isRefusal =
      error instanceof UsageError || error instanceof TableError || error instanceof LabelError
    if (!isRefusal) throw error
    console.error(error.message)
    return EXIT_REFUSED
  }
}

process.exitCode = await main(process.argv.slice(2))
