import { DATA_TYPE, type Graph, type ValueInfo } from '../model.ts'
import { type Rows, rows } from './facts.ts'
import { Refusal } from './refusal.ts'

/** How a graph takes its features. */
export type ForeignInput =
  /** One matrix [N, columns], its columns in the order of the list. */
  | { kind: 'matrix'; name: string; columns: readonly string[] }
  /** One input a feature, [N, 1] each. */
  | { kind: 'named'; columns: readonly string[] }

const DATA_TYPE_NAMES: Record<number, string> = { 7: 'int64', 8: 'string', 9: 'bool', 11: 'double' }

function checkFloat({ name, elementType }: ValueInfo): void {
  if (elementType === DATA_TYPE.float32) return
  const type = DATA_TYPE_NAMES[elementType] ?? `of the ONNX data type ${elementType}`
  throw new Refusal(
    `The input ${name} is ${type}, not float32.`,
    'Export with FloatTensorType inputs; encode categories as numbers before the model.',
  )
}

/**
 * Tells which columns the graph's inputs are.
 * @param features names of the columns on offer, in the order that a matrix has them
 */
export function inputsOf(
  graph: Graph,
  features: readonly string[],
): { input: ForeignInput; facts: Map<string, Rows> } {
  const constants = new Set(graph.initializers.map((tensor) => tensor.name))
  // Before IR version 4 every constant was listed among the inputs as well.
  const inputs = graph.inputs.filter((input) => !constants.has(input.name))
  const [first] = inputs
  if (first === undefined) {
    throw new Refusal('The graph has no input.', 'Export the trained model, not its answers.')
  }
  inputs.forEach(checkFloat)
  const known = { missing: true }

  const isNamed = inputs.every((input) => features.includes(input.name))
  if (inputs.length === 1 && !isNamed) {
    const width = first.shape[1]
    if (first.shape.length !== 2 || typeof width !== 'number') {
      throw new Refusal(
        `The input ${first.name} does not say how many columns it has.`,
        `Export with initial_types=[('X', FloatTensorType([None, ${features.length}]))].`,
      )
    }
    if (width !== features.length) {
      throw new Refusal(
        `The input ${first.name} has ${width} columns, and ${features.length} features are listed.`,
        'List the features that the model was trained on, each once and in that order.',
      )
    }
    return {
      input: { kind: 'matrix', name: first.name, columns: features },
      facts: new Map([[first.name, rows(width, known)]]),
    }
  }

  const facts = new Map<string, Rows>()
  for (const { name, shape } of inputs) {
    if (!features.includes(name)) {
      throw new Refusal(
        `The input ${name} is no feature.`,
        `Name each input after a feature: ${features.join(', ')}.`,
      )
    }
    const flat = shape.length === 1
    if (!flat && !(shape.length === 2 && shape[1] === 1)) {
      throw new Refusal(
        `The input ${name} is not one value for each visitor.`,
        'Export with FloatTensorType([None, 1]) for each input.',
      )
    }
    facts.set(name, rows(1, { ...known, flat }))
  }
  const columns = features.filter((feature) => facts.has(feature))
  return { input: { kind: 'named', columns }, facts }
}
