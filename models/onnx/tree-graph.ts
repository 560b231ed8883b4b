import type { Tree, TreeEnsemble } from '#shared/trees/tree-ensemble.ts'
import type { Calibration } from './calibration.ts'
import type { Attribute, Graph, GraphNode, Tensor } from './model.ts'
import { DATA_TYPE } from './model.ts'
import { INPUT_NAME, MARGIN_OUTPUT, PROBABILITY_OUTPUT, VALUE_OUTPUT } from './names.ts'

/** Names of the graph's parameters, where the reader finds them again. */
export const PARAMETER = {
  base: 'base',
  plattA: 'platt_a',
  plattB: 'platt_b',
  xLower: 'x_lower',
  xUpper: 'x_upper',
  yLower: 'y_lower',
  yUpper: 'y_upper',
  yFirst: 'y_first',
  yLast: 'y_last',
} as const

/** `nodes_modes`: a value up to and including the threshold takes the true branch. */
const BRANCH_LEQ = 0
/** `aggregate_function`: the leaves of all trees add up. */
const AGGREGATE_SUM = 1n
/**
 * `post_transform`: none. ONNX Runtime ignores LOGISTIC for a single target without a word
 * (microsoft/onnxruntime issues 26596 and 24862), so the logistic function is a node of its own.
 */
const NO_POST_TRANSFORM = 0n

/** Children in an ensemble's node lists, where a child is either an inner node or a leaf. */
export interface ChildList {
  ids: BigInt64Array
  /** 1 where the id is a leaf's. */
  areLeaves: BigInt64Array
}

const vector = (name: string, values: Float32Array, dims = [values.length]): Tensor => ({
  name,
  dims,
  data: { type: 'float32', values },
})
const scalar = (name: string, value: number): Tensor => vector(name, Float32Array.of(value))

function node(opType: string, inputs: string[], output: string): GraphNode {
  return { name: output, opType, domain: '', inputs, outputs: [output], attributes: [] }
}

