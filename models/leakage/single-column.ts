import { auc } from '../metrics/metrics.ts'
import { seededUniform } from '../random/seeded.ts'
import { type Column, isCategory } from '../table/table.ts'

const NUMBER_BINS = 32
/** Rows that the average rate is worth beside a level's own. */
const PRIOR_ROWS = 10

/** Each row's group of a column: its level, or the bin its number falls in; 0 is "missing". */
export interface Groups {
  of: Uint32Array
  count: number
}

function binEdges(values: Float32Array): Float32Array {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  const edges = new Set<number>()
  for (let bin = 1; bin < NUMBER_BINS; bin++) {
    edges.add(sorted[Math.floor((bin * sorted.length) / NUMBER_BINS)] ?? 0)
  }
  return Float32Array.from(edges)
}

function binOf(edges: Float32Array, value: number): number {
  let low = 0
  let high = edges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((edges[middle] ?? 0) <= value) low = middle + 1
    else high = middle
  }
  return low
}

export function groupsOf(column: Column): Groups {
  if (isCategory(column)) {
    return {
      of: Uint32Array.from(column.codes, (code) => code + 1),
      count: column.format.levels.length + 1,
    }
  }
  const edges = binEdges(column.values)
  const of = Uint32Array.from(column.values, (value) =>
    Number.isNaN(value) ? 0 : 1 + binOf(edges, value),
  )
  return { of, count: edges.length + 2 }
}

/**
 * How well a column alone orders the outcomes (AUC), whatever the shape: each row is scored by the rate
 * of its group among the other half of the rows, so that rare levels cannot know their own outcome.
 */
export function aucAlone({ of, count }: Groups, outcomes: ArrayLike<number>): number {
  const uniform = seededUniform(0)
  const half = Uint8Array.from(of, () => (uniform() < 0.5 ? 0 : 1))
  const rows = [new Float64Array(count), new Float64Array(count)] as const
  const positives = [new Float64Array(count), new Float64Array(count)] as const
  let all = 0
  for (let row = 0; row < of.length; row++) {
    const group = of[row] ?? 0
    const side = half[row] === 1 ? 1 : 0
    rows[side][group] = (rows[side][group] ?? 0) + 1
    positives[side][group] = (positives[side][group] ?? 0) + (outcomes[row] ?? 0)
    all += outcomes[row] ?? 0
  }
  const average = all / of.length
  const probabilities = Float64Array.from(of, (group, row) => {
    const other = half[row] === 1 ? 0 : 1
    const seen = (positives[other][group] ?? 0) + PRIOR_ROWS * average
    return seen / ((rows[other][group] ?? 0) + PRIOR_ROWS)
  })
  return auc({ probabilities, outcomes })
}
