import { seededUniform, shuffle } from '../random/seeded.ts'

/** Rows to fit on and rows to look at afterwards, in ascending order; no row is in both. */
export interface Split {
  fit: Uint32Array
  test: Uint32Array
}

/** Row numbers of each outcome, shuffled. */
function shuffledByOutcome(outcomes: ArrayLike<number>, seed: number): [Uint32Array, Uint32Array] {
  const uniform = seededUniform(seed)
  const rowsOf = (wanted: number): Uint32Array => {
    let count = 0
    for (let row = 0; row < outcomes.length; row++) if (outcomes[row] === wanted) count++
    const rows = new Uint32Array(count)
    for (let row = 0, at = 0; row < outcomes.length; row++) {
      if (outcomes[row] === wanted) rows[at++] = row
    }
    return shuffle(rows, uniform)
  }
  return [rowsOf(0), rowsOf(1)]
}

/** The rows where `isTest` is 1, and all others. */
function splitBy(isTest: Uint8Array): Split {
  const testRows = isTest.reduce((sum, flag) => sum + flag, 0)
  const split: Split = {
    fit: new Uint32Array(isTest.length - testRows),
    test: new Uint32Array(testRows),
  }
  let fit = 0
  let test = 0
  isTest.forEach((flag, row) => {
    if (flag === 1) split.test[test++] = row
    else split.fit[fit++] = row
  })
  return split
}

/**
 * Stratified k-fold: every row is tested exactly once, and each fold has its share of both outcomes, to
 * within one row. The same seed gives the same folds.
 */
export function stratifiedFolds(outcomes: ArrayLike<number>, folds: number, seed: number): Split[] {
  const foldOf = new Uint8Array(outcomes.length)
  let next = 0
  // Dealing goes on where the other outcome's ended, so that fold sizes differ by one at most.
  for (const rows of shuffledByOutcome(outcomes, seed)) {
    for (const row of rows) foldOf[row] = next++ % folds
  }
  return Array.from({ length: folds }, (_, fold) =>
    splitBy(foldOf.map((other) => (other === fold ? 1 : 0))),
  )
}

/** Keeps a share of both outcomes apart, by chance. */
export function heldOut(outcomes: ArrayLike<number>, testShare: number, seed: number): Split {
  const isTest = new Uint8Array(outcomes.length)
  for (const rows of shuffledByOutcome(outcomes, seed)) {
    for (const row of rows.subarray(0, Math.round(rows.length * testShare))) isTest[row] = 1
  }
  return splitBy(isTest)
}

export interface TimeSplit extends Split {
  /** The test begins here, in the unit of the times. */
  at: number
  /** Rows without a time, in neither part. */
  left: number
}

/**
 * Keeps the latest share of the rows apart, whole moments at a time: no row is tested that is as old as one
 * the model was fitted on. Rows without a time are in neither part.
 */
export function latestApart(times: ArrayLike<number>, testShare: number): TimeSplit {
  const known = Float64Array.from(times)
    .filter((time) => !Number.isNaN(time))
    .sort()
  const at = known[Math.floor(known.length * (1 - testShare))] ?? Number.NaN
  const later = known.length - known.findIndex((time) => time >= at)
  const split: TimeSplit = {
    fit: new Uint32Array(known.length - later),
    test: new Uint32Array(later),
    at,
    left: times.length - known.length,
  }
  let fit = 0
  let test = 0
  for (let row = 0; row < times.length; row++) {
    const time = times[row] ?? Number.NaN
    if (time >= at) split.test[test++] = row
    else if (time < at) split.fit[fit++] = row
  }
  return split
}
