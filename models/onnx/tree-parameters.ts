import type { Tree, TreeEnsemble } from '#shared/trees/tree-ensemble.ts'
import type { Calibration } from './calibration.ts'
import { LEAF_COVER_KEY, parseLeafCover } from './leaf-cover.ts'
import { type AttributeValue, type Graph, OnnxError, type OnnxModel } from './model.ts'
import { PARAMETER } from './tree-graph.ts'

const unsupported = (reason: string): OnnxError =>
  new OnnxError('unsupported', `The model is not a tree ensemble of this kind: ${reason}.`)

/** Whole numbers of an attribute, each small enough to be an index. */
function indexes(name: string, value: AttributeValue | undefined): Int32Array {
  if (value?.kind !== 'ints') throw unsupported(`${name} is absent`)
  return Int32Array.from(value.values, (entry) => {
    if (entry >= 0n && entry < 0x8000_0000n) return Number(entry)
    throw new OnnxError('malformed', `${name} holds ${entry}, which is no index.`)
  })
}

function floats(name: string, value: AttributeValue | undefined): Float32Array {
  if (value?.kind !== 'tensor' || value.value.data.type !== 'float32') {
    throw unsupported(`${name} is not a float32 tensor`)
  }
  return value.value.data.values
}

/** Weight below each node; a leaf's is given. */
function coversAbove(left: Int32Array, right: Int32Array, leafCover: Float64Array): Float64Array {
  const covers = new Float64Array(left.length)
  const order = left.length > 0 ? [0] : []
  for (let at = 0; at < order.length && order.length <= left.length; at++) {
    const node = order[at] ?? 0
    for (const child of [left[node] ?? -1, right[node] ?? -1]) if (child >= 0) order.push(child)
  }
  const of = (child: number): number => (child < 0 ? leafCover[~child] : covers[child]) ?? 0
  for (const node of order.reverse()) covers[node] = of(left[node] ?? -1) + of(right[node] ?? -1)
  return covers
}

function treesOf(graph: Graph, coverText: string): Tree[] {
  const node = graph.nodes[0]
  if (node?.opType !== 'TreeEnsemble') throw unsupported('it does not begin with TreeEnsemble')
  const attributes = new Map(node.attributes.map(({ name, value }) => [name, value]))
  const ints = (name: string): Int32Array => indexes(name, attributes.get(name))
  const roots = ints('tree_roots')
  const features = ints('nodes_featureids')
  const missing = ints('nodes_missing_value_tracks_true')
  const thresholds = floats('nodes_splits', attributes.get('nodes_splits'))
  const leaves = floats('leaf_weights', attributes.get('leaf_weights'))
  const sides = {
    left: { ids: ints('nodes_truenodeids'), areLeaves: ints('nodes_trueleafs') },
    right: { ids: ints('nodes_falsenodeids'), areLeaves: ints('nodes_falseleafs') },
  }
  const covers = parseLeafCover(coverText, leaves.length)
  return Array.from(roots, (root, index): Tree => {
    const end = roots[index + 1] ?? features.length
    if ((index === 0 && root !== 0) || end <= root) {
      throw unsupported('its trees do not follow each other')
    }
    // A binary tree has one leaf more than nodes, so the trees before have `index` more.
    const firstLeaf = root + index
    const childrenOf = ({ ids, areLeaves }: (typeof sides)['left']): Int32Array =>
      Int32Array.from({ length: end - root }, (_, place) => {
        const id = ids[root + place] ?? -1
        const isLeaf = areLeaves[root + place] === 1
        const child = id - (isLeaf ? firstLeaf : root)
        if (child < 0) throw new OnnxError('malformed', `Tree ${index} leads into another tree.`)
        return isLeaf ? ~child : child
      })
    const left = childrenOf(sides.left)
    const right = childrenOf(sides.right)
    const leafCover = covers.slice(firstLeaf, end + index + 1)
    return {
      features: features.slice(root, end),
      thresholds: thresholds.slice(root, end),
      missingLeft: Uint8Array.from(missing.subarray(root, end)),
      left,
      right,
      leafValues: leaves.slice(firstLeaf, end + index + 1),
      nodeCover: coversAbove(left, right, leafCover),
      leafCover,
    }
  })
}

/**
 * Takes an ensemble and its calibration out of a graph's attributes and parameters, without judging
 * how the graph is wired.
 * @throws OnnxError
 */
export function parametersOf({ graph, metadata }: OnnxModel): {
  ensemble: TreeEnsemble
  calibration: Calibration
} {
  const cover = metadata[LEAF_COVER_KEY]
  if (cover === undefined) throw unsupported(`it has no ${LEAF_COVER_KEY} in its metadata`)
  const initializers = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]))
  const values = (name: string): Float32Array => {
    const tensor = initializers.get(name)
    if (tensor?.data.type !== 'float32') throw unsupported(`${name} is absent`)
    return tensor.data.values
  }
  const one = (name: string): number => {
    const value = values(name)[0]
    if (value === undefined) throw new OnnxError('malformed', `${name} has no value.`)
    return value
  }
  const columns = graph.inputs[0]?.shape[1]
  if (typeof columns !== 'number') throw unsupported('its input has no fixed columns')

  const calibration = (): Calibration => {
    if (initializers.has(PARAMETER.plattA)) {
      return { kind: 'platt', a: one(PARAMETER.plattA), b: one(PARAMETER.plattB) }
    }
    if (initializers.has(PARAMETER.xLower)) {
      const knots = (lower: string, upper: string): Float32Array =>
        Float32Array.from([...values(lower), ...values(upper).slice(-1)])
      return {
        kind: 'isotonic',
        x: knots(PARAMETER.xLower, PARAMETER.xUpper),
        y: knots(PARAMETER.yLower, PARAMETER.yUpper),
      }
    }
    return { kind: 'none' }
  }

  return {
    ensemble: {
      columns,
      base: one(PARAMETER.base),
      link: graph.nodes.some((node) => node.opType === 'Sigmoid') ? 'logistic' : 'identity',
      trees: treesOf(graph, cover),
    },
    calibration: calibration(),
  }
}
