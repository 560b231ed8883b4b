import type { Quality } from '../../metrics/quality.ts'
import { chart, ticksTo } from './chart.ts'

const BAR_SHARE = 0.7

/** How much more often than average each tenth converts, highest scores first. */
export function liftPlot({ tenths }: Quality): string {
  const most = tenths.reduce((top, { lift }) => Math.max(top, lift.high, lift.value), 1)
  const ticks = ticksTo(most)
  const written = (value: number): string => `${Number(value.toFixed(2))}×`
  return chart({
    title: 'Conversions by tenth of the scores (lift)',
    description:
      'Tenth 1 has the highest scores. A bar of 2 converts twice as often as the average, which is the dotted line; the strokes are 95 % intervals.',
    x: {
      label: 'tenth of the rows, highest scores first',
      low: 0.5,
      high: tenths.length + 0.5,
      ticks: tenths.map((_, index) => index + 1),
      written: String,
    },
    y: {
      label: 'conversion rate, average = 1',
      low: 0,
      high: ticks.at(-1) ?? most,
      ticks,
      written,
    },
    legend: [],
    marks: (place) => {
      const bars = tenths.map(({ lift }, index) => {
        const [left, right] = [index + 1 - BAR_SHARE / 2, index + 1 + BAR_SHARE / 2]
        return `<path class="area model" d="M${place.x(left)} ${place.y(0)}V${place.y(lift.value)}H${place.x(right)}V${place.y(0)}Z"/>`
      })
      const whiskers = tenths
        .map(
          ({ lift }, index) => `M${place.x(index + 1)} ${place.y(lift.low)}V${place.y(lift.high)}`,
        )
        .join('')
      const average = `<path class="guide" d="M${place.x(0.5)} ${place.y(1)}H${place.x(tenths.length + 0.5)}"/>`
      return `${bars.join('')}${average}<path class="whisker" d="${whiskers}"/>`
    },
  })
}
