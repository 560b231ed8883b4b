import type { Tree, TreeEnsemble } from '#shared/trees/tree-ensemble.ts'

/**
 * Every leaf of an ensemble as the conditions on the way to it, one for each column: all splits on a
 * column along one way come down to an interval. Lists of all leaves lie end to end.
 */
export interface LeafPaths {
  columns: number
  /** Mean margin of the training rows: what a row's contributions start from. */
  expected: number
  /** Index after the last leaf of each tree. */
  treeEnd: Uint32Array
  /** Index of each leaf's first condition, and after the last leaf's last one. */
  start: Uint32Array
  leafValue: Float64Array
  /** The condition holds for values above `lower` (NaN: no lower end), up to and including `upper`. */
  column: Int32Array
  lower: Float32Array
  upper: Float32Array
  /** 1 where a missing value meets the condition. */
  missingMeets: Uint8Array
  /** Share of the training rows that goes on, at all splits on this column along the way. */
  share: Float64Array
  /** Conditions of the leaf that has most. */
  longest: number
}

/** One condition on the way down; nodes below replace it and put it back. */
interface Condition {
  column: number
  lower: number
  upper: number
  missingMeets: number
  share: number
}

/** Weight below each node, from the leaves up, so that both shares of a split make exactly one. */
function coverBelow(tree: Tree): (child: number) => number {
  const below = new Float64Array(tree.features.length)
  const of = (child: number): number => (child < 0 ? tree.leafCover[~child] : below[child]) ?? 0
  // Children first: a way down in order, then back.
  const order: number[] = tree.features.length > 0 ? [0] : []
  for (let at = 0; at < order.length; at++) {
    for (const side of [tree.left, tree.right]) {
      const child = side[order[at] ?? 0] ?? -1
      if (child >= 0) order.push(child)
    }
  }
  for (const node of order.reverse())
    below[node] = of(tree.left[node] ?? -1) + of(tree.right[node] ?? -1)
  return of
}

/** Lists the ways to all leaves. Takes about 25 bytes a condition; leaves have a handful each. */
export function leafPaths(ensemble: TreeEnsemble): LeafPaths {
  const treeEnd: number[] = []
  const start = [0]
  const leafValue: number[] = []
  const listed: Condition[] = []
  let expected = ensemble.base
  let longest = 0

  for (const tree of ensemble.trees) {
    const cover = coverBelow(tree)
    const way = new Map<number, Condition>()

    const reach = (leaf: number): void => {
      const value = tree.leafValues[leaf] ?? 0
      let share = 1
      for (const condition of way.values()) {
        listed.push(condition)
        share *= condition.share
      }
      longest = Math.max(longest, way.size)
      leafValue.push(value)
      start.push(listed.length)
      expected += value * share
    }

    const descend = (child: number): void => {
      if (child < 0) {
        reach(~child)
        return
      }
      const column = tree.features[child] ?? 0
      const threshold = tree.thresholds[child] ?? 0
      const left = tree.left[child] ?? -1
      const right = tree.right[child] ?? -1
      const total = cover(left) + cover(right)
      // A node that no training row came to says nothing of its sides: half each.
      const leftShare = total > 0 ? cover(left) / total : 0.5
      const missingLeft = tree.missingLeft[child] ?? 0
      const before = way.get(column)
      const { lower, upper, missingMeets, share } = before ?? {
        lower: Number.NaN,
        upper: Number.POSITIVE_INFINITY,
        missingMeets: 1,
        share: 1,
      }
      way.set(column, {
        column,
        lower,
        upper: Math.min(upper, threshold),
        missingMeets: missingMeets & missingLeft,
        share: share * leftShare,
      })
      descend(left)
      way.set(column, {
        column,
        lower: Number.isNaN(lower) ? threshold : Math.max(lower, threshold),
        upper,
        missingMeets: missingMeets & (1 - missingLeft),
        share: share * (1 - leftShare),
      })
      descend(right)
      if (before === undefined) way.delete(column)
      else way.set(column, before)
    }

    descend(tree.features.length > 0 ? 0 : ~0)
    treeEnd.push(leafValue.length)
  }

  const count = listed.length
  const paths: LeafPaths = {
    columns: ensemble.columns,
    expected,
    treeEnd: new Uint32Array(treeEnd),
    start: new Uint32Array(start),
    leafValue: new Float64Array(leafValue),
    column: new Int32Array(count),
    lower: new Float32Array(count),
    upper: new Float32Array(count),
    missingMeets: new Uint8Array(count),
    share: new Float64Array(count),
    longest,
  }
  listed.forEach((condition, at) => {
    paths.column[at] = condition.column
    paths.lower[at] = condition.lower
    paths.upper[at] = condition.upper
    paths.missingMeets[at] = condition.missingMeets
    paths.share[at] = condition.share
  })
  return paths
}
