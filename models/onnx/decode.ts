import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import type {
  Attribute,
  AttributeValue,
  Graph,
  GraphNode,
  OnnxModel,
  OperatorSet,
  Tensor,
  TensorData,
  ValueInfo,
} from './model.ts'
import { ATTRIBUTE_TYPE, DATA_TYPE, OnnxError } from './model.ts'

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

/** Calls `field` for every field of the message at hand; it answers false to have it skipped. */
function fields(
  bytes: Uint8Array,
  field: (number: number, reader: BinaryReader, wire: WireType) => boolean,
): void {
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag()
    if (!field(number, reader, wire)) reader.skip(wire, number)
  }
}

function safeInteger(value: bigint | string): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) {
    throw new OnnxError('malformed', `The integer ${value} is beyond what a model can hold.`)
  }
  return number
}

/**
 * Appends a repeated scalar, which comes packed (proto3) or one by one (proto2, as most exporters
 * write). One by one here too: spreading the list into `push` overflows the stack at some 100,000.
 */
function append<T>(
  values: T[],
  reader: BinaryReader,
  wire: WireType,
  read: (reader: BinaryReader) => T,
): void {
  if (wire !== WireType.LengthDelimited) {
    values.push(read(reader))
    return
  }
  const packed = new BinaryReader(reader.bytes())
  while (packed.pos < packed.len) values.push(read(packed))
}

const bigint = (reader: BinaryReader): bigint => BigInt(reader.int64())
const float = (reader: BinaryReader): number => reader.float()

interface RawTensor {
  name: string
  dims: number[]
  dataType: number
  raw: Uint8Array | undefined
  floats: number[]
  int32s: number[]
  int64s: bigint[]
}

function tensorData(tensor: RawTensor): TensorData {
  const size = tensor.dims.reduce((product, dim) => product * dim, 1)
  const { raw } = tensor
  const check = (length: number): void => {
    if (length === size) return
    throw new OnnxError(
      'malformed',
      `Tensor ${tensor.name} has ${length} values where its shape asks for ${size}.`,
    )
  }
  switch (tensor.dataType) {
    case DATA_TYPE.float32: {
      check(raw === undefined ? tensor.floats.length : raw.byteLength / 4)
      if (raw === undefined) return { type: 'float32', values: Float32Array.from(tensor.floats) }
      const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength)
      const values = new Float32Array(size)
      for (let i = 0; i < size; i++) values[i] = view.getFloat32(i * 4, true)
      return { type: 'float32', values }
    }
    case DATA_TYPE.int64: {
      check(raw === undefined ? tensor.int64s.length : raw.byteLength / 8)
      if (raw === undefined) return { type: 'int64', values: BigInt64Array.from(tensor.int64s) }
      const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength)
      const values = BigInt64Array.from({ length: size }, (_, i) => view.getBigInt64(i * 8, true))
      return { type: 'int64', values }
    }
    case DATA_TYPE.uint8:
      check(raw === undefined ? tensor.int32s.length : raw.byteLength)
      return { type: 'uint8', values: Uint8Array.from(raw ?? tensor.int32s) }
    default:
      return { type: 'other', dataType: tensor.dataType }
  }
}

function readTensor(bytes: Uint8Array): Tensor {
  const tensor: RawTensor = {
    name: '',
    dims: [],
    dataType: 0,
    raw: undefined,
    floats: [],
    int32s: [],
    int64s: [],
  }
  fields(bytes, (number, reader, wire) => {
    if (number === 1) append(tensor.dims, reader, wire, (r) => safeInteger(r.int64()))
    else if (number === 2) tensor.dataType = reader.int32()
    else if (number === 4) append(tensor.floats, reader, wire, float)
    else if (number === 5) append(tensor.int32s, reader, wire, (r) => r.int32())
    else if (number === 7) append(tensor.int64s, reader, wire, bigint)
    else if (number === 8) tensor.name = reader.string()
    else if (number === 9) tensor.raw = reader.bytes()
    else if (number === 14 && reader.int32() === 1) {
      throw new OnnxError('unsupported', `Tensor ${tensor.name} lies in another file.`)
    } else return number === 14
    return true
  })
  return { name: tensor.name, dims: tensor.dims, data: tensorData(tensor) }
}

function readAttribute(bytes: Uint8Array): Attribute {
  let name = ''
  let type = 0
  let f = 0
  let i = 0n
  let s = ''
  let t: Uint8Array | undefined
  const floats: number[] = []
  const ints: bigint[] = []
  const strings: string[] = []
  fields(bytes, (number, reader, wire) => {
    if (number === 1) name = reader.string()
    else if (number === 2) f = reader.float()
    else if (number === 3) i = bigint(reader)
    else if (number === 4) s = DECODER.decode(reader.bytes())
    else if (number === 5) t = reader.bytes()
    else if (number === 7) append(floats, reader, wire, float)
    else if (number === 8) append(ints, reader, wire, bigint)
    else if (number === 9) strings.push(DECODER.decode(reader.bytes()))
    else if (number === 20) type = reader.int32()
    else return false
    return true
  })
  const value = (): AttributeValue => {
    switch (type) {
      case ATTRIBUTE_TYPE.float:
        return { kind: 'float', value: f }
      case ATTRIBUTE_TYPE.int:
        return { kind: 'int', value: i }
      case ATTRIBUTE_TYPE.string:
        return { kind: 'string', value: s }
      case ATTRIBUTE_TYPE.tensor:
        return { kind: 'tensor', value: readTensor(t ?? new Uint8Array()) }
      case ATTRIBUTE_TYPE.floats:
        return { kind: 'floats', values: Float32Array.from(floats) }
      case ATTRIBUTE_TYPE.ints:
        return { kind: 'ints', values: BigInt64Array.from(ints) }
      case ATTRIBUTE_TYPE.strings:
        return { kind: 'strings', values: strings }
      default:
        return { kind: 'other', attributeType: type }
    }
  }
  return { name, value: value() }
}

