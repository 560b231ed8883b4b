import type { Tree } from '#shared/trees/tree-ensemble.ts'
import type { BinnedTable } from './bins.ts'
import { fillHistogram, type Histogram, subtractHistogram } from './histogram.ts'
import type { GbdtOptions } from './options.ts'
import { bestSplit, leafValue, type NodeSums, type Split } from './split.ts'

/** A leaf of the growing tree. */
interface Leaf extends NodeSums {
  from: number
  to: number
  depth: number
  histogram: Histogram | null
  split: Split | null
  /** The inner node above, and the side of it. */
  parent: number
  side: 'left' | 'right'
}

export interface GrownTree {
  tree: Tree
  /** Of each leaf: its rows, `order[from … to)`. */
  leaves: { from: number; to: number; value: number }[]
}

/**
 * Grows trees over one table, leaf by leaf: always where the loss falls most (as LightGBM does). Keeps
 * its buffers, so that a tree allocates next to nothing.
 */
export class TreeGrower {
  readonly #table: BinnedTable
  readonly #options: GbdtOptions
  readonly #gradients: Float64Array
  readonly #hessians: Float64Array
  readonly #side: Int32Array
  readonly #histograms: Histogram[] = []

  constructor(table: BinnedTable, options: GbdtOptions) {
    this.#table = table
    this.#options = options
    this.#gradients = new Float64Array(table.rows)
    this.#hessians = new Float64Array(table.rows)
    this.#side = new Int32Array(table.rows)
  }

  /**
   * @param order the rows of this tree; brought into the order of its leaves
   * @param columns those that it may use
   * @param gradients first derivatives of the loss by row
   * @param hessians second derivatives by row
   */
  grow(
    order: Int32Array,
    columns: Int32Array,
    gradients: Float64Array,
    hessians: Float64Array,
  ): GrownTree {
    const { maxLeaves } = this.#options
    const nodes: { column: number; threshold: number; missingLeft: boolean; cover: number }[] = []
    const children: { left: number; right: number }[] = []
    const root = this.#leafOf(order, 0, order.length, gradients, hessians)
    const leaves: Leaf[] = [root]
    root.histogram = this.#fill(root, columns, order, gradients, hessians)
    this.#findSplit(root, columns)
    while (leaves.length < maxLeaves) {
      const at = mostPromising(leaves)
      const leaf = leaves[at]
      if (!leaf?.split) break
      const { split } = leaf
      const node = nodes.length
      nodes.push({
        column: split.column,
        threshold: this.#thresholdOf(split),
        missingLeft: split.missingLeft,
        cover: leaf.hessian,
      })
      children.push({ left: -1, right: -1 })
      link(children, leaf, node)
      const middle = this.#partition(order, leaf, split)
      const [left, right] = this.#childrenOf(leaf, split, middle, node)
      this.#fillChildren(leaf, left, right, columns, order, gradients, hessians)
      leaves[at] = left
      leaves.push(right)
      this.#findSplit(left, columns)
      this.#findSplit(right, columns)
    }
    for (const leaf of leaves) this.#release(leaf)
    leaves.forEach((leaf, index) => {
      link(children, leaf, ~index)
    })
    return this.#whole(nodes, children, leaves)
  }

