import type { Predictions } from '../../metrics/metrics.ts'
import { ranked } from '../../metrics/ranked.ts'
import { chart, PERCENT_TICKS, pathThrough, percent } from './chart.ts'

/** The eye sees no more, and a file of a million rows would be as many points. */
const MOST_POINTS = 160

/** Points of the ROC curve, from (0, 0) to (1, 1); rows of equal probability are one step. */
export function rocPoints(predictions: Predictions): [number, number][] {
  const { probabilities, outcomes } = ranked(predictions)
  const positives = outcomes.reduce((sum, outcome) => sum + outcome, 0)
  const negatives = outcomes.length - positives
  const points: [number, number][] = [[0, 0]]
  let hits = 0
  let alarms = 0
  let drawn = 0
  for (let row = 0; row < outcomes.length; row++) {
    if (outcomes[row] === 1) hits++
    else alarms++
    if (probabilities[row] === probabilities[row + 1]) continue
    const isLast = row === outcomes.length - 1
    const way = alarms / negatives + hits / positives
    if (!isLast && way - drawn < 2 / MOST_POINTS) continue
    drawn = way
    points.push([alarms / negatives, hits / positives])
  }
  return points
}

/** The ROC curve of a model beside its rival's. */
export function rocPlot(model: Predictions, rival: Predictions | null): string {
  const axis = { low: 0, high: 1, ticks: PERCENT_TICKS, written: percent }
  return chart({
    title: 'Converters found, by false alarms (ROC)',
    description:
      'The further the curve bends to the upper left, the better converters are told from the others. The dotted diagonal is chance.',
    x: { ...axis, label: 'share of the others that is taken along' },
    y: { ...axis, label: 'share of converters found' },
    legend: [
      { name: 'model', look: 'model' },
      ...(rival ? [{ name: 'logistic regression', look: 'rival' } as const] : []),
    ],
    marks: (place) => {
      const line = (look: string, predictions: Predictions): string =>
        `<path class="line ${look}" d="${pathThrough(rocPoints(predictions), place)}"/>`
      const chance = `<path class="guide" d="M${place.x(0)} ${place.y(0)}L${place.x(1)} ${place.y(1)}"/>`
      return `${chance}${rival ? line('rival', rival) : ''}${line('model', model)}`
    },
  })
}
