import type { IsolationForest } from './grow-forest.ts'
import { pathLengths } from './path-length.ts'

/** How far apart a row stands, and by what. */
export interface Isolation {
  /** 2^(−E(h) / c(ψ)), within 0 and 1: near 1 is unusual, 0.5 is as usual as can be. */
  score: number
  /** E(h): the mean number of splits to the row's leaf, and what its other rows would take. */
  pathLength: number
  /**
   * By column, splits saved compared with chance; together exactly c(ψ) − E(h). Positive where the column
   * sets the row apart, negative where it has it among many.
   */
  gains: Float64Array
}

/**
 * Reads rows against a forest. A row whose value is missing goes both ways, each weighted by its share of
 * the tree's sample.
 *
 * Gains follow the path, as those of decision trees do: a split of n rows that leaves the row among m saves
 * c(n) − 1 − c(m) splits, to the credit of the split's column. Halving n saves about nothing, cutting it off
 * saves nearly all.
 *
 * @returns a function from a row of the forest's columns to its isolation
 */
export function isolationOf(forest: IsolationForest): (row: ArrayLike<number>) => Isolation {
  const lengths = pathLengths(forest.sampleSize)
  const lengthAt = (node: number) => lengths[forest.size[node] ?? 0] ?? 0
  const whole = lengths[forest.sampleSize] ?? 0
  const descend = (
    start: number,
    startWeight: number,
    row: ArrayLike<number>,
    gains: Float64Array,
  ) => {
    let node = start
    let weight = startWeight
    for (;;) {
      const column = forest.splitColumn[node] ?? -1
      if (column < 0) return
      const first = forest.child[node] ?? 0
      const value = row[column] ?? Number.NaN
      const credit = (child: number, share: number) => {
        gains[column] = (gains[column] ?? 0) + share * (lengthAt(node) - 1 - lengthAt(child))
      }
      if (Number.isNaN(value)) {
        const share = weight * ((forest.size[first] ?? 0) / (forest.size[node] ?? 1))
        credit(first, share)
        if (share > 0) descend(first, share, row, gains)
        weight -= share
        credit(first + 1, weight)
        if (weight <= 0) return
        node = first + 1
      } else {
        const child = value < (forest.threshold[node] ?? 0) ? first : first + 1
        credit(child, weight)
        node = child
      }
    }
  }
  return (row) => {
    const gains = new Float64Array(forest.columns)
    for (const root of forest.roots) descend(root, 1 / forest.roots.length, row, gains)
    const pathLength = whole - gains.reduce((sum, gain) => sum + gain, 0)
    return { score: 2 ** (-pathLength / whole), pathLength, gains }
  }
}
