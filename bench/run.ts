import { cpus, totalmem } from 'node:os'
import { UsageError } from '#models/train/command-line.ts'
import { benchAnomaly } from './anomaly/bench-anomaly.ts'
import { benchAuth } from './auth/bench-auth.ts'
import { benchCapture } from './capture/capture.ts'
import { captureReport } from './capture/report.ts'
import { benchForecast } from './forecast/bench-forecast.ts'
import { benchIntent } from './intent/bench-intent.ts'
import { benchScore } from './score/bench-score.ts'
import { benchTrain } from './train/bench-train.ts'

/**
 * `npm run bench -- capture`, `-- score`, `-- train`, `-- anomaly`, `-- auth`, `-- intent FILE` or
 * `-- forecast FOLDER`: one table for people, one JSON line for machines. Figures of one run belong together; compare their ratios, not
 * numbers from different days.
 */
async function capture(): Promise<boolean> {
  const { table, json, pass } = captureReport(await benchCapture())
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`
  console.log(`\n${machine}\n\n${table}\n`)
  console.log(JSON.stringify({ bench: 'capture', machine, ...json, pass }))
  return pass
}

const BENCHES: Record<string, () => Promise<boolean>> = {
  anomaly: benchAnomaly,
  auth: benchAuth,
  capture,
  intent: () => benchIntent(process.argv.slice(3)),
  score: async () => (await benchScore()).pass,
  train: () => benchTrain(process.argv.slice(3)),
  forecast: () => benchForecast(process.argv.slice(3)),
}

const name = process.argv[2] ?? ''
const bench = BENCHES[name]
if (!bench) {
  console.error(`Usage: npm run bench -- <${Object.keys(BENCHES).join(' | ')}>`)
  process.exit(2)
}
try {
  process.exit((await bench()) ? 0 : 1)
} catch (error) {
  if (error instanceof UsageError) {
    console.error(error.message)
    process.exit(2)
  }
  const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT'
  if (!isAbsent) throw error
  console.error(
    `A file to measure on is not there (${error.message}). Name the folder or file that has it.`,
  )
  process.exit(1)
}