function children(trees: readonly Tree[], side: 'left' | 'right'): ChildList {
  const ids: bigint[] = []
  const areLeaves: bigint[] = []
  let firstNode = 0
  let firstLeaf = 0
  for (const tree of trees) {
    for (const child of tree[side]) {
      ids.push(BigInt(child < 0 ? firstLeaf + ~child : firstNode + child))
      areLeaves.push(child < 0 ? 1n : 0n)
    }
    firstNode += tree.features.length
    firstLeaf += tree.leafValues.length
  }
  return { ids: BigInt64Array.from(ids), areLeaves: BigInt64Array.from(areLeaves) }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function ensembleAttributes(trees: readonly Tree[]): Attribute[] {
  const ints = (name: string, values: Iterable<bigint>): Attribute => ({
    name,
    value: { kind: 'ints', values: BigInt64Array.from(values) },
  })
  const int = (name: string, value: bigint): Attribute => ({ name, value: { kind: 'int', value } })
  const tensor = (value: Tensor): Attribute => ({
    name: value.name,
    value: { kind: 'tensor', value },
  })
  const left = children(trees, 'left')
  const right = children(trees, 'right')
  const thresholds = joined(trees.map((tree) => tree.thresholds))
  const leaves = joined(trees.map((tree) => tree.leafValues))
  const modes = new Uint8Array(thresholds.length).fill(BRANCH_LEQ)
  let nodes = 0
  const roots = trees.map((tree) => {
    const root = BigInt(nodes)
    nodes += tree.features.length
    return root
  })
  return [
    int('aggregate_function', AGGREGATE_SUM),
    ints('leaf_targetids', new BigInt64Array(leaves.length)),
    tensor(vector('leaf_weights', leaves)),
    int('n_targets', 1n),
    ints('nodes_falseleafs', right.areLeaves),
    ints('nodes_falsenodeids', right.ids),
    ints(
      'nodes_featureids',
      trees.flatMap((tree) => Array.from(tree.features, BigInt)),
    ),
    ints(
      'nodes_missing_value_tracks_true',
      trees.flatMap((tree) => Array.from(tree.missingLeft, BigInt)),
    ),
    // The standard asks for uint8 here; ONNX Runtime refuses int64.
    tensor({ name: 'nodes_modes', dims: [modes.length], data: { type: 'uint8', values: modes } }),
    tensor(vector('nodes_splits', thresholds)),
    ints('nodes_trueleafs', left.areLeaves),
    ints('nodes_truenodeids', left.ids),
    int('post_transform', NO_POST_TRANSFORM),
    ints('tree_roots', roots),
  ]
}

interface Steps {
  nodes: GraphNode[]
  initializers: Tensor[]
}

/** From the margin to the probability. */
function calibrationSteps(calibration: Calibration): Steps {
  switch (calibration.kind) {
    case 'none':
      return { nodes: [node('Sigmoid', [MARGIN_OUTPUT], PROBABILITY_OUTPUT)], initializers: [] }
    case 'platt':
      return {
        nodes: [
          node('Mul', [MARGIN_OUTPUT, PARAMETER.plattA], 'scaled_margin'),
          node('Add', ['scaled_margin', PARAMETER.plattB], 'calibrated_margin'),
          node('Sigmoid', ['calibrated_margin'], PROBABILITY_OUTPUT),
        ],
        initializers: [
          scalar(PARAMETER.plattA, calibration.a),
          scalar(PARAMETER.plattB, calibration.b),
        ],
      }
    case 'isotonic': {
      // Each line adds the share of it that lies below the probability, times its rise: sums of
      // positive numbers, so float32 loses nothing, unlike slopes and offsets that cancel out.
      const { x, y } = calibration
      const lines = y.length - 1
      return {
        nodes: [
          node('Sigmoid', [MARGIN_OUTPUT], 'uncalibrated'),
          node('Max', ['uncalibrated', PARAMETER.xLower], 'not_before'),
          node('Min', ['not_before', PARAMETER.xUpper], 'within'),
          node('Sub', ['within', PARAMETER.xLower], 'passed'),
          node('Sub', [PARAMETER.xUpper, PARAMETER.xLower], 'width'),
          node('Div', ['passed', 'width'], 'share'),
          node('Sub', [PARAMETER.yUpper, PARAMETER.yLower], 'rise'),
          node('MatMul', ['share', 'rise'], 'risen'),
          node('Add', ['risen', PARAMETER.yFirst], 'summed'),
          // Rounding may lift the sum above the last knot, and that above 1.
          node('Min', ['summed', PARAMETER.yLast], PROBABILITY_OUTPUT),
        ],
        initializers: [
          vector(PARAMETER.xLower, x.slice(0, -1)),
          vector(PARAMETER.xUpper, x.slice(1)),
          vector(PARAMETER.yLower, y.slice(0, -1), [lines, 1]),
          vector(PARAMETER.yUpper, y.slice(1), [lines, 1]),
          scalar(PARAMETER.yFirst, y[0] ?? 0),
          scalar(PARAMETER.yLast, y[lines] ?? 1),
        ],
      }
    }
  }
}

/**
 * The graph of an ensemble whose trees all split at least once, of which there is at least one:
 * `X` float32 [N, columns] → TreeEnsemble → Add base → `value`, or `margin` → … → `probability`, each
 * float32 [N, 1].
 */
export function treeGraph(ensemble: TreeEnsemble, calibration: Calibration): Graph {
  const logistic = ensemble.link === 'logistic'
  const steps = logistic ? calibrationSteps(calibration) : { nodes: [], initializers: [] }
  const outputs = logistic ? [PROBABILITY_OUTPUT, MARGIN_OUTPUT] : [VALUE_OUTPUT]
  return {
    name: 'tree-ensemble',
    nodes: [
      {
        name: 'trees',
        opType: 'TreeEnsemble',
        domain: 'ai.onnx.ml',
        inputs: [INPUT_NAME],
        outputs: ['trees'],
        attributes: ensembleAttributes(ensemble.trees),
      },
      node('Add', ['trees', PARAMETER.base], logistic ? MARGIN_OUTPUT : VALUE_OUTPUT),
      ...steps.nodes,
    ],
    initializers: [scalar(PARAMETER.base, ensemble.base), ...steps.initializers],
    inputs: [{ name: INPUT_NAME, elementType: DATA_TYPE.float32, shape: ['N', ensemble.columns] }],
    outputs: outputs.map((name) => ({
      name,
      elementType: DATA_TYPE.float32,
      shape: ['N', 1],
    })),
  }
}
