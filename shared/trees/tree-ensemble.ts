/**
 * One binary decision tree, its nodes in arrays. Node 0 is the root; a tree without inner nodes is its
 * one leaf. Children: from 0 on an inner node, below 0 the leaf `~child`.
 */
export interface Tree {
  /** Column of each inner node. */
  features: Int32Array
  /** A value up to and including the threshold goes left. float32, as ONNX compares. */
  thresholds: Float32Array
  /** 1 where a missing value (NaN) goes left. */
  missingLeft: Uint8Array
  left: Int32Array
  right: Int32Array
  /** What a row in the leaf adds to the margin; the learning rate is in it already. */
  leafValues: Float32Array
  /** Weight of the training rows that came through each inner node, and into each leaf. */
  nodeCover: Float64Array
  leafCover: Float64Array
}

/** Trees whose leaves add up, on `base`, to a margin: log-odds, or the value itself. */
export interface TreeEnsemble {
  columns: number
  base: number
  link: 'logistic' | 'identity'
  trees: readonly Tree[]
}

/** The leaf that a row ends in. `row` is any array with the row's values from `offset` on. */
export function leafOf(tree: Tree, row: ArrayLike<number>, offset = 0): number {
  if (tree.features.length === 0) return 0
  let node = 0
  while (node >= 0) {
    const value = row[offset + (tree.features[node] ?? 0)] ?? Number.NaN
    const goesLeft = Number.isNaN(value)
      ? tree.missingLeft[node] === 1
      : value <= (tree.thresholds[node] ?? 0)
    node = (goesLeft ? tree.left[node] : tree.right[node]) ?? -1
  }
  return ~node
}

/**
 * The margin of each row, by walking the trees.
 *
 * @param rows float32 [count × columns], row after row, NaN where a value is missing
 */
export function ensembleMargins(ensemble: TreeEnsemble, rows: Float32Array): Float64Array {
  const { columns, base, trees } = ensemble
  const margins = new Float64Array(rows.length / columns).fill(base)
  for (let row = 0; row < margins.length; row++) {
    let margin = base
    for (const tree of trees) {
      margin += tree.leafValues[leafOf(tree, rows, row * columns)] ?? 0
    }
    margins[row] = margin
  }
  return margins
}
