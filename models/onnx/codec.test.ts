import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeOnnx } from './decode.ts'
import { encodeOnnx } from './encode.ts'
import type { Attribute, OnnxModel, Tensor } from './model.ts'

const name = fc.string({ minLength: 1, maxLength: 8 })
const float32 = fc.float({ noNaN: true })
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })

const tensor: fc.Arbitrary<Tensor> = fc.oneof(
  fc.tuple(name, fc.array(float32, { maxLength: 6 })).map(
    ([title, values]): Tensor => ({
      name: title,
      dims: [values.length],
      data: { type: 'float32', values: Float32Array.from(values) },
    }),
  ),
  fc.tuple(name, fc.array(int64, { maxLength: 6 })).map(
    ([title, values]): Tensor => ({
      name: title,
      dims: [values.length, 1],
      data: { type: 'int64', values: BigInt64Array.from(values) },
    }),
  ),
  fc.tuple(name, fc.uint8Array({ maxLength: 6 })).map(
    ([title, values]): Tensor => ({
      name: title,
      dims: [values.length],
      data: { type: 'uint8', values: Uint8Array.from(values) },
    }),
  ),
)

const value: fc.Arbitrary<Attribute['value']> = fc.oneof(
  float32.map((number) => ({ kind: 'float' as const, value: number })),
  int64.map((number) => ({ kind: 'int' as const, value: number })),
  fc.string().map((text) => ({ kind: 'string' as const, value: text })),
  tensor.map((content) => ({ kind: 'tensor' as const, value: content })),
  fc.array(float32).map((n) => ({ kind: 'floats' as const, values: Float32Array.from(n) })),
  fc.array(int64).map((n) => ({ kind: 'ints' as const, values: BigInt64Array.from(n) })),
  fc.array(fc.string()).map((values) => ({ kind: 'strings' as const, values })),
)

const valueInfo = fc.record({
  name,
  elementType: fc.constantFrom(1, 2, 7),
  shape: fc.array(fc.oneof(fc.nat(), name), { maxLength: 3 }),
})

const model: fc.Arbitrary<OnnxModel> = fc.record({
  irVersion: fc.nat(20),
  producerName: fc.string(),
  producerVersion: fc.string(),
  operatorSets: fc.array(fc.record({ domain: fc.string(), version: fc.nat(30) }), { maxLength: 3 }),
  metadata: fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }),
  graph: fc.record({
    name: fc.string(),
    nodes: fc.array(
      fc.record({
        name: fc.string(),
        opType: name,
        domain: fc.string(),
        inputs: fc.array(fc.string(), { maxLength: 3 }),
        outputs: fc.array(name, { maxLength: 2 }),
        attributes: fc.array(fc.record({ name, value }), { maxLength: 4 }),
      }),
      { maxLength: 4 },
    ),
    initializers: fc.array(tensor, { maxLength: 4 }),
    inputs: fc.array(valueInfo, { maxLength: 2 }),
    outputs: fc.array(valueInfo, { maxLength: 2 }),
  }),
})

/** A protobuf message of the given fields. */
function message(write: (writer: BinaryWriter) => void): Uint8Array {
  const writer = new BinaryWriter()
  write(writer)
  return writer.finish()
}

function modelOfGraph(graph: Uint8Array): Uint8Array {
  return message((writer) => {
    writer.tag(1, WireType.Varint).int64(8)
    writer.tag(7, WireType.LengthDelimited).bytes(graph)
  })
}

describe('the ONNX codec', () => {
  test('reading what was written gives the same model', () => {
    fc.assert(
      fc.property(model, (original) => {
        expect(decodeOnnx(encodeOnnx(original))).toEqual(original)
      }),
      { numRuns: 300, verbose: 1 },
    )
  })

  test('lists one by one and values outside raw_data are read, as other exporters write them', () => {
    const weights = message((tensorWriter) => {
      for (const dim of [2, 1]) tensorWriter.tag(1, WireType.Varint).int64(dim)
      tensorWriter.tag(2, WireType.Varint).int32(1)
      for (const weight of [0.5, -2]) tensorWriter.tag(4, WireType.Bit32).float(weight)
      tensorWriter.tag(8, WireType.LengthDelimited).string('weights')
    })
    const graph = message((writer) => writer.tag(5, WireType.LengthDelimited).bytes(weights))
    expect(decodeOnnx(modelOfGraph(graph)).graph.initializers).toEqual([
      {
        name: 'weights',
        dims: [2, 1],
        data: { type: 'float32', values: Float32Array.of(0.5, -2) },
      },
    ])
  })

  test('a list longer than a function takes arguments is read', () => {
    const values = BigInt64Array.from({ length: 200_000 }, (_, index) => BigInt(index))
    const long: OnnxModel = {
      irVersion: 8,
      producerName: '',
      producerVersion: '',
      operatorSets: [],
      metadata: {},
      graph: {
        name: '',
        nodes: [
          {
            name: '',
            opType: 'TreeEnsemble',
            domain: '',
            inputs: [],
            outputs: [],
            attributes: [{ name: 'nodes_featureids', value: { kind: 'ints', values } }],
          },
        ],
        initializers: [],
        inputs: [],
        outputs: [],
      },
    }
    expect(decodeOnnx(encodeOnnx(long)).graph.nodes[0]?.attributes[0]?.value).toEqual({
      kind: 'ints',
      values,
    })
  })

  test('a tensor whose values do not fill its shape is malformed', () => {
    const short = message((tensorWriter) => {
      tensorWriter.tag(1, WireType.Varint).int64(1_000_000_000_000)
      tensorWriter.tag(2, WireType.Varint).int32(1)
      tensorWriter.tag(9, WireType.LengthDelimited).bytes(new Uint8Array(4))
    })
    const graph = message((writer) => writer.tag(5, WireType.LengthDelimited).bytes(short))
    expect(() => decodeOnnx(modelOfGraph(graph))).toThrow(/1 values where its shape asks for/)
  })

  test('a tensor kept in another file is unsupported', () => {
    const external = message((tensorWriter) => {
      tensorWriter.tag(8, WireType.LengthDelimited).string('weights')
      tensorWriter.tag(14, WireType.Varint).int32(1)
    })
    const graph = message((writer) => writer.tag(5, WireType.LengthDelimited).bytes(external))
    expect(() => decodeOnnx(modelOfGraph(graph))).toThrow(/weights lies in another file/)
  })

  test('a metadata key named like a prototype is only a key', () => {
    const original = { key: '__proto__', value: 'x' }
    const bytes = message((writer) => {
      writer.tag(7, WireType.LengthDelimited).bytes(new Uint8Array())
      writer.tag(14, WireType.LengthDelimited).fork()
      writer.tag(1, WireType.LengthDelimited).string(original.key)
      writer.tag(2, WireType.LengthDelimited).string(original.value)
      writer.join()
    })
    const { metadata } = decodeOnnx(bytes)
    expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype)
    expect(Object.entries(metadata)).toEqual([['__proto__', 'x']])
  })
})
