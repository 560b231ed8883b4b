import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import * as ort from 'onnxruntime-web/wasm'
import { beforeAll, describe, expect, test } from 'vitest'
import { decodeOnnx } from './decode.ts'
import { encodeOnnx } from './encode.ts'
import type { LinearModel } from './linear.ts'
import { linearFromOnnx, linearToOnnx } from './linear.ts'
import { linearMargins, sigmoid } from './linear-walker.ts'
import { OnnxError } from './model.ts'
import { INPUT_NAME } from './names.ts'

const COLUMNS = 24
const PARITY_ROWS = 10_000
const PARITY_TOLERANCE = 1e-5

/** A linear congruential generator: the same rows in every run. */
function uniform(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

function randomModel(seed: number): LinearModel {
  const next = uniform(seed)
  const column = (low: number, high: number): Float32Array =>
    Float32Array.from({ length: COLUMNS }, () => low + next() * (high - low))
  return {
    impute: column(-1, 1),
    low: column(-4, -2),
    high: column(2, 4),
    weights: column(-1.5, 1.5),
    bias: Math.fround(-1.3),
    metadata: { model_version: 'test-1', feature_hash: 'abc' },
  }
}

function randomRows(count: number, seed: number): Float32Array {
  const next = uniform(seed)
  return Float32Array.from({ length: count * COLUMNS }, () => {
    const kind = next()
    if (kind < 0.1) return Number.NaN
    if (kind < 0.12) return kind < 0.11 ? 3e38 : -3e38
    return next() * 12 - 6
  })
}

beforeAll(() => {
  ort.env.wasm.numThreads = 1
  ort.env.wasm.wasmPaths = fileURLToPath(
    new URL('.', import.meta.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm')),
  )
})

describe('a linear model as an ONNX file', () => {
  test('the walker and ONNX Runtime agree on 10,000 random rows with missing and extreme values', async () => {
    const model = randomModel(7)
    const file = linearToOnnx(model)
    const rows = randomRows(PARITY_ROWS, 11)
    const session = await ort.InferenceSession.create(file, { executionProviders: ['wasm'] })
    const outputs = await session.run({
      [INPUT_NAME]: new ort.Tensor('float32', rows, [PARITY_ROWS, COLUMNS]),
    })
    const probabilities = outputs.probability?.data
    expect(outputs.probability?.dims).toEqual([PARITY_ROWS, 1])
    const walked = linearMargins(linearFromOnnx(file), rows)
    let worst = 0
    walked.forEach((margin, row) => {
      worst = Math.max(worst, Math.abs(sigmoid(margin) - Number(probabilities?.[row])))
    })
    expect(worst).toBeLessThanOrEqual(PARITY_TOLERANCE)
    // Both ends are reached, so the agreement is not that of constants.
    const sorted = Float64Array.from(walked, sigmoid).sort()
    expect(sorted[0]).toBeLessThan(0.05)
    expect(sorted[PARITY_ROWS - 1]).toBeGreaterThan(0.95)
  })

  test('reading a written model gives the same parameters and metadata', () => {
    const model = randomModel(3)
    expect(linearFromOnnx(linearToOnnx(model))).toEqual(model)
  })

  test('the same model always gives the same bytes', () => {
    const model = randomModel(3)
    const swapped = { ...model, metadata: { feature_hash: 'abc', model_version: 'test-1' } }
    expect(linearToOnnx(swapped)).toEqual(linearToOnnx(model))
  })

  test('a graph with another operator is refused as unsupported', () => {
    const parsed = decodeOnnx(linearToOnnx(randomModel(1)))
    const tanh = parsed.graph.nodes.map((node) =>
      node.opType === 'Sigmoid' ? { ...node, opType: 'Tanh' } : node,
    )
    const bytes = encodeOnnx({ ...parsed, graph: { ...parsed.graph, nodes: tanh } })
    expect(() => linearFromOnnx(bytes)).toThrow(/node 5 is Tanh and not Sigmoid/)
  })

  test('a graph whose steps are wired otherwise is refused as unsupported', () => {
    const parsed = decodeOnnx(linearToOnnx(randomModel(1)))
    const rewired = parsed.graph.nodes.map((node) =>
      node.opType === 'Min' ? { ...node, inputs: ['filled', 'high'] } : node,
    )
    const bytes = encodeOnnx({ ...parsed, graph: { ...parsed.graph, nodes: rewired } })
    expect(() => linearFromOnnx(bytes)).toThrow(/Min does not follow/)
  })

  test('cut or foreign bytes always fail as an OnnxError, never otherwise', () => {
    const file = linearToOnnx(randomModel(5))
    fc.assert(
      fc.property(
        fc.oneof(
          fc.nat(file.length - 1).map((length) => file.slice(0, length)),
          fc.uint8Array({ maxLength: 200 }),
          fc.tuple(fc.nat(file.length - 1), fc.nat(255)).map(([at, byte]) => {
            const copy = file.slice()
            copy[at] = byte
            return copy
          }),
        ),
        (bytes) => {
          try {
            linearFromOnnx(bytes)
          } catch (error) {
            expect(error).toBeInstanceOf(OnnxError)
          }
        },
      ),
      { numRuns: 500, verbose: 1 },
    )
  })
})
