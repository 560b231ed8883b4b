import type { TrainedManifest } from '#shared/scoring/manifest.ts'
import { splitByTime, type TrainingRow } from '../logistic/train.ts'

/** The latest share of the rows is kept for the test. */
export const TEST_SHARE = 0.25

/**
 * Rows to learn from, and the latest ones to test on. A row whose outcome was still being watched when the
 * test period began is in neither, so that no label knows the test's time.
 */
export function trainAndTest<Row extends TrainingRow>(
  rows: readonly Row[],
  outcomeWindowMs: number,
): { training: Row[]; test: Row[] } {
  const { earlier, later, at } = splitByTime(rows, TEST_SHARE)
  return { training: earlier.filter((row) => row.at + outcomeWindowMs < at), test: later }
}

/** What a manifest says of the rows of a period. */
export function periodOf(rows: readonly TrainingRow[]): TrainedManifest['testedOn'] {
  const times = rows.map((row) => row.at)
  return {
    from: times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    to: times.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    rows: rows.length,
    converted: rows.filter((row) => row.converted).length,
  }
}
