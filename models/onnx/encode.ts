import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import type {
  Attribute,
  Graph,
  GraphNode,
  OnnxModel,
  OperatorSet,
  Tensor,
  ValueInfo,
} from './model.ts'
import { ATTRIBUTE_TYPE, DATA_TYPE, OnnxError } from './model.ts'

/** Nests a message: its fields are written between fork and join, which put its length before it. */
function message<T>(
  writer: BinaryWriter,
  field: number,
  value: T,
  write: (writer: BinaryWriter, value: T) => void,
): void {
  writer.tag(field, WireType.LengthDelimited).fork()
  write(writer, value)
  writer.join()
}

function text(writer: BinaryWriter, field: number, value: string): void {
  if (value !== '') writer.tag(field, WireType.LengthDelimited).string(value)
}

function integer(writer: BinaryWriter, field: number, value: number | bigint): void {
  writer.tag(field, WireType.Varint).int64(value)
}

function packedIntegers(
  writer: BinaryWriter,
  field: number,
  values: ArrayLike<number | bigint>,
): void {
  if (values.length === 0) return
  writer.tag(field, WireType.LengthDelimited).fork()
  for (const value of Array.from(values)) writer.int64(value)
  writer.join()
}

/** Little-endian on every machine, as `raw_data` demands. */
function littleEndian(tensor: Tensor): Uint8Array {
  const { data } = tensor
  if (data.type === 'uint8') return data.values
  if (data.type === 'other') {
    throw new OnnxError('unsupported', `Tensor ${tensor.name} has type ${data.dataType}.`)
  }
  const bytes = new Uint8Array(data.values.byteLength)
  const view = new DataView(bytes.buffer)
  if (data.type === 'float32') {
    data.values.forEach((value, index) => {
      view.setFloat32(index * 4, value, true)
    })
  } else {
    data.values.forEach((value, index) => {
      view.setBigInt64(index * 8, value, true)
    })
  }
  return bytes
}

function writeTensor(writer: BinaryWriter, tensor: Tensor): void {
  const raw = littleEndian(tensor)
  packedIntegers(writer, 1, tensor.dims)
  const { data } = tensor
  integer(writer, 2, data.type === 'other' ? data.dataType : DATA_TYPE[data.type])
  text(writer, 8, tensor.name)
  writer.tag(9, WireType.LengthDelimited).bytes(raw)
}

function writeAttribute(writer: BinaryWriter, attribute: Attribute): void {
  text(writer, 1, attribute.name)
  const { value } = attribute
  switch (value.kind) {
    case 'float':
      writer.tag(2, WireType.Bit32).float(value.value)
      break
    case 'int':
      integer(writer, 3, value.value)
      break
    case 'string':
      writer.tag(4, WireType.LengthDelimited).string(value.value)
      break
    case 'tensor':
      message(writer, 5, value.value, writeTensor)
      break
    case 'floats':
      writer.tag(7, WireType.LengthDelimited).fork()
      for (const item of value.values) writer.float(item)
      writer.join()
      break
    case 'ints':
      packedIntegers(writer, 8, value.values)
      break
    case 'strings':
      for (const item of value.values) writer.tag(9, WireType.LengthDelimited).string(item)
      break
    case 'other':
      throw new OnnxError('unsupported', `Attribute ${attribute.name} cannot be written.`)
  }
  // ONNX Runtime refuses an attribute whose type is not stated, although the field says it.
  integer(writer, 20, ATTRIBUTE_TYPE[value.kind])
}

function writeNode(writer: BinaryWriter, node: GraphNode): void {
  // An empty input name stands for an omitted optional input, so it is written, unlike other texts.
  for (const input of node.inputs) writer.tag(1, WireType.LengthDelimited).string(input)
  for (const output of node.outputs) writer.tag(2, WireType.LengthDelimited).string(output)
  text(writer, 3, node.name)
  text(writer, 4, node.opType)
  for (const attribute of node.attributes) message(writer, 5, attribute, writeAttribute)
  text(writer, 7, node.domain)
}

function writeDimension(writer: BinaryWriter, dimension: number | string): void {
  if (typeof dimension === 'number') integer(writer, 1, dimension)
  else text(writer, 2, dimension)
}

function writeValueInfo(writer: BinaryWriter, value: ValueInfo): void {
  text(writer, 1, value.name)
  message(writer, 2, value, (type) => {
    message(type, 1, value, (tensorType) => {
      integer(tensorType, 1, value.elementType)
      message(tensorType, 2, value.shape, (shape, dimensions) => {
        for (const dimension of dimensions) message(shape, 1, dimension, writeDimension)
      })
    })
  })
}

function writeGraph(writer: BinaryWriter, graph: Graph): void {
  for (const node of graph.nodes) message(writer, 1, node, writeNode)
  text(writer, 2, graph.name)
  for (const tensor of graph.initializers) message(writer, 5, tensor, writeTensor)
  for (const input of graph.inputs) message(writer, 11, input, writeValueInfo)
  for (const output of graph.outputs) message(writer, 12, output, writeValueInfo)
}

function writeOperatorSet(writer: BinaryWriter, set: OperatorSet): void {
  text(writer, 1, set.domain)
  integer(writer, 2, set.version)
}

function writeMetadata(writer: BinaryWriter, [key, value]: readonly [string, string]): void {
  text(writer, 1, key)
  text(writer, 2, value)
}

/**
 * Writes an ONNX file. The same model always gives the same bytes.
 * @throws OnnxError where the model holds a tensor or attribute type that cannot be written.
 */
export function encodeOnnx(model: OnnxModel): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter()
  integer(writer, 1, model.irVersion)
  text(writer, 2, model.producerName)
  text(writer, 3, model.producerVersion)
  message(writer, 7, model.graph, writeGraph)
  for (const set of model.operatorSets) message(writer, 8, set, writeOperatorSet)
  const entries = Object.entries(model.metadata).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  for (const entry of entries) message(writer, 14, entry, writeMetadata)
  return writer.finish()
}
