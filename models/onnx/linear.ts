import { decodeOnnx } from './decode.ts'
import { encodeOnnx } from './encode.ts'
import type { Graph, GraphNode, Tensor } from './model.ts'
import { DATA_TYPE, OnnxError } from './model.ts'
import { INPUT_NAME, MARGIN_OUTPUT, PROBABILITY_OUTPUT } from './names.ts'

/**
 * A logistic model over columns. A row is taken in this order: a missing value (NaN) becomes
 * `impute`, the value is held within `low` and `high` (a linear model says nothing beyond what it
 * was trained on), then weighted and summed on `bias`.
 * All arrays have one float32 entry a column.
 */
export interface LinearModel {
  impute: Float32Array
  low: Float32Array
  high: Float32Array
  weights: Float32Array
  bias: number
  /** Model version, feature hash, training window …, as written in the file. */
  metadata: Record<string, string>
}

const IR_VERSION = 8
const OPERATOR_SET_VERSION = 15
const PRODUCER = 'edgewise'

function node(opType: string, inputs: string[], output: string): GraphNode {
  return {
    name: opType.toLowerCase(),
    opType,
    domain: '',
    inputs,
    outputs: [output],
    attributes: [],
  }
}

function vector(name: string, values: Float32Array, dims = [values.length]): Tensor {
  return { name, dims, data: { type: 'float32', values } }
}

/**
 * Writes a linear model as an ONNX file: input `X` float32 [N, columns] with NaN where a value is
 * missing, outputs `probability` and `margin` (log-odds), both float32 [N, 1].
 */
export function linearToOnnx(model: LinearModel): Uint8Array<ArrayBuffer> {
  const columns = model.weights.length
  const graph: Graph = {
    name: 'lead-score',
    nodes: [
      node('IsNaN', [INPUT_NAME], 'is_missing'),
      node('Where', ['is_missing', 'impute', INPUT_NAME], 'filled'),
      node('Max', ['filled', 'low'], 'not_below'),
      node('Min', ['not_below', 'high'], 'held'),
      node('Gemm', ['held', 'weights', 'bias'], MARGIN_OUTPUT),
      node('Sigmoid', [MARGIN_OUTPUT], PROBABILITY_OUTPUT),
    ],
    initializers: [
      vector('impute', model.impute),
      vector('low', model.low),
      vector('high', model.high),
      vector('weights', model.weights, [columns, 1]),
      vector('bias', Float32Array.of(model.bias)),
    ],
    inputs: [{ name: INPUT_NAME, elementType: DATA_TYPE.float32, shape: ['N', columns] }],
    outputs: [PROBABILITY_OUTPUT, MARGIN_OUTPUT].map((name) => ({
      name,
      elementType: DATA_TYPE.float32,
      shape: ['N', 1],
    })),
  }
  return encodeOnnx({
    irVersion: IR_VERSION,
    producerName: PRODUCER,
    producerVersion: '1',
    operatorSets: [{ domain: '', version: OPERATOR_SET_VERSION }],
    graph,
    metadata: model.metadata,
  })
}

const EXPECTED_NODES = ['IsNaN', 'Where', 'Max', 'Min', 'Gemm', 'Sigmoid'] as const

/** Follows the chain from the input to the probability, so that only the very graph we can walk passes. */
function parametersOf(graph: Graph): Record<string, Float32Array> {
  const unsupported = (reason: string): OnnxError =>
    new OnnxError('unsupported', `The model is not a linear model of this kind: ${reason}.`)
  const initializers = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]))
  const take = (name: string | undefined): Float32Array => {
    const tensor = name === undefined ? undefined : initializers.get(name)
    if (tensor?.data.type !== 'float32')
      throw unsupported(`${name ?? 'a parameter'} is not float32`)
    return tensor.data.values
  }
  const chain = EXPECTED_NODES.map((opType, index) => {
    const found = graph.nodes[index]
    if (found?.opType !== opType || found.domain !== '') {
      throw unsupported(`node ${index} is ${found?.opType ?? 'absent'} and not ${opType}`)
    }
    if (found.attributes.length > 0) throw unsupported(`${opType} has attributes`)
    return found
  })
  if (graph.nodes.length !== EXPECTED_NODES.length) throw unsupported('it has further nodes')
  const input = graph.inputs[0]?.name ?? ''
  const parameters: Record<string, Float32Array> = {}
  // Which operand of each node is the running value, and which parameter stands beside it.
  const operands: Record<string, readonly (string | null)[]> = {
    IsNaN: [null],
    Where: [null, 'impute', ':input'],
    Max: [null, 'low'],
    Min: [null, 'high'],
    Gemm: [null, 'weights', 'bias'],
    Sigmoid: [null],
  }
  let running = input
  for (const step of chain) {
    const roles = operands[step.opType] ?? []
    if (step.inputs.length !== roles.length) throw unsupported(`${step.opType} has other inputs`)
    roles.forEach((role, index) => {
      const name = step.inputs[index]
      if (role === null ? name !== running : role === ':input' && name !== input) {
        throw unsupported(`${step.opType} does not follow the step before it`)
      }
      if (role !== null && role !== ':input') parameters[role] = take(name)
    })
    running = step.outputs[0] ?? ''
  }
  if (graph.outputs[0]?.name !== running) throw unsupported('its first output is another value')
  return parameters
}

/**
 * Reads a linear model out of an ONNX file's graph and initializers.
 * @throws OnnxError `malformed` for other bytes, `unsupported` for any other graph.
 */
export function linearFromOnnx(bytes: Uint8Array): LinearModel {
  const { graph, metadata } = decodeOnnx(bytes)
  const parameters = parametersOf(graph)
  const weights = parameters.weights ?? new Float32Array()
  const column = (name: string): Float32Array => {
    const values = parameters[name]
    if (values?.length === weights.length) return values
    throw new OnnxError('malformed', `The model has ${weights.length} weights, ${name} does not.`)
  }
  const bias = parameters.bias?.[0]
  if (bias === undefined) throw new OnnxError('malformed', 'The model has no bias.')
  return {
    impute: column('impute'),
    low: column('low'),
    high: column('high'),
    weights,
    bias,
    metadata,
  }
}
