import type { BinnedTable } from './bins.ts'
import type { Histogram } from './histogram.ts'
import type { GbdtOptions } from './options.ts'

/** Sums over the rows of a node, and the bounds that monotone columns above it set to its value. */
export interface NodeSums {
  gradient: number
  hessian: number
  rows: number
  low: number
  high: number
}

export interface Split {
  column: number
  /** The last bin that goes left. */
  bin: number
  missingLeft: boolean
  gain: number
  leftGradient: number
  leftHessian: number
}

type Penalties = Pick<
  GbdtOptions,
  'l1' | 'l2' | 'minGain' | 'minChildWeight' | 'minChildRows' | 'monotone'
>

/** What a leaf adds to the margin, before the learning rate: the Newton step (Friedman 2001; Chen 2016). */
export function leafValue(
  gradient: number,
  hessian: number,
  { l1, l2 }: Pick<GbdtOptions, 'l1' | 'l2'>,
  low = Number.NEGATIVE_INFINITY,
  high = Number.POSITIVE_INFINITY,
): number {
  const pull = Math.max(0, Math.abs(gradient) - l1) * Math.sign(gradient)
  const value = pull === 0 ? 0 : -pull / (hessian + l2)
  return Math.min(high, Math.max(low, value))
}

/** How much lower the second-order loss is for a leaf of this value than for none. */
function scoreOf(gradient: number, hessian: number, value: number, { l1, l2 }: Penalties): number {
  return -2 * (gradient * value + l1 * Math.abs(value)) - (hessian + l2) * value * value
}

/**
 * The split of one node that lowers the loss most, or null where none is allowed. Each column is scanned
 * once; missing values are tried on both sides, and by themselves.
 */
export function bestSplit(
  histogram: Histogram,
  table: BinnedTable,
  columns: Int32Array,
  node: NodeSums,
  options: Penalties,
): Split | null {
  const { l1, l2, minChildWeight, monotone } = options
  const { gradient, hessian } = node
  // Rows of a child are estimated from its share of the second derivatives: no third sum a bin.
  const minWeight = Math.max(
    minChildWeight,
    node.rows > 0 ? (options.minChildRows * hessian) / node.rows : 0,
  )
  const isPlain = l1 === 0 && monotone === undefined
  const own = scoreOf(
    gradient,
    hessian,
    leafValue(gradient, hessian, options, node.low, node.high),
    options,
  )
  let best: Split | null = null
  let bestGain = Math.max(options.minGain, 1e-12 * Math.abs(own))
  for (let at = 0; at < columns.length; at++) {
    const column = columns[at] as number
    const first = (table.offsets[column] as number) << 1
    const valueBins = table.valueBins[column] as number
    const missingGradient = histogram[first + 2 * valueBins] as number
    const missingHessian = histogram[first + 2 * valueBins + 1] as number
    // Subtraction leaves dust where no row is missing.
    const hasMissing = missingHessian > 1e-9 * hessian
    const sign = Number(monotone?.[column] ?? 0)
    for (let side = hasMissing ? 1 : 0; side >= 0; side--) {
      let leftGradient = side === 1 ? missingGradient : 0
      let leftHessian = side === 1 ? missingHessian : 0
      // The last bin's end splits off the missing ones alone.
      const end = hasMissing && side === 0 ? valueBins : valueBins - 1
      for (let bin = 0; bin < end; bin++) {
        leftGradient += histogram[first + 2 * bin] as number
        leftHessian += histogram[first + 2 * bin + 1] as number
        if (leftHessian < minWeight) continue
        const rightHessian = hessian - leftHessian
        if (rightHessian < minWeight) break
        const rightGradient = gradient - leftGradient
        let gain: number
        if (isPlain) {
          gain =
            (leftGradient * leftGradient) / (leftHessian + l2) +
            (rightGradient * rightGradient) / (rightHessian + l2) -
            own
        } else {
          const left = leafValue(leftGradient, leftHessian, options, node.low, node.high)
          const right = leafValue(rightGradient, rightHessian, options, node.low, node.high)
          if (sign * (right - left) < 0) continue
          gain =
            scoreOf(leftGradient, leftHessian, left, options) +
            scoreOf(rightGradient, rightHessian, right, options) -
            own
        }
        if (gain > bestGain) {
          bestGain = gain
          best = { column, bin, missingLeft: side === 1, gain, leftGradient, leftHessian }
        }
      }
    }
    if (best?.column === column && !hasMissing) {
      // Nobody was missing here: who is, later, goes with the many.
      best.missingLeft = best.leftHessian * 2 >= hessian
    }
  }
  return best
}
