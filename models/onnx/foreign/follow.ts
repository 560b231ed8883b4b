import type { GraphNode } from '../model.ts'
import type { Attributes } from './attributes.ts'
import type { Fact } from './facts.ts'
import type { TreeSummary } from './tree-lists.ts'

/** One operator, with what is known of its inputs; null for one that is left out. */
export interface Step {
  node: GraphNode
  /** Name with domain, for sentences. */
  operator: string
  inputs: (Fact | null)[]
  attributes: Attributes
  /** Version of ONNX's own operators that the file was made for. */
  opset: number
  /** Takes note of trees on the way, to be held against the limits. */
  countTrees(trees: TreeSummary): void
}

/** Says what is known of an operator's outputs, or refuses. */
export type Follower = (step: Step) => Fact[]
