import { MOST_DEPTH } from '../tree-structure.ts'
import type { Attributes } from './attributes.ts'
import { numbersIn } from './facts.ts'
import { EXPORT_AGAIN, Refusal } from './refusal.ts'
import { LeafRanges, type TreeSummary } from './tree-lists.ts'

const broken = (reason: string): Refusal =>
  new Refusal(`The trees cannot be walked: ${reason}.`, EXPORT_AGAIN)

/** `nodes_modes` up to NEQ; 6 is MEMBER, whose sets are a list of their own. */
const HIGHEST_MODE = 5

/**
 * Reads the trees of TreeEnsemble, version 5: lists of interior nodes and, apart, of leaves. A tree
 * that never splits is a node whose both sides are the same leaf.
 */
export function summarizeTreesV5(attributes: Attributes): TreeSummary {
  const tensor = (name: string): number[] => {
    const value = attributes.tensor(name)
    return value === null ? [] : numbersIn({ ...value, name })
  }
  const roots = attributes.ints('tree_roots')
  const features = attributes.ints('nodes_featureids')
  const modes = tensor('nodes_modes')
  const splits = tensor('nodes_splits')
  const sides = [
    { ids: attributes.ints('nodes_truenodeids'), leafs: attributes.ints('nodes_trueleafs') },
    { ids: attributes.ints('nodes_falsenodeids'), leafs: attributes.ints('nodes_falseleafs') },
  ]
  const targets = attributes.ints('leaf_targetids')
  const weights = tensor('leaf_weights')
  for (const list of [modes, splits, ...sides.flatMap(({ ids, leafs }) => [ids, leafs])]) {
    if (list.length !== features.length) throw broken('their lists have different lengths')
  }
  const missing = attributes.ints('nodes_missing_value_tracks_true')
  if (missing.length !== 0 && missing.length !== features.length) {
    throw broken('not every node says where missing values go')
  }
  if (targets.length !== weights.length) throw broken('their leaf lists have different lengths')
  if (modes.some((mode) => !(mode >= 0 && mode <= HIGHEST_MODE))) {
    throw new Refusal(
      'The trees ask whether a value is a member of a set, which is not served.',
      'Train with categories as columns of their own (one-hot).',
    )
  }

  const reached = new Uint8Array(features.length)
  const leaves = new LeafRanges()
  let highestColumn = 0
  let loading = 0
  roots.forEach((root, tree) => {
    let size = 0
    const open = [{ node: root, depth: 1 }]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { node, depth } = next
      if (depth > MOST_DEPTH) throw broken(`a leaf lies more than ${MOST_DEPTH} splits deep`)
      if (!(node >= 0 && node < features.length)) throw broken(`node ${node} is not there`)
      if (reached[node] === 1) throw broken(`two ways lead to node ${node}`)
      reached[node] = 1
      size += 2
      const column = features[node] ?? -1
      if (!(column >= 0)) throw broken(`node ${node} asks for column ${column}`)
      highestColumn = Math.max(highestColumn, column)
      for (const { ids, leafs } of sides) {
        const child = ids[node] ?? -1
        if (leafs[node] !== 1) {
          open.push({ node: child, depth: depth + 1 })
          continue
        }
        if (targets[child] !== 0) throw broken(`leaf ${child} is not there or adds to no target`)
        leaves.add(tree, 0, weights[child] ?? Number.NaN)
      }
    }
    loading += size ** 2
  })
  return {
    nodes: features.length + weights.length,
    trees: roots.length,
    loading,
    highestColumn,
    ...leaves.summary(1),
  }
}
