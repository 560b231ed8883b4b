import type { LinearClasses } from '#shared/text/linear-classes.ts'
import { decodeOnnx } from './decode.ts'
import { encodeOnnx } from './encode.ts'
import { DATA_TYPE, type Graph, type GraphNode, OnnxError, type Tensor } from './model.ts'
import { INPUT_NAME, MARGIN_OUTPUT, PROBABILITY_OUTPUT } from './names.ts'

/** Linear machines over a text's columns, of which the first few are named and share a softmax. */
export interface TextClasses {
  linear: LinearClasses
  /** How many of the classes, from the first, have a probability. */
  named: number
  /** Factor on margins within the softmax: one over the temperature. */
  sharpness: number
  /** Model version, features …, as written in the file. */
  metadata: Record<string, string>
}

const IR_VERSION = 8
const OPERATOR_SET_VERSION = 15
const PRODUCER = 'edgewise'
const CLASS_AXIS = 1n

/** The only chain that is written and read, with the parameters of each step. */
const STEPS = [
  { opType: 'Gemm', output: MARGIN_OUTPUT, parameters: ['weights', 'bias'] },
  { opType: 'Slice', output: 'named', parameters: ['first', 'end', 'axis'] },
  { opType: 'Mul', output: 'sharpened', parameters: ['sharpness'] },
  { opType: 'Softmax', output: PROBABILITY_OUTPUT, parameters: [] },
] as const

const float32 = (name: string, dims: number[], values: Float32Array): Tensor => ({
  name,
  dims,
  data: { type: 'float32', values },
})

const int64 = (name: string, value: bigint): Tensor => ({
  name,
  dims: [1],
  data: { type: 'int64', values: BigInt64Array.of(value) },
})

/**
 * Writes the model as an ONNX file: input `X` float32 [N, columns], outputs `probability` [N, named]
 * and `margin` [N, classes], both float32.
 */
export function textClassesToOnnx(model: TextClasses): Uint8Array<ArrayBuffer> {
  const { classes, columns, weights } = model.linear
  const nodes = STEPS.map(
    ({ opType, output, parameters }, at): GraphNode => ({
      name: opType.toLowerCase(),
      opType,
      domain: '',
      inputs: [STEPS[at - 1]?.output ?? INPUT_NAME, ...parameters],
      outputs: [output],
      attributes: [],
    }),
  )
  return encodeOnnx({
    irVersion: IR_VERSION,
    producerName: PRODUCER,
    producerVersion: '1',
    operatorSets: [{ domain: '', version: OPERATOR_SET_VERSION }],
    graph: {
      name: 'text-classes',
      nodes,
      initializers: [
        float32('weights', [columns, classes], weights.subarray(0, columns * classes)),
        float32('bias', [classes], weights.subarray(columns * classes)),
        int64('first', 0n),
        int64('end', BigInt(model.named)),
        int64('axis', CLASS_AXIS),
        float32('sharpness', [1], Float32Array.of(model.sharpness)),
      ],
      inputs: [{ name: INPUT_NAME, elementType: DATA_TYPE.float32, shape: ['N', columns] }],
      outputs: [
        { name: PROBABILITY_OUTPUT, elementType: DATA_TYPE.float32, shape: ['N', model.named] },
        { name: MARGIN_OUTPUT, elementType: DATA_TYPE.float32, shape: ['N', classes] },
      ],
    },
    metadata: model.metadata,
  })
}

/**
 * Reads the weights out of a file that {@link textClassesToOnnx} has written.
 *
 * @throws OnnxError `malformed` for other bytes, `unsupported` for any other graph
 */
export function textClassesFromOnnx(bytes: Uint8Array): TextClasses {
  const { graph, metadata } = decodeOnnx(bytes)
  checkChain(graph)
  const weights = floats(graph, 'weights', 2)
  const bias = floats(graph, 'bias', 1)
  const [columns = 0, classes = 0] = weights.dims
  const end = Number(int(graph, 'end'))
  if (bias.values.length !== classes || weights.values.length !== columns * classes) {
    throw new OnnxError('malformed', `Weights and bias are not of ${classes} classes.`)
  }
  if (int(graph, 'first') !== 0n || int(graph, 'axis') !== CLASS_AXIS || end < 1 || end > classes) {
    throw unsupported('its softmax is not over the first classes')
  }
  const all = new Float32Array((columns + 1) * classes)
  all.set(weights.values)
  all.set(bias.values, columns * classes)
  return {
    linear: { classes, columns, weights: all },
    named: end,
    sharpness: floats(graph, 'sharpness', 1).values[0] ?? Number.NaN,
    metadata,
  }
}

function checkChain(graph: Graph): void {
  if (graph.nodes.length !== STEPS.length) throw unsupported(`it has ${graph.nodes.length} nodes`)
  for (const [at, { opType, output, parameters }] of STEPS.entries()) {
    const node = graph.nodes[at]
    const inputs = [STEPS[at - 1]?.output ?? INPUT_NAME, ...parameters]
    if (node?.opType !== opType || node.domain !== '' || node.attributes.length > 0) {
      throw unsupported(`node ${at} is ${node?.opType ?? 'absent'} and not a plain ${opType}`)
    }
    if (node.inputs.join() !== inputs.join() || node.outputs.join() !== output) {
      throw unsupported(`${opType} is wired otherwise`)
    }
  }
}

function floats(graph: Graph, name: string, rank: number) {
  const tensor = graph.initializers.find((initializer) => initializer.name === name)
  if (tensor?.data.type !== 'float32' || tensor.dims.length !== rank) {
    throw unsupported(`${name} is not float32 of rank ${rank}`)
  }
  return { dims: tensor.dims, values: tensor.data.values }
}

function int(graph: Graph, name: string): bigint {
  const tensor = graph.initializers.find((initializer) => initializer.name === name)
  const value = tensor?.data.type === 'int64' ? tensor.data.values[0] : undefined
  if (value === undefined) throw unsupported(`${name} is not an int64`)
  return value
}

function unsupported(reason: string): OnnxError {
  return new OnnxError('unsupported', `The model is not of linear text classes: ${reason}.`)
}
