/** Children of one tree's inner nodes: from 0 on an inner node, below 0 the leaf `~child`. */
export interface TreeShape {
  left: Int32Array
  right: Int32Array
  leaves: number
}

/**
 * Splits on the way to a leaf. ONNX Runtime loads a tree by recursion: at some 2,000 its stack
 * overflows, and its time grows with the square (one way of 100,000 splits took a minute to fail).
 */
export const MOST_DEPTH = 400

/**
 * Says what keeps node 0 from being the root of a tree that reaches every node and leaf just once, not
 * too deep, or null. A child that points back would be walked for ever, here and in ONNX Runtime, whose calls
 * nobody can stop.
 */
export function faultOfTree({ left, right, leaves }: TreeShape): string | null {
  const nodes = left.length
  if (leaves !== nodes + 1) return `it has ${nodes} inner nodes and ${leaves} leaves`
  if (nodes === 0) return null
  const reached = new Uint8Array(nodes)
  const reachedLeaf = new Uint8Array(leaves)
  reached[0] = 1
  const depths = new Uint32Array(nodes).fill(1)
  const open = [0]
  let found = 1
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const depth = depths[node] ?? 0
    if (depth > MOST_DEPTH) return `a leaf lies more than ${MOST_DEPTH} splits deep`
    for (const child of [left[node] ?? nodes, right[node] ?? nodes]) {
      const [marks, at] = child < 0 ? [reachedLeaf, ~child] : [reached, child]
      if (at >= marks.length) return `node ${node} has a child that is not there`
      if (marks[at] === 1) return `two ways lead to the same ${child < 0 ? 'leaf' : 'node'} ${at}`
      marks[at] = 1
      if (child < 0) continue
      found++
      depths[child] = depth + 1
      open.push(child)
    }
  }
  return found === nodes ? null : `${nodes - found} of its ${nodes} nodes hang on nothing`
}