function readNode(bytes: Uint8Array): GraphNode {
  const node: GraphNode = {
    name: '',
    opType: '',
    domain: '',
    inputs: [],
    outputs: [],
    attributes: [],
  }
  fields(bytes, (number, reader) => {
    if (number === 1) node.inputs.push(reader.string())
    else if (number === 2) node.outputs.push(reader.string())
    else if (number === 3) node.name = reader.string()
    else if (number === 4) node.opType = reader.string()
    else if (number === 5) node.attributes.push(readAttribute(reader.bytes()))
    else if (number === 7) node.domain = reader.string()
    else return false
    return true
  })
  return node
}

function readShape(bytes: Uint8Array): (number | string)[] {
  const shape: (number | string)[] = []
  fields(bytes, (number, reader) => {
    if (number !== 1) return false
    let dimension: number | string = ''
    fields(reader.bytes(), (inner, dimensionReader) => {
      if (inner === 1) dimension = safeInteger(dimensionReader.int64())
      else if (inner === 2) dimension = dimensionReader.string()
      else return false
      return true
    })
    shape.push(dimension)
    return true
  })
  return shape
}

function readValueInfo(bytes: Uint8Array): ValueInfo {
  const value: ValueInfo = { name: '', elementType: 0, shape: [] }
  fields(bytes, (number, reader) => {
    if (number === 1) value.name = reader.string()
    else if (number === 2) {
      fields(reader.bytes(), (kind, typeReader) => {
        if (kind !== 1) return false
        fields(typeReader.bytes(), (inner, tensorReader) => {
          if (inner === 1) value.elementType = tensorReader.int32()
          else if (inner === 2) value.shape = readShape(tensorReader.bytes())
          else return false
          return true
        })
        return true
      })
    } else return false
    return true
  })
  return value
}

function readGraph(bytes: Uint8Array): Graph {
  const graph: Graph = { name: '', nodes: [], initializers: [], inputs: [], outputs: [] }
  fields(bytes, (number, reader) => {
    if (number === 1) graph.nodes.push(readNode(reader.bytes()))
    else if (number === 2) graph.name = reader.string()
    else if (number === 5) graph.initializers.push(readTensor(reader.bytes()))
    else if (number === 11) graph.inputs.push(readValueInfo(reader.bytes()))
    else if (number === 12) graph.outputs.push(readValueInfo(reader.bytes()))
    else return false
    return true
  })
  return graph
}

function readOperatorSet(bytes: Uint8Array): OperatorSet {
  const set: OperatorSet = { domain: '', version: 0 }
  fields(bytes, (number, reader) => {
    if (number === 1) set.domain = reader.string()
    else if (number === 2) set.version = safeInteger(reader.int64())
    else return false
    return true
  })
  return set
}

function readModel(bytes: Uint8Array): OnnxModel {
  let graph: Graph | undefined
  const model: Omit<OnnxModel, 'graph'> = {
    irVersion: 0,
    producerName: '',
    producerVersion: '',
    operatorSets: [],
    metadata: {},
  }
  fields(bytes, (number, reader) => {
    if (number === 1) model.irVersion = safeInteger(reader.int64())
    else if (number === 2) model.producerName = reader.string()
    else if (number === 3) model.producerVersion = reader.string()
    else if (number === 7) graph = readGraph(reader.bytes())
    else if (number === 8) model.operatorSets.push(readOperatorSet(reader.bytes()))
    else if (number === 14) {
      let key = ''
      let value = ''
      fields(reader.bytes(), (inner, entry) => {
        if (inner === 1) key = entry.string()
        else if (inner === 2) value = entry.string()
        else return false
        return true
      })
      // Defined, not assigned: a foreign file may name a key `__proto__`.
      Object.defineProperty(model.metadata, key, { value, enumerable: true, configurable: true })
    } else return false
    return true
  })
  if (graph === undefined) throw new OnnxError('malformed', 'The file holds no model graph.')
  return { ...model, graph }
}

/**
 * Reads an ONNX file. Fields and types that we do not compute with are skipped or kept by number.
 * @throws OnnxError of kind `malformed` for bytes that are not an ONNX model.
 */
export function decodeOnnx(bytes: Uint8Array): OnnxModel {
  try {
    return readModel(bytes)
  } catch (cause) {
    if (cause instanceof OnnxError) throw cause
    throw new OnnxError('malformed', 'The file is not a readable ONNX model.', { cause })
  }
}
