import type { Calibration } from './calibration.ts'

/** With both ends of wide blocks as knots, these make a hundred at most. */
const MOST_BLOCKS = 64
/** A block of this share of the rows is nearly flat from its first row to its last; a narrower one is a point. */
const WIDE_SHARE = 1 / 33
/**
 * How much a wide block rises from its first row to its last, at most. Quite flat, all its rows would be of
 * one probability, and the order that the model had found among them were lost.
 */
const MOST_TILT = 0.005
/** Of the gap to the neighbour's rate, so that the curve never falls. */
const TILT_SHARE = 0.1

/** Blocks of neighbouring rows that share one rate. */
interface Blocks {
  count: number
  rows: Float64Array
  positives: Float64Array
  /** Sum of the rows' probabilities. */
  sums: Float64Array
  /** Lowest and highest probability. */
  first: Float64Array
  last: Float64Array
}

const blocksFor = (most: number): Blocks => ({
  count: 0,
  rows: new Float64Array(most),
  positives: new Float64Array(most),
  sums: new Float64Array(most),
  first: new Float64Array(most),
  last: new Float64Array(most),
})

/** Adds a block to another that comes before it. */
function absorb(into: Blocks, block: number, from: Blocks, other: number): void {
  if ((into.rows[block] ?? 0) === 0) into.first[block] = from.first[other] ?? 0
  into.last[block] = from.last[other] ?? 0
  into.rows[block] = (into.rows[block] ?? 0) + (from.rows[other] ?? 0)
  into.positives[block] = (into.positives[block] ?? 0) + (from.positives[other] ?? 0)
  into.sums[block] = (into.sums[block] ?? 0) + (from.sums[other] ?? 0)
}

/** Pool adjacent violators: the rates nearest to the outcomes that never fall. Equal values are one. */
function poolAdjacentViolators(probabilities: Float64Array, outcomes: ArrayLike<number>): Blocks {
  const order = Uint32Array.from(probabilities, (_, row) => row).sort(
    (a, b) => (probabilities[a] ?? 0) - (probabilities[b] ?? 0) || a - b,
  )
  const blocks = blocksFor(order.length)
  const rate = (block: number): number => (blocks.positives[block] ?? 0) / (blocks.rows[block] ?? 1)
  for (let start = 0; start < order.length; ) {
    const value = probabilities[order[start] ?? 0] ?? 0
    const block = blocks.count++
    let end = start
    let positives = 0
    for (; end < order.length && probabilities[order[end] ?? 0] === value; end++) {
      positives += outcomes[order[end] ?? 0] ?? 0
    }
    blocks.rows[block] = end - start
    blocks.positives[block] = positives
    blocks.sums[block] = value * (end - start)
    blocks.first[block] = value
    blocks.last[block] = value
    start = end
    while (blocks.count > 1 && rate(blocks.count - 2) >= rate(blocks.count - 1)) {
      blocks.count--
      absorb(blocks, blocks.count - 1, blocks, blocks.count)
    }
  }
  return blocks
}

/** Merges neighbours until no block has less than its share of the rows. */
function thinned(blocks: Blocks, total: number): Blocks {
  if (blocks.count <= MOST_BLOCKS) return blocks
  const merged = blocksFor(MOST_BLOCKS + 1)
  for (let block = 0; block < blocks.count; block++) {
    const last = merged.count - 1
    const isFull = last < 0 || (merged.rows[last] ?? 0) >= total / MOST_BLOCKS
    absorb(merged, isFull ? merged.count++ : last, blocks, block)
  }
  return merged
}

/**
 * Isotonic calibration: a curve through the rates of blocks of rows, joined by straight lines; at most a
 * hundred knots. It rises everywhere from 0 to 1, so that calibrating loses nothing of the order. Each rate
 * counts one row of the average rate with it: a block of converters alone is no certainty.
 */
export function fitIsotonic(
  probabilities: Float64Array,
  outcomes: ArrayLike<number>,
): Extract<Calibration, { kind: 'isotonic' }> {
  const total = probabilities.length
  const blocks = thinned(poolAdjacentViolators(probabilities, outcomes), total)
  const { count, rows, positives, sums, first, last } = blocks
  const average = positives.subarray(0, count).reduce((sum, value) => sum + value, 0) / total
  const rates = new Float64Array(count)
  for (let block = 0; block < count; block++) {
    const rate = ((positives[block] ?? 0) + average) / ((rows[block] ?? 0) + 1)
    // One row of the average may pull a small block below its larger neighbour.
    rates[block] = Math.max(rates[block - 1] ?? 0, rate)
  }
  const tilted = (rate: number, towards: number): number =>
    rate + Math.sign(towards - rate) * Math.min(MOST_TILT, TILT_SHARE * Math.abs(towards - rate))
  const x: number[] = []
  const y: number[] = []
  const knot = (at: number, rate: number): void => {
    // Equal rates would be a flat piece; without this knot the line goes on to the next higher one.
    if (x.length > 0 && (at <= (x.at(-1) ?? 0) || rate <= (y.at(-1) ?? 0))) return
    x.push(at)
    y.push(rate)
  }
  if ((first[0] ?? 0) > 0) knot(0, tilted(tilted(rates[0] ?? 0, 0), 0))
  rates.forEach((rate, block) => {
    const size = rows[block] ?? 1
    const [from, to] = [first[block] ?? 0, last[block] ?? 0]
    if (size >= total * WIDE_SHARE && from < to) {
      knot(from, tilted(rate, rates[block - 1] ?? 0))
      knot(to, tilted(rate, rates[block + 1] ?? 1))
    } else {
      // A mean of equal numbers may miss them by a rounding error.
      knot(from === to ? from : (sums[block] ?? 0) / size, rate)
    }
  })
  if ((x.at(-1) ?? 1) < 1) knot(1, tilted(y.at(-1) ?? 1, 1))
  return { kind: 'isotonic', x: Float64Array.from(x), y: Float64Array.from(y) }
}
