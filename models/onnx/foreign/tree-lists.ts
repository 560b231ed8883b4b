import { faultOfTree } from '../tree-structure.ts'
import type { Attributes } from './attributes.ts'
import type { Range } from './facts.ts'
import { EXPORT_AGAIN, Refusal } from './refusal.ts'

/** What must be known of an operator's trees before ONNX Runtime may walk them. */
export interface TreeSummary {
  /** Interior nodes and leaves. */
  nodes: number
  trees: number
  /** Squares of the trees' sizes, added up, for `MOST_LOADING`. */
  loading: number
  /** ONNX Runtime reads a row's columns without looking whether they are there. */
  highestColumn: number
  /** Sum of the trees' least and greatest leaves, for each target. */
  ranges: Range[]
  /** Targets that any leaf adds to. */
  targets: number
  leastLeaf: number
}

const broken = (reason: string): Refusal =>
  new Refusal(`The trees cannot be walked: ${reason}.`, EXPORT_AGAIN)

/** Adds up each tree's least and greatest leaf, target by target. */
export class LeafRanges {
  private readonly trees = new Map<number, Map<number, Range>>()
  private readonly targets = new Set<number>()
  private least = Number.POSITIVE_INFINITY

  add(tree: number, target: number, weight: number): void {
    if (!Number.isFinite(weight)) throw broken(`a leaf of tree ${tree} is ${weight}`)
    this.targets.add(target)
    this.least = Math.min(this.least, weight)
    const ranges = this.trees.get(tree) ?? new Map<number, Range>()
    this.trees.set(tree, ranges)
    const range = ranges.get(target) ?? { low: weight, high: weight }
    ranges.set(target, {
      low: Math.min(range.low, weight),
      high: Math.max(range.high, weight),
    })
  }

  summary(targets: number): Pick<TreeSummary, 'ranges' | 'targets' | 'leastLeaf'> {
    const ranges = Array.from({ length: targets }, (_, target): Range => {
      let low = 0
      let high = 0
      for (const tree of this.trees.values()) {
        low += tree.get(target)?.low ?? 0
        high += tree.get(target)?.high ?? 0
      }
      return { low, high }
    })
    return { ranges, targets: this.targets.size, leastLeaf: this.least }
  }
}

const BRANCHES = new Set([
  'BRANCH_LEQ',
  'BRANCH_LT',
  'BRANCH_GTE',
  'BRANCH_GT',
  'BRANCH_EQ',
  'BRANCH_NEQ',
])

/** The nodes of one tree, as places in the operator's lists. */
interface Listed {
  first: number
  /** Place in `branches` or `leaves` of each node id. */
  branchOf: Map<number, number>
  leafOf: Map<number, number>
  branches: number[]
}

function listTrees(treeIds: number[], nodeIds: number[], modes: string[]): Map<number, Listed> {
  const trees = new Map<number, Listed>()
  treeIds.forEach((treeId, at) => {
    let tree = trees.get(treeId)
    if (tree === undefined) {
      tree = { first: at, branchOf: new Map(), leafOf: new Map(), branches: [] }
      trees.set(treeId, tree)
    } else if (treeIds[at - 1] !== treeId) {
      throw broken(`the nodes of tree ${treeId} do not follow each other`)
    }
    const id = nodeIds[at] ?? -1
    const mode = modes[at] ?? ''
    if (tree.branchOf.has(id) || tree.leafOf.has(id)) {
      throw broken(`tree ${treeId} has two nodes ${id}`)
    }
    if (mode === 'LEAF') {
      tree.leafOf.set(id, tree.leafOf.size)
    } else if (BRANCHES.has(mode)) {
      tree.branchOf.set(id, tree.branches.length)
      tree.branches.push(at)
    } else {
      throw broken(`a node has the mode ${mode}`)
    }
  })
  return trees
}

/**
 * Reads the trees of TreeEnsembleClassifier and TreeEnsembleRegressor, versions 1 to 4 (v3 and v4
 * added only tensors in double): lists with one entry a node, leaves among them.
 * @param leaf the prefix of the leaf lists: `class` or `target`
 */
export function summarizeTreeLists(
  attributes: Attributes,
  leaf: 'class' | 'target',
  targets: number,
): TreeSummary {
  for (const name of ['nodes_values', `${leaf}_weights`, 'base_values']) {
    if (attributes.has(`${name}_as_tensor`)) {
      throw new Refusal(
        `The trees have ${name} in double, which is not served.`,
        'Export with float inputs (FloatTensorType).',
      )
    }
  }
  const treeIds = attributes.ints('nodes_treeids')
  const nodeIds = attributes.ints('nodes_nodeids')
  const modes = attributes.texts('nodes_modes')
  const features = attributes.ints('nodes_featureids')
  const trueIds = attributes.ints('nodes_truenodeids')
  const falseIds = attributes.ints('nodes_falsenodeids')
  const values = attributes.floats('nodes_values')
  for (const list of [nodeIds, modes, features, trueIds, falseIds, values]) {
    if (list.length !== treeIds.length) throw broken('their lists have different lengths')
  }
  const missing = attributes.ints('nodes_missing_value_tracks_true')
  if (missing.length !== 0 && missing.length !== treeIds.length) {
    throw broken('not every node says where missing values go')
  }
  const trees = listTrees(treeIds, nodeIds, modes)
  let highestColumn = 0
  let loading = 0
  for (const [treeId, tree] of trees) {
    if (tree.branches.length > 0 && tree.branches[0] !== tree.first) {
      throw broken(`tree ${treeId} does not begin with its root`)
    }
    const childrenBy = (ids: number[]): Int32Array =>
      Int32Array.from(tree.branches, (at) => {
        const id = ids[at] ?? -1
        const branch = tree.branchOf.get(id)
        const end = tree.leafOf.get(id)
        if (branch !== undefined) return branch
        if (end !== undefined) return ~end
        throw broken(`node ${nodeIds[at]} of tree ${treeId} leads to ${id}, which is not there`)
      })
    const fault = faultOfTree({
      left: childrenBy(trueIds),
      right: childrenBy(falseIds),
      leaves: tree.leafOf.size,
    })
    if (fault !== null) throw broken(`in tree ${treeId} ${fault}`)
    loading += (tree.branchOf.size + tree.leafOf.size) ** 2
    for (const at of tree.branches) {
      const column = features[at] ?? -1
      if (!(column >= 0)) throw broken(`node ${nodeIds[at]} asks for column ${column}`)
      highestColumn = Math.max(highestColumn, column)
    }
  }

  const leaves = new LeafRanges()
  const leafTrees = attributes.ints(`${leaf}_treeids`)
  const leafNodes = attributes.ints(`${leaf}_nodeids`)
  const leafTargets = attributes.ints(`${leaf}_ids`)
  const weights = attributes.floats(`${leaf}_weights`)
  for (const list of [leafNodes, leafTargets, weights]) {
    if (list.length !== leafTrees.length) throw broken('their leaf lists have different lengths')
  }
  leafTrees.forEach((tree, at) => {
    const target = leafTargets[at] ?? -1
    if (trees.get(tree)?.leafOf.has(leafNodes[at] ?? -1) !== true) {
      throw broken(`a weight belongs to node ${leafNodes[at]} of tree ${tree}, which is no leaf`)
    }
    if (!(target >= 0 && target < targets)) throw broken(`a leaf adds to target ${target}`)
    leaves.add(tree, target, weights[at] ?? Number.NaN)
  })
  return {
    nodes: treeIds.length,
    trees: trees.size,
    loading,
    highestColumn,
    ...leaves.summary(targets),
  }
}
