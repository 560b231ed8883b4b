import type { TrainingRow } from '#shared/training/training-row.ts'
import { splitByTime } from '../logistic/train.ts'

/** The latest share of the training rows: decides the number of trees, the calibration and which model ships. */
const VALIDATION_SHARE = 0.25

/**
 * Parts the training rows by time. A row whose outcome was still being watched at a later row of the same
 * visitor in the validation is in neither: both would have learnt one outcome.
 */
export function fitAndValidation(
  training: readonly TrainingRow[],
  outcomeWindowMs: number,
): { fit: TrainingRow[]; validation: TrainingRow[] } {
  const { earlier, later } = splitByTime(training, VALIDATION_SHARE)
  const firstLater = new Map<string, number>()
  for (const { visitorId, at } of later) {
    firstLater.set(visitorId, Math.min(at, firstLater.get(visitorId) ?? at))
  }
  const fit = earlier.filter(({ visitorId, at }) => {
    const next = firstLater.get(visitorId)
    return next === undefined || at + outcomeWindowMs < next
  })
  return { fit, validation: later }
}
