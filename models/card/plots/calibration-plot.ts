import type { Quality } from '../../metrics/quality.ts'
import { chart, pathThrough, percent, ticksTo } from './chart.ts'

const Z_95 = 1.96

/** Wilson's interval of a rate: it stays within 0 and 1 where the plain one does not. */
export function rateInterval(rate: number, rows: number): { low: number; high: number } {
  const z2 = Z_95 ** 2
  const middle = (rate + z2 / (2 * rows)) / (1 + z2 / rows)
  const half =
    (Z_95 / (1 + z2 / rows)) * Math.sqrt((rate * (1 - rate)) / rows + z2 / (4 * rows ** 2))
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) }
}

/** What was promised beside what came, by tenths of the rows. */
export function calibrationPlot({ tenths, rows }: Quality): string {
  const points = tenths
    .map(({ predicted, observed }) => ({
      predicted,
      observed,
      ...rateInterval(observed, rows / tenths.length),
    }))
    .sort((a, b) => a.predicted - b.predicted)
  const most = points.reduce((top, { predicted, high }) => Math.max(top, predicted, high), 0.01)
  const ticks = ticksTo(Math.min(most, 1))
  const high = ticks.at(-1) ?? 1
  const axis = { low: 0, high, ticks, written: percent }
  return chart({
    title: 'Promised and kept (calibration)',
    description:
      'Each dot is a tenth of the rows: its mean predicted probability and the share that converted, with a 95 % interval. On the dotted diagonal, probabilities can be taken at their word.',
    x: { ...axis, label: 'predicted probability' },
    y: { ...axis, label: 'share that converted' },
    legend: [{ name: 'tenths of the rows, 95 % interval', look: 'model' }],
    marks: (place) => {
      const ideal = `<path class="guide" d="M${place.x(0)} ${place.y(0)}L${place.x(high)} ${place.y(high)}"/>`
      const whiskers = points
        .map((p) => `M${place.x(p.predicted)} ${place.y(p.low)}V${place.y(p.high)}`)
        .join('')
      const line = pathThrough(
        points.map((p) => [p.predicted, p.observed] as const),
        place,
      )
      const dots = points.map(
        (p) =>
          `<circle class="dot model" cx="${place.x(p.predicted)}" cy="${place.y(p.observed)}" r="4"/>`,
      )
      return `${ideal}<path class="line model" d="${line}"/><path class="whisker" d="${whiskers}"/>${dots.join('')}`
    },
  })
}
