import fc from 'fast-check'
import type { Tree, TreeEnsemble } from './tree-ensemble.ts'

/** A linear congruential generator on [0, 1): the same numbers in every run. */
export function uniform(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

interface Growth {
  columns: number
  leaves: number
  /** Leaf values lie within ± this. */
  spread: number
}

/** A tree grown by splitting leaves at random, its covers whole numbers that add up. */
export function randomTree({ columns, leaves, spread }: Growth, next: () => number): Tree {
  const nodes: { feature: number; threshold: number; missingLeft: number; cover: number }[] = []
  const children: [number, number][] = []
  const covers = [1 + Math.floor(next() * 1_000)]
  // Where each leaf hangs, so that a split can put a node in its place.
  const places: ({ node: number; side: 0 | 1 } | null)[] = [null]
  while (covers.length < leaves) {
    const leaf = Math.floor(next() * covers.length)
    const cover = covers[leaf] ?? 0
    const node = nodes.length
    nodes.push({
      feature: Math.floor(next() * columns),
      // Few thresholds, so that rows lie on them and paths meet the same one again.
      threshold: Math.fround(Math.round(next() * 20 - 10) / 10),
      missingLeft: next() < 0.5 ? 1 : 0,
      cover,
    })
    const place = places[leaf]
    const parent = place == null ? undefined : children[place.node]
    if (place != null && parent !== undefined) parent[place.side] = node
    const left = Math.floor(next() * (cover + 1))
    covers[leaf] = left
    places[leaf] = { node, side: 0 }
    covers.push(cover - left)
    places.push({ node, side: 1 })
    children.push([~leaf, ~(covers.length - 1)])
  }
  return {
    features: Int32Array.from(nodes, (node) => node.feature),
    thresholds: Float32Array.from(nodes, (node) => node.threshold),
    missingLeft: Uint8Array.from(nodes, (node) => node.missingLeft),
    left: Int32Array.from(children, ([left]) => left),
    right: Int32Array.from(children, ([, right]) => right),
    leafValues: Float32Array.from(covers, () => (next() * 2 - 1) * spread),
    nodeCover: Float64Array.from(nodes, (node) => node.cover),
    leafCover: Float64Array.from(covers),
  }
}

export function randomEnsemble(growth: Growth & { trees: number; seed: number }): TreeEnsemble {
  const next = uniform(growth.seed)
  return {
    columns: growth.columns,
    base: Math.fround(next() * 2 - 1),
    link: 'logistic',
    trees: Array.from({ length: growth.trees }, () => randomTree(growth, next)),
  }
}

/** Ensembles of every size down to none, with every tree split at least once where `leaves` allows. */
export function ensembles(most: { columns: number; leaves: number; trees: number }) {
  return fc
    .record({
      columns: fc.integer({ min: 1, max: most.columns }),
      leaves: fc.integer({ min: 2, max: most.leaves }),
      trees: fc.integer({ min: 0, max: most.trees }),
      seed: fc.nat(),
      link: fc.constantFrom('logistic' as const, 'identity' as const),
    })
    .map(
      ({ link, ...sizes }): TreeEnsemble => ({ ...randomEnsemble({ ...sizes, spread: 1 }), link }),
    )
}

/** Values that decide how a row walks: thresholds themselves, their neighbours, and the extremes. */
const TELLING = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  3.4e38,
  -3.4e38,
  1e-45,
  -1e-45,
  1e-39,
  0,
  -0,
]

/**
 * Rows for trees of `randomTree`: float32 [count × columns], a third of the values on a threshold or
 * one float32 step beside it, a fifth missing or extreme.
 */
export function randomRows(
  count: number,
  columns: number,
  seed: number,
): Float32Array<ArrayBuffer> {
  const next = uniform(seed)
  const step = new Float32Array(1)
  const bits = new Int32Array(step.buffer)
  return Float32Array.from({ length: count * columns }, () => {
    const kind = next()
    if (kind < 0.2) return TELLING[Math.floor(next() * TELLING.length)] ?? 0
    if (kind > 0.55) return next() * 3 - 1.5
    step[0] = Math.round(next() * 20 - 10) / 10
    bits[0] = (bits[0] ?? 0) + Math.round(next() * 2 - 1)
    return step[0]
  })
}
