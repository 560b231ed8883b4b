import { sampleOf, seededUniform } from '../random/seeded.ts'

/** Rows that decide where bins end; more would move the ends by less than training notices. */
const SAMPLED_ROWS = 200_000

/** A table cut into bins: what training looks at instead of the values. */
export interface BinnedTable {
  rows: number
  columns: number
  /** Bin of each value, column after column. The bin after a column's last holds the missing ones. */
  bins: Uint8Array
  /** By column: the largest value of each bin but the last, as float32. */
  thresholds: Float32Array[]
  /** By column: how many bins hold values. */
  valueBins: Int32Array
  /** By column: where its bins begin among those of all columns. */
  offsets: Int32Array
  /** Bins of all columns, the missing ones included. */
  totalBins: number
}

/**
 * Cuts each column into at most `maxBins` bins of about equally many rows.
 *
 * @param columns float32, NaN for missing, all of one length
 */
export function binTable(
  columns: readonly Float32Array[],
  maxBins: number,
  seed: number,
): BinnedTable {
  const rows = columns[0]?.length ?? 0
  const sample = rows > SAMPLED_ROWS ? sampleOf(rows, SAMPLED_ROWS, seededUniform(seed)) : null
  const bins = new Uint8Array(rows * columns.length)
  const valueBins = new Int32Array(columns.length)
  const offsets = new Int32Array(columns.length)
  const thresholds: Float32Array[] = []
  let totalBins = 0
  columns.forEach((values, column) => {
    const seen = sample ? Float32Array.from(sample, (row) => values[row] ?? Number.NaN) : values
    const ends = binEnds(seen, maxBins)
    thresholds.push(ends)
    valueBins[column] = ends.length + 1
    offsets[column] = totalBins
    totalBins += ends.length + 2
    fillBins(values, ends, bins.subarray(column * rows, (column + 1) * rows))
  })
  return { rows, columns: columns.length, bins, thresholds, valueBins, offsets, totalBins }
}

/**
 * The largest value of each bin but the last. A value that fills a bin by itself gets one of its own;
 * the others share what is left.
 */
function binEnds(values: Float32Array, maxBins: number): Float32Array {
  // The typed arrays' own sort puts NaN last.
  const sorted = values.slice().sort()
  let present = sorted.length
  while (present > 0 && Number.isNaN(sorted[present - 1] ?? 0)) present--
  const distinct: number[] = []
  const counts: number[] = []
  for (let i = 0; i < present; i++) {
    const value = sorted[i] ?? 0
    if (distinct.length > 0 && value === distinct[distinct.length - 1]) {
      counts[counts.length - 1] = (counts[counts.length - 1] ?? 0) + 1
    } else {
      distinct.push(value)
      counts.push(1)
    }
  }
  const ends: number[] = []
  if (distinct.length <= maxBins) {
    for (let i = 0; i + 1 < distinct.length; i++) {
      ends.push(thresholdBetween(distinct[i] ?? 0, distinct[i + 1] ?? 0))
    }
    return Float32Array.from(ends)
  }
  let leftRows = present
  let leftBins = maxBins
  let filled = 0
  for (let i = 0; i + 1 < distinct.length && leftBins > 1; i++) {
    filled += counts[i] ?? 0
    const target = leftRows / leftBins
    const isHeavyNext = (counts[i + 1] ?? 0) >= target
    if (filled >= target || (isHeavyNext && filled >= target / 2)) {
      ends.push(thresholdBetween(distinct[i] ?? 0, distinct[i + 1] ?? 0))
      leftRows -= filled
      leftBins--
      filled = 0
    }
  }
  return Float32Array.from(ends)
}

/**
 * A float32 from `low` on and below `high`: ONNX compares float32, so a threshold that rounds up to
 * `high` would send it the other way.
 */
function thresholdBetween(low: number, high: number): number {
  const middle = Math.fround(low / 2 + high / 2)
  return middle >= low && middle < high ? middle : low
}

function fillBins(values: Float32Array, ends: Float32Array, bins: Uint8Array): void {
  const missing = ends.length + 1
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number
    if (Number.isNaN(value)) {
      bins[row] = missing
      continue
    }
    let low = 0
    let high = ends.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (value <= (ends[middle] as number)) high = middle
      else low = middle + 1
    }
    bins[row] = low
  }
}
