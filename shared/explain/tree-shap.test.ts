import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ensembles, randomEnsemble, randomRows } from '#shared/trees/tree-ensemble.arbitrary.ts'
import { ensembleMargins, type Tree, type TreeEnsemble } from '#shared/trees/tree-ensemble.ts'
import { treeShap } from './tree-shap.ts'

/** Mean value of a tree where only some columns are known: algorithm 1 of Lundberg et al. 2018. */
function meanOver(tree: Tree, row: Float32Array, known: number): number {
  const cover = (child: number): number =>
    (child < 0 ? tree.leafCover[~child] : tree.nodeCover[child]) ?? 0
  const value = (child: number): number => {
    if (child < 0) return tree.leafValues[~child] ?? 0
    const left = tree.left[child] ?? -1
    const right = tree.right[child] ?? -1
    const column = tree.features[child] ?? 0
    if ((known >> column) & 1) {
      const at = row[column] ?? Number.NaN
      const goesLeft = Number.isNaN(at)
        ? tree.missingLeft[child] === 1
        : at <= (tree.thresholds[child] ?? 0)
      return value(goesLeft ? left : right)
    }
    const all = cover(left) + cover(right)
    if (all === 0) return (value(left) + value(right)) / 2
    return (value(left) * cover(left) + value(right) * cover(right)) / all
  }
  return value(tree.features.length > 0 ? 0 : ~0)
}

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1))

function bitsIn(set: number): number {
  return set === 0 ? 0 : (set & 1) + bitsIn(set >> 1)
}

/** Shapley values by their definition, over all coalitions. */
function shapleyByDefinition({ columns, trees }: TreeEnsemble, row: Float32Array): number[] {
  const worth = Array.from({ length: 1 << columns }, (_, known) =>
    trees.reduce((sum, tree) => sum + meanOver(tree, row, known), 0),
  )
  return Array.from({ length: columns }, (_, column) => {
    let sum = 0
    for (let others = 0; others < 1 << columns; others++) {
      if ((others >> column) & 1) continue
      const size = bitsIn(others)
      const weight = (factorial(size) * factorial(columns - 1 - size)) / factorial(columns)
      sum += weight * ((worth[others | (1 << column)] ?? 0) - (worth[others] ?? 0))
    }
    return sum
  })
}

function whole(ensemble: TreeEnsemble, row: Float32Array) {
  const shap = treeShap(ensemble, row)
  if (shap.kind !== 'whole') throw new Error('Without a deadline every row is explained.')
  return shap
}

const worstGap = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(0, ...Array.from(a, (value, index) => Math.abs(value - (b[index] ?? Number.NaN))))

describe('contributions of columns to the margin of a tree ensemble', () => {
  test('are the Shapley values by definition, over all coalitions of up to eight columns', () => {
    fc.assert(
      fc.property(ensembles({ columns: 8, leaves: 14, trees: 4 }), fc.nat(), (ensemble, seed) => {
        const row = randomRows(1, ensemble.columns, seed)
        const { contributions } = whole(ensemble, row)
        expect(worstGap(contributions, shapleyByDefinition(ensemble, row))).toBeLessThan(1e-10)
      }),
      { numRuns: 300, verbose: 1 },
    )
  })

  test('and the expected value add up to the margin', () => {
    fc.assert(
      fc.property(ensembles({ columns: 30, leaves: 64, trees: 40 }), fc.nat(), (ensemble, seed) => {
        const row = randomRows(1, ensemble.columns, seed)
        const { contributions, expected } = whole(ensemble, row)
        const margin = ensembleMargins(ensemble, row)[0] ?? Number.NaN
        const sum = contributions.reduce((total, value) => total + value, expected)
        expect(Math.abs(sum - margin)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(margin)))
      }),
      { numRuns: 200, verbose: 1 },
    )
  })

  test('add up in one tree as deep as leaf-wise growth can make it', () => {
    const leaves = 120
    const inner = Array.from({ length: leaves - 1 }, (_, node) => node)
    const chain: Tree = {
      features: Int32Array.from(inner),
      thresholds: new Float32Array(leaves - 1),
      missingLeft: new Uint8Array(leaves - 1).fill(1),
      left: Int32Array.from(inner, (node) => ~node),
      right: Int32Array.from(inner, (node) => (node === leaves - 2 ? ~(leaves - 1) : node + 1)),
      leafValues: Float32Array.from({ length: leaves }, (_, leaf) => Math.sin(leaf)),
      nodeCover: Float64Array.from(inner, (node) => leaves - node),
      leafCover: new Float64Array(leaves).fill(1),
    }
    const ensemble: TreeEnsemble = {
      columns: leaves - 1,
      base: 0,
      link: 'logistic',
      trees: [chain],
    }
    const row = Float32Array.from(inner, (node) => (node < 100 ? 1 : -1))
    const { contributions, expected } = whole(ensemble, row)
    const sum = contributions.reduce((total, value) => total + value, expected)
    expect(sum).toBeCloseTo(ensembleMargins(ensemble, row)[0] ?? Number.NaN, 9)
  })

  test('the expected value is the mean margin of the training rows', () => {
    fc.assert(
      fc.property(ensembles({ columns: 5, leaves: 20, trees: 5 }), (ensemble) => {
        const row = randomRows(1, ensemble.columns, 1)
        const mean = ensemble.trees.reduce(
          (sum, tree) => sum + meanOver(tree, row, 0),
          ensemble.base,
        )
        expect(whole(ensemble, row).expected).toBeCloseTo(mean, 9)
      }),
      { verbose: 1 },
    )
  })

  test('a column that no tree asks for contributes exactly nothing', () => {
    const { trees, ...rest } = randomEnsemble({
      columns: 4,
      leaves: 8,
      trees: 6,
      spread: 1,
      seed: 2,
    })
    const wider = { ...rest, trees, columns: 6 }
    expect(whole(wider, randomRows(1, 6, 3)).contributions.slice(4)).toEqual(new Float64Array(2))
  })

  test('a row that is not done when the deadline comes gets no explanation at all', () => {
    const ensemble = randomEnsemble({ columns: 4, leaves: 8, trees: 10, spread: 1, seed: 5 })
    const row = randomRows(1, 4, 1)
    const outAfter = (trees: number) => {
      let asked = 0
      return () => ++asked > trees
    }
    expect(treeShap(ensemble, row, { deadline: outAfter(3) })).toEqual({ kind: 'out_of_time' })
    expect(treeShap(ensemble, row, { deadline: outAfter(10) })).toEqual(treeShap(ensemble, row))
  })
})
