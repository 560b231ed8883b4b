import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import { trainGbdt } from '#models/gbdt/train.ts'
import { outcomesOfLabel } from '#models/label/outcomes.ts'
import { tableMargins, trainTableLogistic } from '#models/logistic/table/train-table.ts'
import { auc } from '#models/metrics/metrics.ts'
import { readTable } from '#models/table/read-table.ts'
import { type Table, taken, takeRows } from '#models/table/table.ts'
import { parseCommand, UsageError } from '#models/train/command-line.ts'
import { applyColumns, learnColumns, rowsOf } from '#models/train/tree-columns.ts'
import { stratifiedFolds } from '#models/validation/folds.ts'
import { ensembleMargins } from '#shared/trees/tree-ensemble.ts'
import { generatedTable, type NumberTable } from './generated-table.ts'

const PEERS = fileURLToPath(new URL('./peers.py', import.meta.url))
/** Debian's, which has the peers' packages; another one first on the PATH may not. */
const PYTHON = '/usr/bin/python3'
const PEER_TIMEOUT_MS = 600_000
const PEER_OUTPUT_BYTES = 1_000_000
const SIZES = [10_000, 100_000, 1_000_000] as const
const TEST_ROWS = 50_000
/** What every trainer is told; each on one thread. */
const SETTINGS = { rounds: 100, learningRate: 0.1, maxLeaves: 31, minChildRows: 20, l2: 1 }
/** One part of a few thousand rows held out would tell AUCs apart by ± 0.01; all in turn by ± 0.004. */
const FILE_FOLDS = 5
const LEAST_COMPARED_SECONDS = 0.5
const MUST = { aucBelowBest: 0.002, timesNative: 4 }

interface Trained {
  trainer: string
  seconds: number
  auc: number
}

interface Comparison {
  table: string
  trained: Trained[]
  /** Peers that are not on this machine. */
  absent: string[]
}

const Peers = z.record(
  z.string(),
  z.union([z.object({ seconds: z.number(), auc: z.number() }), z.object({ absent: z.string() })]),
)

/**
 * Training time and AUC beside scikit-learn's and XGBoost's histogram trainers on the same numbers, one
 * thread each, and beside our own logistic regression.
 *
 * @param args a table and its options as `npm run train` takes them, or none
 */
