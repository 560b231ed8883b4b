import { TrainingError, type TrainingRow } from '../logistic/train.ts'

export const FEWEST_ROWS = 200
export const FEWEST_CONVERSIONS = 30
/** Of either outcome, in each part of the rows. */
const FEWEST_OF_EITHER = 5

const whole = (count: number): string => count.toLocaleString('en-US')
const convertedOf = (rows: readonly TrainingRow[]): number =>
  rows.filter((row) => row.converted).length

/** @throws TrainingError where rows or conversions are too few for any model */
export function assertEnough(rows: readonly TrainingRow[]): void {
  const converted = convertedOf(rows)
  const next =
    'Score with the starter model until more visitors have come and their outcome windows are over, then train again.'
  const found = `There are ${whole(rows.length)} training rows, of which ${whole(converted)} converted`
  if (rows.length > 0 && converted === rows.length) {
    throw new TrainingError(
      `${found}: nobody who did not convert is there to learn from.`,
      'Capture visits before the conversion too, then train again.',
    )
  }
  if (rows.length < FEWEST_ROWS || converted < FEWEST_CONVERSIONS) {
    throw new TrainingError(
      `${found}; at least ${FEWEST_ROWS} rows and ${FEWEST_CONVERSIONS} conversions are needed.`,
      next,
    )
  }
}

/**
 * @param which the part in words, such as "latest"
 * @throws TrainingError where a part of the rows lacks an outcome
 */
export function assertBothOutcomes(rows: readonly TrainingRow[], which: string): void {
  const converted = convertedOf(rows)
  if (Math.min(converted, rows.length - converted) >= FEWEST_OF_EITHER) return
  throw new TrainingError(
    `Of the ${whole(rows.length)} ${which}, ${whole(converted)} converted; at least ${FEWEST_OF_EITHER} of either outcome are needed there.`,
    'Rows must span some two months, since two weeks before the test are left out: train again when they do.',
  )
}
