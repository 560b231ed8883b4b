import { cpus, totalmem } from 'node:os'
import { type CountSeries, DAY_MS } from '#models/anomaly/count-series.ts'
import { findAnomalies, THRESHOLD_Z } from '#models/anomaly/find-anomalies.ts'
import {
  expectedCount,
  type SimulatedSite,
  simulatedCounts,
} from '#models/anomaly/simulated-counts.fixture.ts'

const SERIES_A_ROW = 100
const SPIKES = [6, 8, 12] as const
/** Sessions in the busiest hour: a site that has just begun, a small and a large one. */
const BUSIEST_HOURS = [2, 30, 1000]
const UNRESTS = [0, 0.15]
const YEARLY_GROWTH = 2
const SHAPES = {
  hour: { periods: 8 * 168, week: 168, year: 8760, latest: 24 },
  day: { periods: 26 * 7, week: 7, year: 365, latest: 7 },
}
/** False alarms a year, of any row. */
const MUST = { hour: 1, day: 0.1 }

interface Row {
  period: CountSeries['period']
  busiestHour: number
  unrest: number
  /** False alarms a year where all points are judged, and where the latest are judged by the rest. */
  whole: number
  latest: number
  /** Share of spikes in the last busy period that are found, by size in deviations of the simulated counts. */
  found: number[]
  /** A series, all of it judged. */
  milliseconds: number
}

/** How often simulated series ring for nothing, and which spikes are found. Seeds are 1 to 100. */
export async function benchAnomaly(): Promise<boolean> {
  const rows: Row[] = []
  for (const period of ['hour', 'day'] as const) {
    for (const unrest of UNRESTS) {
      for (const busiestHour of BUSIEST_HOURS) rows.push(measured(period, busiestHour, unrest))
    }
  }
  const pass = rows.every((row) => Math.max(row.whole, row.latest) <= MUST[row.period])
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`
  console.log(
    `\n${machine}\n${SERIES_A_ROW} series a row, threshold ${THRESHOLD_Z}\n\n${tableOf(rows)}\n`,
  )
  console.log(JSON.stringify({ bench: 'anomaly', machine, rows, must: MUST, pass }))
  return pass
}

function measured(period: CountSeries['period'], busiestHour: number, unrest: number): Row {
  const shape = SHAPES[period]
  const counts = { whole: 0, wholeJudged: 0, latest: 0, latestJudged: 0, milliseconds: 0 }
  const found = SPIKES.map(() => 0)
  for (let seed = 1; seed <= SERIES_A_ROW; seed++) {
    const site: SimulatedSite = {
      seed,
      period,
      // The last period is another hour and weekday each time.
      periods: shape.periods + ((seed * 37) % shape.week),
      busiestHour,
      yearlyGrowth: YEARLY_GROWTH,
      unrest,
    }
    const points = simulatedCounts(site)
    const series: CountSeries = { points, period, timeZone: 'UTC', measure: 'Sessions' }
    const start = performance.now()
    const whole = judge(series)
    counts.milliseconds += performance.now() - start
    counts.whole += whole.alarms.length
    counts.wholeJudged += whole.judged
    const latest = judge({ ...series, latest: shape.latest })
    counts.latest += latest.alarms.length
    counts.latestJudged += latest.judged

    const at = lastBusyPeriod(series)
    const mean = expectedCount(site, at)
    const deviation = Math.sqrt(mean + (unrest * mean) ** 2)
    for (const [index, size] of SPIKES.entries()) {
      const spiked = points
        .filter((point) => point.at <= at)
        .map((point) =>
          point.at === at ? { at, value: Math.round(mean + size * deviation) } : point,
        )
      const { alarms } = judge({ ...series, points: spiked, latest: 1 })
      found[index] = (found[index] ?? 0) + alarms.length / SERIES_A_ROW
    }
  }
  return {
    period,
    busiestHour,
    unrest,
    whole: (counts.whole / counts.wholeJudged) * shape.year,
    latest: (counts.latest / counts.latestJudged) * shape.year,
    found,
    milliseconds: counts.milliseconds / SERIES_A_ROW,
  }
}

function judge(series: CountSeries): { alarms: number[]; judged: number } {
  const found = findAnomalies(series)
  if (found.kind !== 'judged') throw new Error(found.reason)
  return { alarms: found.anomalies.map(({ at }) => at), judged: found.judged }
}

/** By night a site counts so little that no multiple of its deviation is a spike. */
function lastBusyPeriod({ points, period }: CountSeries): number {
  const busy = points.filter(({ at }) => {
    const hour = Math.floor((at % DAY_MS) / 3_600_000)
    return period === 'day' || (hour >= 9 && hour < 18)
  })
  return busy.at(-1)?.at ?? 0
}

function tableOf(rows: readonly Row[]): string {
  const share = (value: number) => `${(100 * value).toFixed(0)} %`.padStart(7)
  const head = `period  busiest  unrest   whole  latest${SPIKES.map((size) => `${size} dev`.padStart(7)).join('')}      ms`
  const lines = rows.map(
    (row) =>
      `${row.period.padEnd(6)}${String(row.busiestHour).padStart(9)}${row.unrest.toFixed(2).padStart(8)}${row.whole.toFixed(2).padStart(8)}${row.latest.toFixed(2).padStart(8)}${row.found.map(share).join('')}${row.milliseconds.toFixed(1).padStart(8)}`,
  )
  return [head, ...lines].join('\n')
}
