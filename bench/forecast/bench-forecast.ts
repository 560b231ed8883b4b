import { cpus, totalmem } from 'node:os'
import { type Accuracy, mase, owa, smape } from '#models/forecast/accuracy.ts'
import { forecast, type Prediction } from '#models/forecast/forecast.ts'
import { BENCHMARKS, type Benchmark } from './benchmarks.ts'
import { M4, M4_USAGE, type M4Series, m4Command, readM4 } from './m4.ts'

/** What the calendar says a season is, where the competition says 1. */
const CALENDAR_SEASON: Record<string, number> = { Weekly: 52, Daily: 7 }
/** The competition's own benchmarks on weekly series are about there. */
const MUST = { weeklyOwa: 0.93 }

interface Measured extends Accuracy {
  name: string
  owa: number
  seconds: number
  /** Shares of the values to come that our intervals held. */
  within80?: number
  within95?: number
}

/**
 * Accuracy on a set of the M4 competition by its own measures, ours beside its benchmarks.
 *
 * @param args the folder of both files, and `--frequency` unless they are weekly
 */
export async function benchForecast(args: readonly string[]): Promise<boolean> {
  const command = m4Command(args)
  if (!command) {
    console.error(M4_USAGE)
    return false
  }
  const { season, horizon } = M4[command.frequency]
  const set = await readM4(command)
  const calendar = CALENDAR_SEASON[command.frequency]
  const rows = [ours('ours', set, season, season, horizon)]
  if (calendar) rows.push(ours(`ours, season ${calendar}`, set, season, calendar, horizon))
  for (const [name, method] of Object.entries(BENCHMARKS)) {
    rows.push(measured(name, set, season, (values) => method(values, season, horizon)))
  }
  const naive2 = rows.find(({ name }) => name === 'Naive2')
  for (const row of rows) row.owa = naive2 ? owa(row, naive2) : Number.NaN
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`
  const pass = command.frequency !== 'Weekly' || (rows[0]?.owa ?? 9) <= MUST.weeklyOwa
  console.log(`\n${machine}\nM4 ${command.frequency}, ${set.length} series\n\n${tableOf(rows)}\n`)
  console.log(
    JSON.stringify({
      bench: 'forecast',
      machine,
      ...M4[command.frequency],
      rows,
      must: MUST,
      pass,
    }),
  )
  return pass
}

function ours(
  name: string,
  set: readonly M4Series[],
  scale: number,
  season: number,
  horizon: number,
): Measured {
  let [in80, in95, all] = [0, 0, 0]
  const predictions = new Map<readonly number[], Prediction>()
  const result = measured(name, set, scale, (values) => {
    const prediction = forecast({ values, season, horizon })
    predictions.set(values, prediction)
    return prediction.mean
  })
  for (const { training, test } of set) {
    const bounds = predictions.get(training)
    if (!bounds) continue
    for (const [at, value] of test.entries()) {
      const holds = (lower: Float64Array, upper: Float64Array) =>
        value >= (lower[at] ?? 0) && value <= (upper[at] ?? 0) ? 1 : 0
      in80 += holds(bounds.lower80, bounds.upper80)
      in95 += holds(bounds.lower95, bounds.upper95)
      all++
    }
  }
  return { ...result, within80: in80 / all, within95: in95 / all }
}

function measured(
  name: string,
  set: readonly M4Series[],
  season: number,
  mean: (values: readonly number[]) => ReturnType<Benchmark>,
): Measured {
  const start = performance.now()
  const forecasts = set.map(({ training }) => mean(training))
  const seconds = (performance.now() - start) / 1000
  const average = (error: (series: M4Series, guess: ArrayLike<number>) => number) =>
    set.reduce((sum, series, at) => sum + error(series, forecasts[at] ?? []), 0) / set.length
  return {
    name,
    seconds,
    smape: average(({ test }, guess) => smape(test, guess)),
    mase: average(({ training, test }, guess) => mase(training, season, test, guess)),
    owa: Number.NaN,
  }
}

function tableOf(rows: readonly Measured[]): string {
  const share = (value?: number) =>
    (value === undefined ? '' : `${(100 * value).toFixed(1)} %`).padStart(8)
  const head = `${'method'.padEnd(16)}   sMAPE    MASE     OWA  seconds  in 80 %  in 95 %`
  const lines = rows.map(
    (row) =>
      `${row.name.padEnd(16)}${[row.smape, row.mase, row.owa].map((figure) => figure.toFixed(3).padStart(8)).join('')}${row.seconds.toFixed(1).padStart(9)} ${share(row.within80)} ${share(row.within95)}`,
  )
  return [head, ...lines].join('\n')
}
