/**
 * The parts of an ONNX model that this project writes and reads. Names follow the ONNX
 * intermediate representation (https://github.com/onnx/onnx/blob/main/docs/IR.md).
 */

/** `TensorProto.DataType` and `AttributeProto.AttributeType` numbers, as on the wire. */
export const DATA_TYPE = { float32: 1, uint8: 2, int64: 7 } as const
export const ATTRIBUTE_TYPE = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  floats: 6,
  ints: 7,
  strings: 8,
} as const

export type TensorData =
  | { type: 'float32'; values: Float32Array }
  | { type: 'uint8'; values: Uint8Array }
  | { type: 'int64'; values: BigInt64Array }
  /** A type that we do not compute with, kept by its number so that errors can name it. */
  | { type: 'other'; dataType: number }

export interface Tensor {
  name: string
  dims: number[]
  data: TensorData
}

export type AttributeValue =
  | { kind: 'float'; value: number }
  | { kind: 'int'; value: bigint }
  | { kind: 'string'; value: string }
  | { kind: 'tensor'; value: Tensor }
  | { kind: 'floats'; values: Float32Array }
  | { kind: 'ints'; values: BigInt64Array }
  | { kind: 'strings'; values: string[] }
  /** Sub-graphs, sparse tensors and references: not read, but visibly there. */
  | { kind: 'other'; attributeType: number }

export interface Attribute {
  name: string
  value: AttributeValue
}

export interface GraphNode {
  name: string
  opType: string
  /** Empty for ONNX's own operators, `ai.onnx.ml` for the classical ones. */
  domain: string
  inputs: string[]
  outputs: string[]
  attributes: Attribute[]
}

/** A graph's input or output; a dimension is a size or the name of a symbolic one. */
export interface ValueInfo {
  name: string
  elementType: number
  shape: (number | string)[]
}

export interface Graph {
  name: string
  nodes: GraphNode[]
  initializers: Tensor[]
  inputs: ValueInfo[]
  outputs: ValueInfo[]
}

export interface OperatorSet {
  domain: string
  version: number
}

export interface OnnxModel {
  irVersion: number
  producerName: string
  producerVersion: string
  operatorSets: OperatorSet[]
  graph: Graph
  /** `metadata_props`: model version, feature hash, training window … */
  metadata: Record<string, string>
}

export type OnnxErrorKind = 'malformed' | 'unsupported'

/** The bytes are not an ONNX model (`malformed`), or not one that we can compute (`unsupported`). */
export class OnnxError extends Error {
  override readonly name = 'OnnxError'
  readonly kind: OnnxErrorKind
  readonly next: string

  constructor(kind: OnnxErrorKind, reason: string, options?: { cause?: unknown }) {
    super(reason, options)
    this.kind = kind
    this.next =
      kind === 'malformed'
        ? 'Export the model again and check that the file was copied whole.'
        : 'Run this model with ONNX Runtime, or export it with the operators named in docs/models.md.'
  }
}
