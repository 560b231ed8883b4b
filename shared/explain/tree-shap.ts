import type { TreeEnsemble } from '#shared/trees/tree-ensemble.ts'
import { gaussLegendre, type Quadrature } from './gauss-legendre.ts'
import { type LeafPaths, leafPaths } from './leaf-paths.ts'

export type TreeShap =
  | {
      kind: 'whole'
      /** What each column adds to the margin; all together are the row's margin less `expected`. */
      contributions: Float64Array
      /** Mean margin of the training rows, by the trees' covers. */
      expected: number
    }
  /** The deadline came first; nothing of a half-explained row would add up. */
  | { kind: 'out_of_time' }

interface TreeShapOptions {
  /**
   * Asked before every tree; true gives up. In a Worker the clock stands still while code runs, so
   * there it must count trees or rows, not milliseconds: about 10 µs a tree of 31 leaves.
   */
  deadline?: () => boolean
}

/** The ways to the leaves do not depend on the row, so an ensemble is taken apart once. */
const prepared = new WeakMap<TreeEnsemble, LeafPaths>()

function pathsOf(ensemble: TreeEnsemble): LeafPaths {
  const known = prepared.get(ensemble)
  if (known !== undefined) return known
  const paths = leafPaths(ensemble)
  prepared.set(ensemble, paths)
  return paths
}

/** One quadrature for each number of conditions on the way to a leaf: the least that is exact. */
const quadratures: Quadrature[] = []

function quadratureFor(conditions: number): Quadrature {
  const count = Math.max(1, Math.ceil(conditions / 2))
  quadratures[count] ??= gaussLegendre(count)
  return quadratures[count]
}

/**
 * Explains one row's margin exactly: the Shapley values of its columns, where a column outside the
 * coalition lets the training rows' shares decide (path-dependent TreeSHAP; Lundberg et al. 2020,
 * "From local explanations to global understanding with explainable AI for trees").
 *
 * Their algorithm 2 extends and unwinds one path a tree. Unwinding subtracts large numbers from each
 * other, which on ways of a hundred conditions leaves nothing right. So this goes leaf by leaf, as
 * GPUTreeShap does (Mitchell et al. 2022), and writes the weight of a coalition of s among d − 1 others,
 * s! (d − 1 − s)! / d!, as the integral of u^s (1 − u)^(d−1−s) over [0, 1]. The sum over coalitions is
 * then the integral of one product, which few points give exactly, and nothing is ever subtracted.
 *
 * @param row values of the columns, NaN where missing; float32 as the model sees them, or the walk
 *   may differ on a threshold.
 */
export function treeShap(
  ensemble: TreeEnsemble,
  row: ArrayLike<number>,
  { deadline }: TreeShapOptions = {},
): TreeShap {
  const paths = pathsOf(ensemble)
  const { treeEnd, start, leafValue, column, lower, upper, missingMeets, share } = paths
  const contributions = new Float64Array(paths.columns)
  // Conditions on the way to the leaf at hand that the row meets, and their factors at one point.
  const met = new Int32Array(paths.longest)
  const factors = new Float64Array(paths.longest)
  const unmet = new Int32Array(paths.longest)

  let leaf = 0
  for (let tree = 0; tree < treeEnd.length; tree++) {
    if (deadline?.() === true) return { kind: 'out_of_time' }
    const end = treeEnd[tree] as number
    for (; leaf < end; leaf++) {
      const to = start[leaf + 1] as number
      let metCount = 0
      let unmetCount = 0
      // The leaf's value times the shares of all conditions that the row does not meet.
      let reached = leafValue[leaf] as number
      for (let at = start[leaf] as number; at < to; at++) {
        const value = row[column[at] as number] ?? Number.NaN
        const holds = Number.isNaN(value)
          ? missingMeets[at] === 1
          : value <= (upper[at] as number) && !(value <= (lower[at] as number))
        if (holds) {
          met[metCount++] = at
        } else {
          unmet[unmetCount++] = at
          reached *= share[at] as number
        }
      }
      if (reached === 0) continue

      const { points, weights } = quadratureFor(metCount + unmetCount)
      let loss = 0
      for (let index = 0; index < points.length; index++) {
        const point = points[index] as number
        let product = reached * (weights[index] as number)
        for (let place = 0; place < metCount; place++) {
          const part = share[met[place] as number] as number
          const factor = part + (1 - part) * point
          factors[place] = factor
          product *= factor
        }
        for (let place = 1; place < unmetCount; place++) product *= 1 - point
        if (unmetCount > 0) {
          loss += product
          product *= 1 - point
        }
        for (let place = 0; place < metCount; place++) {
          const at = met[place] as number
          const of = column[at] as number
          contributions[of] =
            (contributions[of] as number) +
            (product * (1 - (share[at] as number))) / (factors[place] as number)
        }
      }
      // All conditions that the row does not meet lose it the same.
      for (let place = 0; place < unmetCount; place++) {
        const of = column[unmet[place] as number] as number
        contributions[of] = (contributions[of] as number) - loss
      }
    }
  }
  return { kind: 'whole', contributions, expected: paths.expected }
}
