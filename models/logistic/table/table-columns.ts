import { type Column, isCategory, type Table } from '../../table/table.ts'

/** How one column of a table enters a linear model, and from which of its weights on. */
export type TableTerm =
  | {
      kind: 'number'
      column: string
      transform: 'identity' | 'log1p'
      /** Of the transformed values that were there. */
      mean: number
      scale: number
      /** Range of the training rows; values beyond count as its ends. */
      low: number
      high: number
      /** Whether a second weight says "missing". */
      saysMissing: boolean
      at: number
    }
  | {
      kind: 'category'
      column: string
      /** Weight of each level, from `at`; rare ones share one. −1 where a level has none. */
      slots: Int32Array
      /** The weight of "missing", −1 where none was missing. */
      missingSlot: number
      at: number
    }

export interface TablePlan {
  terms: TableTerm[]
  weights: number
}

/** A level with fewer rows joins the other rare ones: its own weight would be chance. */
const FEWEST_ROWS_OF_A_LEVEL = 10
/** Newton's step costs the square of the weights. */
const MOST_LEVELS = 40
const FEWEST_ROWS_OF_MISSING = 5
const HEAVY_TAIL_SKEWNESS = 1
/**
 * An indicator counts two where it is one: divided by half, as numbers are by their deviation. Dividing by
 * the tiny deviation of a rare level would all but free it from the penalty (Gelman 2008).
 */
const INDICATOR = 2

interface Moments {
  mean: number
  deviation: number
  skewness: number
  low: number
  high: number
  missing: number
}

function momentsOf(values: Float32Array, transform: (value: number) => number): Moments {
  let known = 0
  let sum = 0
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (Number.isNaN(value)) continue
    known++
    sum += transform(value)
    if (value < low) low = value
    if (value > high) high = value
  }
  const mean = known === 0 ? 0 : sum / known
  let second = 0
  let third = 0
  for (const value of values) {
    if (Number.isNaN(value)) continue
    const gap = transform(value) - mean
    second += gap * gap
    third += gap * gap * gap
  }
  const deviation = Math.sqrt(second / known)
  const skewness = deviation > 0 ? third / known / deviation ** 3 : 0
  return { mean, deviation, skewness, low, high, missing: values.length - known }
}

function numberTerm(name: string, values: Float32Array, at: number): TableTerm | null {
  const plain = momentsOf(values, (value) => value)
  if (!(plain.deviation > 0) && plain.missing < FEWEST_ROWS_OF_MISSING) return null
  const logged = plain.low >= 0 ? momentsOf(values, Math.log1p) : null
  const isHeavy =
    logged !== null &&
    plain.skewness > HEAVY_TAIL_SKEWNESS &&
    Math.abs(logged.skewness) < plain.skewness
  const { mean, deviation } = isHeavy ? logged : plain
  return {
    kind: 'number',
    column: name,
    transform: isHeavy ? 'log1p' : 'identity',
    mean,
    scale: deviation || 1,
    low: plain.low,
    high: plain.high,
    saysMissing: plain.missing >= FEWEST_ROWS_OF_MISSING,
    at,
  }
}

function categoryTerm(
  name: string,
  codes: Int32Array,
  levels: number,
  at: number,
): { term: TableTerm; weights: number } {
  const counts = new Uint32Array(levels)
  let missing = 0
  for (const code of codes) {
    if (code < 0) missing++
    else counts[code] = (counts[code] ?? 0) + 1
  }
  const common = Array.from(counts, (count, code) => ({ count, code }))
    .filter(({ count }) => count >= FEWEST_ROWS_OF_A_LEVEL)
    .sort((a, b) => b.count - a.count || a.code - b.code)
    .slice(0, MOST_LEVELS)
  const slots = new Int32Array(levels).fill(-1)
  common.forEach(({ code }, slot) => {
    slots[code] = slot
  })
  let weights = common.length
  if (common.length < counts.filter((count) => count > 0).length) {
    slots.forEach((slot, code) => {
      if (slot < 0) slots[code] = weights
    })
    weights++
  }
  const missingSlot = missing >= FEWEST_ROWS_OF_MISSING ? weights++ : -1
  return { term: { kind: 'category', column: name, slots, missingSlot, at }, weights }
}

/** Which weights a linear model of a table has: one a number, one a level, one for "missing". */
export function planTable({ columns }: Table): TablePlan {
  const terms: TableTerm[] = []
  let at = 0
  for (const column of columns) {
    if (isCategory(column)) {
      const { term, weights } = categoryTerm(
        column.name,
        column.codes,
        column.format.levels.length,
        at,
      )
      terms.push(term)
      at += weights
    } else {
      const term = numberTerm(column.name, column.values, at)
      if (!term) continue
      terms.push(term)
      at += term.kind === 'number' && term.saysMissing ? 2 : 1
    }
  }
  return { terms, weights: at }
}

/**
 * Calls `add` with each weight that a row of a column has a share in, and how much. Numbers that are missing
 * are the mean, which is zero here.
 */
export function eachShare(
  term: TableTerm,
  column: Column,
  add: (row: number, weight: number, share: number) => void,
): void {
  if (term.kind === 'category' && isCategory(column)) {
    const { codes } = column
    for (let row = 0; row < codes.length; row++) {
      const code = codes[row] ?? -1
      const slot = code < 0 ? term.missingSlot : (term.slots[code] ?? -1)
      if (slot >= 0) add(row, term.at + slot, INDICATOR)
    }
  } else if (term.kind === 'number' && !isCategory(column)) {
    const { values } = column
    const { low, high, mean, scale, transform } = term
    for (let row = 0; row < values.length; row++) {
      const value = values[row] ?? Number.NaN
      if (Number.isNaN(value)) {
        if (term.saysMissing) add(row, term.at + 1, INDICATOR)
        continue
      }
      const held = Math.min(Math.max(value, low), high)
      add(row, term.at, ((transform === 'log1p' ? Math.log1p(held) : held) - mean) / scale)
    }
  }
}
