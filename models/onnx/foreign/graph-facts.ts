import type { Graph, GraphNode } from '../model.ts'
import { ARITHMETIC } from './arithmetic.ts'
import { attributesOf } from './attributes.ts'
import { CLASSICAL } from './classical.ts'
import { asRows, type Fact, type Rows } from './facts.ts'
import type { Follower } from './follow.ts'
import {
  ML_DOMAIN,
  MOST_COLUMNS,
  MOST_LOADING,
  MOST_TREE_NODES,
  MOST_TREES,
  operatorName,
} from './operators.ts'
import { EXPORT_AGAIN, Refusal } from './refusal.ts'
import { RESHAPING } from './reshaping.ts'
import type { TreeSummary } from './tree-lists.ts'

const FOLLOWERS: Record<string, Follower> = { ...ARITHMETIC, ...CLASSICAL, ...RESHAPING }

export interface GraphFacts {
  /** What is known of a value, following the graph back from it. */
  of(name: string): Fact
  /** The operators that these values need, each after those that it needs itself. */
  needed(): readonly GraphNode[]
  /** Interior nodes and leaves of the trees among them. */
  treeNodes(): number
}

/** Follows a graph from values whose facts are asked for back to its inputs and constants. */
export function graphFacts(
  graph: Graph,
  inputs: ReadonlyMap<string, Rows>,
  opset: number,
): GraphFacts {
  const makers = new Map<string, GraphNode>()
  for (const node of graph.nodes) {
    for (const output of node.outputs) {
      if (output === '') continue
      if (makers.has(output) || inputs.has(output)) {
        throw new Refusal(`Two operators make the value ${output}.`, EXPORT_AGAIN)
      }
      makers.set(output, node)
    }
  }
  const constants = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]))
  const known = new Map<string, Fact>(inputs)
  const needed: GraphNode[] = []
  const underWay = new Set<GraphNode>()
  const counted = { nodes: 0, trees: 0, loading: 0 }

  const countTrees = ({ nodes, trees, loading }: TreeSummary): void => {
    counted.nodes += nodes
    counted.trees += trees
    counted.loading += loading
    const next = 'Train fewer or smaller trees: 200 of 31 leaves do for most leads.'
    if (counted.nodes > MOST_TREE_NODES) {
      throw new Refusal(`The trees have more than ${MOST_TREE_NODES} nodes.`, next)
    }
    if (counted.trees > MOST_TREES) {
      throw new Refusal(`There are more than ${MOST_TREES} trees.`, next)
    }
    if (counted.loading > MOST_LOADING) {
      throw new Refusal(
        'The trees are so large that loading them would hold up every other score.',
        next,
      )
    }
  }

  const makeFacts = (node: GraphNode): void => {
    const operator = operatorName(node)
    const facts = (FOLLOWERS[operator] ?? unserved)({
      node,
      operator,
      inputs: node.inputs.map((input) => (input === '' ? null : of(input))),
      attributes: attributesOf(node),
      opset,
      countTrees,
    })
    node.outputs.forEach((output, index) => {
      const fact = facts[index]
      if (fact === undefined) return
      if (fact.kind === 'rows' && !(fact.columns > 0 && fact.columns <= MOST_COLUMNS)) {
        throw new Refusal(
          `${operator} makes ${fact.columns} columns; ${MOST_COLUMNS} are the most.`,
          'Train on fewer columns.',
        )
      }
      known.set(output, fact)
    })
  }

  const follow = (node: GraphNode): void => {
    if (underWay.has(node)) throw new Refusal('The graph runs in a circle.', EXPORT_AGAIN)
    underWay.add(node)
    try {
      makeFacts(node)
    } finally {
      underWay.delete(node)
    }
    needed.push(node)
  }

  const of = (name: string): Fact => {
    const fact = known.get(name)
    if (fact !== undefined) return fact
    const tensor = constants.get(name)
    if (tensor !== undefined) return { kind: 'constant', tensor }
    const maker = makers.get(name)
    if (maker !== undefined) follow(maker)
    const followed = known.get(name)
    if (followed !== undefined) return followed
    throw new Refusal(`Nothing makes the value ${name}.`, EXPORT_AGAIN)
  }

  return { of, needed: () => needed, treeNodes: () => counted.nodes }
}

const unserved: Follower = ({ operator }) => {
  throw new Refusal(`${operator} stands where it cannot be followed.`, EXPORT_AGAIN)
}

/** The rows that a graph output stands for; a ZipMap's are the probabilities that it names. */
export function outputRows(graph: Graph, facts: GraphFacts, name: string): [string, Rows | null] {
  const zip = graph.nodes.find(
    (node) => operatorName(node) === `${ML_DOMAIN}.ZipMap` && node.outputs.includes(name),
  )
  const source = zip?.inputs[0] ?? name
  const fact = facts.of(source)
  if (fact.kind === 'labels') return [source, null]
  return [source, asRows(fact, 'The output')]
}