export async function benchTrain(args: readonly string[]): Promise<boolean> {
  const comparisons: Comparison[] = []
  const given = args.length > 0 ? tableOf(args) : null
  for (const rows of SIZES) {
    const [fit, test] = [generatedTable(rows, 1), generatedTable(TEST_ROWS, 2)]
    const name = `${rows.toLocaleString('en-US')} × ${fit.columns.length}`
    comparisons.push(await compared(name, fit, test, plainTable(fit), plainTable(test)))
  }
  if (given) comparisons.push(await comparedOnFile(given))
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`
  const pass = comparisons.every(isGoodEnough)
  console.log(`\n${machine}, one thread each\n`)
  for (const comparison of comparisons) print(comparison)
  console.log(
    JSON.stringify({ bench: 'train', machine, settings: SETTINGS, comparisons, must: MUST, pass }),
  )
  return pass
}

type GivenTable = Extract<ReturnType<typeof parseCommand>, { kind: 'table' }>

/** Read before anything is measured: a wrong option should not cost minutes. */
function tableOf(args: readonly string[]): GivenTable {
  const command = parseCommand(args)
  if (command === 'help' || command.kind !== 'table')
    throw new UsageError('Name a table and its label, as for npm run train.')
  return command
}

async function comparedOnFile(command: GivenTable): Promise<Comparison> {
  const { file, label, drop, missing, positive, seed } = command
  const loaded = await readTable(file, { label, drop, missing })
  const found = outcomesOfLabel(loaded.label, positive)
  const table = takeRows(loaded.table, found.rows)
  const part = (rows: Uint32Array) => ({
    table: takeRows(table, rows),
    outcomes: taken(found.outcomes, rows, new Uint8Array(rows.length)),
  })
  const folds: Comparison[] = []
  for (const split of stratifiedFolds(found.outcomes, FILE_FOLDS, seed)) {
    const [fit, test] = [part(split.fit), part(split.test)]
    const learned = learnColumns(fit.table, fit.outcomes, seed)
    const columns = { columns: learned.values, outcomes: fit.outcomes }
    const held = { columns: applyColumns(learned.columns, test.table), outcomes: test.outcomes }
    folds.push(await compared('', columns, held, fit.table, test.table))
  }
  const name = `${file.split('/').at(-1)}, ${table.rows.toLocaleString('en-US')} rows, ${FILE_FOLDS} folds`
  return overFolds(name, folds)
}

/** Seconds of all folds together, AUC on average. */
function overFolds(table: string, folds: readonly Comparison[]): Comparison {
  const [first] = folds
  const trained = (first?.trained ?? []).map(({ trainer }): Trained => {
    const each = folds.flatMap((fold) => fold.trained.filter((one) => one.trainer === trainer))
    const sum = (of: 'seconds' | 'auc') => each.reduce((total, one) => total + one[of], 0)
    return { trainer, seconds: sum('seconds'), auc: sum('auc') / each.length }
  })
  return { table, trained, absent: first?.absent ?? [] }
}

async function compared(
  name: string,
  fit: NumberTable,
  test: NumberTable,
  fitTable: Table,
  testTable: Table,
): Promise<Comparison> {
  const { columns, outcomes } = fit
  // Once for the compiler, on few rows: peers are compiled already.
  trainGbdt(generatedAsTable(2_000), { ...SETTINGS, rounds: 20 })
  const ours = timed(() => trainGbdt({ columns, labels: outcomes }, SETTINGS))
  const margins = ensembleMargins(ours.result.ensemble, rowsOf(test.columns))
  const logistic = timed(() => trainTableLogistic(fitTable, outcomes, 0))
  const plain = tableMargins(logistic.result, testTable)
  const peers = await trainPeers(fit, test)
  return {
    table: name,
    trained: [
      {
        trainer: 'Edgewise',
        seconds: ours.seconds,
        auc: auc({ probabilities: margins, outcomes: test.outcomes }),
      },
      ...peers.trained,
      {
        trainer: 'Edgewise, logistic regression',
        seconds: logistic.seconds,
        auc: auc({ probabilities: plain, outcomes: test.outcomes }),
      },
    ],
    absent: peers.absent,
  }
}

async function trainPeers(
  fit: NumberTable,
  test: NumberTable,
): Promise<{ trained: Trained[]; absent: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'edgewise-bench-train-'))
  try {
    for (const [part, { columns, outcomes }] of Object.entries({ fit, test })) {
      await writeFile(join(folder, `${part}.x`), Buffer.concat(columns.map(bytesOf)))
      await writeFile(join(folder, `${part}.y`), outcomes)
    }
    const { rounds, learningRate, maxLeaves } = SETTINGS
    const given = [fit.columns.length, rounds, learningRate, maxLeaves].map(String)
    const { stdout } = await promisify(execFile)(PYTHON, [PEERS, folder, ...given], {
      env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
      timeout: PEER_TIMEOUT_MS,
      maxBuffer: PEER_OUTPUT_BYTES,
    })
    const found = Object.entries(Peers.parse(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')))
    return {
      trained: found.flatMap(([trainer, figures]) =>
        'absent' in figures ? [] : [{ trainer, ...figures }],
      ),
      absent: found.flatMap(([trainer, figures]) => ('absent' in figures ? [trainer] : [])),
    }
  } catch (error) {
    console.error(`The peers did not run: ${error instanceof Error ? error.message : error}`)
    return { trained: [], absent: ['scikit-learn', 'XGBoost'] }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function bytesOf(values: Float32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength)
}

function generatedAsTable(rows: number) {
  const { columns, outcomes } = generatedTable(rows, 3)
  return { columns, labels: outcomes }
}

function plainTable({ columns, outcomes }: NumberTable): Table {
  return {
    rows: outcomes.length,
    columns: columns.map((values, index) => ({
      name: `x${index}`,
      format: { kind: 'number', decimal: '.' },
      values,
    })),
  }
}

function timed<T>(work: () => T): { result: T; seconds: number } {
  const started = performance.now()
  const result = work()
  return { result, seconds: (performance.now() - started) / 1000 }
}

/** Ours, and the native trainers; logistic regression is shown, not competed with in time. */
function partsOf({ trained }: Comparison) {
  const [ours, ...others] = trained
  const natives = others.filter(({ trainer }) => !trainer.startsWith('Edgewise'))
  return { ours, natives }
}

function isGoodEnough(comparison: Comparison): boolean {
  const { ours, natives } = partsOf(comparison)
  if (!ours || natives.length === 0) return true
  const best = Math.max(...natives.map((native) => native.auc))
  const fastest = Math.min(...natives.map((native) => native.seconds))
  return (
    ours.auc >= best - MUST.aucBelowBest &&
    // Below that, start-up is most of a peer's time and of ours.
    ours.seconds <= Math.max(MUST.timesNative * fastest, LEAST_COMPARED_SECONDS)
  )
}

function print(comparison: Comparison): void {
  const { natives } = partsOf(comparison)
  const fastest = Math.min(...natives.map((native) => native.seconds))
  console.log(comparison.table)
  for (const { trainer, seconds, auc: area } of comparison.trained) {
    const ratio = natives.length > 0 ? `${(seconds / fastest).toFixed(2)} ×` : ''
    console.log(
      `  ${trainer.padEnd(32)} ${seconds.toFixed(2).padStart(8)} s ${ratio.padStart(8)}   AUC ${area.toFixed(4)}`,
    )
  }
  if (comparison.absent.length > 0) {
    console.log(
      `  Not installed: ${comparison.absent.join(', ')}; Debian has them as python3-sklearn and python3-xgboost.`,
    )
  }
  console.log('')
}
