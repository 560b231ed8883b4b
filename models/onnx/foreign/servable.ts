import { encodeOnnx } from '../encode.ts'
import { DATA_TYPE, type GraphNode, type OnnxModel, type Tensor } from '../model.ts'
import { INPUT_NAME, PROBABILITY_OUTPUT } from '../names.ts'
import type { Rows } from './facts.ts'
import type { ForeignInput } from './inputs.ts'
import type { FoundOutput } from './outputs.ts'

/** Names of the foreign graph get a prefix, so that none is taken for one of ours. */
const foreign = (name: string): string => (name === '' ? '' : `foreign/${name}`)

/** Initializers apart from the inputs, as they are written here, came with IR version 4. */
const LEAST_IR_VERSION = 8

function node(opType: string, inputs: string[], output: string, axis?: number): GraphNode {
  return {
    name: output,
    opType,
    domain: '',
    inputs,
    outputs: [output],
    attributes:
      axis === undefined ? [] : [{ name: 'axis', value: { kind: 'int', value: BigInt(axis) } }],
  }
}

const int64 = (name: string, dims: number[], values: number[]): Tensor => ({
  name,
  dims,
  data: { type: 'int64', values: BigInt64Array.from(values, BigInt) },
})

const float32 = (name: string, value: number): Tensor => ({
  name,
  dims: [],
  data: { type: 'float32', values: Float32Array.of(value) },
})

/** Hands the columns of `X` to the inputs by their names. */
function inputSteps(input: ForeignInput, facts: ReadonlyMap<string, Rows>) {
  const nodes: GraphNode[] = []
  const initializers: Tensor[] = []
  if (input.kind === 'matrix') {
    nodes.push(node('Identity', [INPUT_NAME], foreign(input.name)))
    return { nodes, initializers }
  }
  input.columns.forEach((name, column) => {
    const place = `column/${name}`
    initializers.push(int64(place, facts.get(name)?.flat === true ? [] : [1], [column]))
    nodes.push(node('Gather', [INPUT_NAME, place], foreign(name), 1))
  })
  return { nodes, initializers }
}

/** Takes the positive column, as [N, 1] and within 0 and 1. */
function outputSteps({ source, rows, output }: FoundOutput) {
  const initializers = [float32('least', 0), float32('most', 1)]
  const nodes: GraphNode[] = []
  if (rows.flat) {
    initializers.push(int64('one_column', [2], [-1, 1]))
    nodes.push(node('Reshape', [foreign(source), 'one_column'], 'positive'))
  } else {
    initializers.push(int64('positive_column', [1], [output.column]))
    nodes.push(node('Gather', [foreign(source), 'positive_column'], 'positive', 1))
  }
  nodes.push(
    node('Max', ['positive', 'least'], 'not_negative'),
    node('Min', ['not_negative', 'most'], PROBABILITY_OUTPUT),
  )
  return { nodes, initializers }
}

/**
 * Writes a foreign graph anew as every scoring model is: input `X` float32 [N, columns], output
 * `probability` float32 [N, 1]. What the probability does not need (labels, ZipMap, whose maps
 * onnxruntime-web cannot hand out) is left away.
 */
export function servableFile(
  model: OnnxModel,
  needed: readonly GraphNode[],
  input: ForeignInput,
  facts: ReadonlyMap<string, Rows>,
  found: FoundOutput,
): Uint8Array<ArrayBuffer> {
  const before = inputSteps(input, facts)
  const after = outputSteps(found)
  const used = new Set(needed.flatMap((step) => step.inputs).concat(found.source))
  const constants = model.graph.initializers
    .filter((tensor) => used.has(tensor.name))
    .map((tensor) => ({ ...tensor, name: foreign(tensor.name) }))
  const steps = needed.map((step) => ({
    ...step,
    name: foreign(step.name),
    inputs: step.inputs.map(foreign),
    outputs: step.outputs.map(foreign),
  }))
  return encodeOnnx({
    ...model,
    irVersion: Math.max(model.irVersion, LEAST_IR_VERSION),
    graph: {
      name: 'foreign-model',
      nodes: [...before.nodes, ...steps, ...after.nodes],
      initializers: [...before.initializers, ...constants, ...after.initializers],
      inputs: [
        { name: INPUT_NAME, elementType: DATA_TYPE.float32, shape: ['N', input.columns.length] },
      ],
      outputs: [{ name: PROBABILITY_OUTPUT, elementType: DATA_TYPE.float32, shape: ['N', 1] }],
    },
  })
}
