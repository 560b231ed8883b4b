import type { Predictions } from '../../metrics/metrics.ts'
import { chart, PERCENT_TICKS, percent, ticksTo } from './chart.ts'

const BINS = 25

/** Share of the rows of an outcome in each bin of probability. */
export function scoreShares(
  { probabilities, outcomes }: Predictions,
  outcome: 0 | 1,
): Float64Array {
  const shares = new Float64Array(BINS)
  let rows = 0
  for (let row = 0; row < outcomes.length; row++) {
    if (outcomes[row] !== outcome) continue
    const bin = Math.min(BINS - 1, Math.floor((probabilities[row] ?? 0) * BINS))
    shares[bin] = (shares[bin] ?? 0) + 1
    rows++
  }
  return shares.map((count) => count / rows)
}

/** Where the scores of converters and of the others lie. */
export function scorePlot(predictions: Predictions): string {
  const [others, converters] = [scoreShares(predictions, 0), scoreShares(predictions, 1)]
  const ticks = ticksTo(Math.max(...others, ...converters))
  return chart({
    title: 'Scores of converters and of the others',
    description:
      'How the predicted probabilities of those who converted and of those who did not are spread. The less the two overlap, the better they are told apart.',
    x: { label: 'predicted probability', low: 0, high: 1, ticks: PERCENT_TICKS, written: percent },
    y: { label: 'share of the rows', low: 0, high: ticks.at(-1) ?? 1, ticks, written: percent },
    legend: [
      { name: 'converted', look: 'model' },
      { name: 'did not', look: 'other' },
    ],
    marks: (place) => {
      const areas = Array.from(
        others,
        (share, bin) =>
          `<path class="area other" d="M${place.x(bin / BINS)} ${place.y(0)}V${place.y(share)}H${place.x((bin + 0.94) / BINS)}V${place.y(0)}Z"/>`,
      )
      let outline = `M${place.x(0)} ${place.y(0)}`
      converters.forEach((share, bin) => {
        outline += `V${place.y(share)}H${place.x((bin + 1) / BINS)}`
      })
      return `${areas.join('')}<path class="line model" d="${outline}V${place.y(0)}"/>`
    },
  })
}