  #whole(
    nodes: readonly { column: number; threshold: number; missingLeft: boolean; cover: number }[],
    children: readonly { left: number; right: number }[],
    leaves: readonly Leaf[],
  ): GrownTree {
    const { learningRate } = this.#options
    const values = Float32Array.from(
      leaves,
      ({ gradient, hessian, low, high }) =>
        leafValue(gradient, hessian, this.#options, low, high) * learningRate,
    )
    const tree: Tree = {
      features: Int32Array.from(nodes, ({ column }) => column),
      thresholds: Float32Array.from(nodes, ({ threshold }) => threshold),
      missingLeft: Uint8Array.from(nodes, ({ missingLeft }) => (missingLeft ? 1 : 0)),
      left: Int32Array.from(children, ({ left }) => left),
      right: Int32Array.from(children, ({ right }) => right),
      leafValues: values,
      nodeCover: Float64Array.from(nodes, ({ cover }) => cover),
      leafCover: Float64Array.from(leaves, ({ hessian }) => hessian),
    }
    return {
      tree,
      leaves: leaves.map(({ from, to }, index) => ({ from, to, value: values[index] ?? 0 })),
    }
  }

  #leafOf(
    order: Int32Array,
    from: number,
    to: number,
    gradients: Float64Array,
    hessians: Float64Array,
  ): Leaf {
    let gradient = 0
    let hessian = 0
    for (let i = from; i < to; i++) {
      const row = order[i] as number
      gradient += gradients[row] as number
      hessian += hessians[row] as number
    }
    return {
      from,
      to,
      rows: to - from,
      depth: 0,
      gradient,
      hessian,
      low: Number.NEGATIVE_INFINITY,
      high: Number.POSITIVE_INFINITY,
      histogram: null,
      split: null,
      parent: -1,
      side: 'left',
    }
  }

  #childrenOf(leaf: Leaf, split: Split, middle: number, node: number): [Leaf, Leaf] {
    const { leftGradient, leftHessian } = split
    const rightGradient = leaf.gradient - leftGradient
    const rightHessian = leaf.hessian - leftHessian
    const shared = { depth: leaf.depth + 1, histogram: null, split: null, parent: node }
    const { low, high } = leaf
    let [leftLow, leftHigh, rightLow, rightHigh] = [low, high, low, high]
    const sign = Number(this.#options.monotone?.[split.column] ?? 0)
    if (sign !== 0) {
      // Whatever grows below stays on its side of the middle, so the column stays monotone for good.
      const left = leafValue(leftGradient, leftHessian, this.#options, low, high)
      const right = leafValue(rightGradient, rightHessian, this.#options, low, high)
      const bound = (left + right) / 2
      if (sign > 0) [leftHigh, rightLow] = [bound, bound]
      else [leftLow, rightHigh] = [bound, bound]
    }
    return [
      {
        ...shared,
        side: 'left',
        from: leaf.from,
        to: middle,
        rows: middle - leaf.from,
        gradient: leftGradient,
        hessian: leftHessian,
        low: leftLow,
        high: leftHigh,
      },
      {
        ...shared,
        side: 'right',
        from: middle,
        to: leaf.to,
        rows: leaf.to - middle,
        gradient: rightGradient,
        hessian: rightHessian,
        low: rightLow,
        high: rightHigh,
      },
    ]
  }

  /** Only the smaller child's rows are looked at; the larger one is what is left of the parent. */
  #fillChildren(
    leaf: Leaf,
    left: Leaf,
    right: Leaf,
    columns: Int32Array,
    order: Int32Array,
    gradients: Float64Array,
    hessians: Float64Array,
  ): void {
    const parent = leaf.histogram
    leaf.histogram = null
    if (!parent) return
    if (!this.#mayGrow(left) && !this.#mayGrow(right)) {
      this.#histograms.push(parent)
      return
    }
    const [small, large] = left.rows <= right.rows ? [left, right] : [right, left]
    small.histogram = this.#fill(small, columns, order, gradients, hessians)
    subtractHistogram(parent, small.histogram)
    large.histogram = parent
  }

  #mayGrow(leaf: Leaf): boolean {
    const { maxDepth, minChildRows } = this.#options
    return leaf.depth < maxDepth && leaf.rows >= 2 * Math.max(1, minChildRows)
  }

  #fill(
    leaf: Leaf,
    columns: Int32Array,
    order: Int32Array,
    gradients: Float64Array,
    hessians: Float64Array,
  ): Histogram {
    const ordered = this.#gradients
    const orderedHessians = this.#hessians
    for (let i = leaf.from; i < leaf.to; i++) {
      const row = order[i] as number
      ordered[i - leaf.from] = gradients[row] as number
      orderedHessians[i - leaf.from] = hessians[row] as number
    }
    const histogram = this.#histograms.pop() ?? new Float64Array(2 * this.#table.totalBins)
    const { from, to } = leaf
    fillHistogram(histogram, this.#table, columns, order, from, to, ordered, orderedHessians)
    return histogram
  }

  #findSplit(leaf: Leaf, columns: Int32Array): void {
    leaf.split =
      leaf.histogram && this.#mayGrow(leaf)
        ? bestSplit(leaf.histogram, this.#table, columns, leaf, this.#options)
        : null
    if (!leaf.split) this.#release(leaf)
  }

  #release(leaf: Leaf): void {
    if (leaf.histogram) this.#histograms.push(leaf.histogram)
    leaf.histogram = null
  }

  #thresholdOf({ column, bin }: Split): number {
    // After the last bin: whatever is not missing goes left, an infinite value too.
    return this.#table.thresholds[column]?.[bin] ?? Number.POSITIVE_INFINITY
  }

  /** Left rows to the front, both sides in their old order. @returns where the right ones begin */
  #partition(order: Int32Array, leaf: Leaf, split: Split): number {
    const { bins, rows, valueBins } = this.#table
    const base = split.column * rows
    const missing = valueBins[split.column] as number
    const side = this.#side
    const { bin, missingLeft } = split
    let left = leaf.from
    let right = 0
    for (let i = leaf.from; i < leaf.to; i++) {
      const row = order[i] as number
      const own = bins[base + row] as number
      if (own === missing ? missingLeft : own <= bin) order[left++] = row
      else side[right++] = row
    }
    for (let i = 0; i < right; i++) order[left + i] = side[i] as number
    return left
  }
}

function link(
  children: { left: number; right: number }[],
  { parent, side }: Pick<Leaf, 'parent' | 'side'>,
  child: number,
): void {
  const above = children[parent]
  if (above) above[side] = child
}

function mostPromising(leaves: readonly Leaf[]): number {
  let best = -1
  let gain = Number.NEGATIVE_INFINITY
  leaves.forEach((leaf, index) => {
    if (leaf.split && leaf.split.gain > gain) {
      gain = leaf.split.gain
      best = index
    }
  })
  return best
}
