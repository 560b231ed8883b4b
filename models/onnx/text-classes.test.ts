import { describe, expect, test } from 'vitest'
import { decodeOnnx } from './decode.ts'
import { encodeOnnx } from './encode.ts'
import type { OnnxModel } from './model.ts'
import { runOnnx, worstGap } from './onnx-session.fixture.ts'
import { type TextClasses, textClassesFromOnnx, textClassesToOnnx } from './text-classes.ts'

const MODEL: TextClasses = {
  linear: {
    classes: 3,
    columns: 2,
    // A line for each column and one for the bias.
    weights: Float32Array.of(1, -1, 0.5, 2, 0.25, -0.5, -0.125, 0, 4),
  },
  named: 2,
  sharpness: 2,
  metadata: { model_version: 'test-1' },
}

describe('linear text classes as an ONNX file', () => {
  test('are read again as they were written', () => {
    expect(textClassesFromOnnx(textClassesToOnnx(MODEL))).toEqual(MODEL)
  })

  test('give the margins of all classes and a sharpened softmax over the named ones', async () => {
    const rows = Float32Array.of(1, 1, 0, 0)
    const [margin, probability] = await runOnnx(textClassesToOnnx(MODEL), rows, 2, [
      'margin',
      'probability',
    ])
    expect(margin?.dims).toEqual([2, 3])
    expect(probability?.dims).toEqual([2, 2])
    expect([...(margin?.data ?? [])]).toEqual([2.875, -0.75, 4, -0.125, 0, 4])
    const sure = 1 / (1 + Math.exp(-2 * 3.625))
    const unsure = 1 / (1 + Math.exp(2 * 0.125))
    const expected = [sure, 1 - sure, unsure, 1 - unsure]
    expect(worstGap(probability?.data ?? [], expected)).toBeLessThan(1e-6)
  })

  test.each<[string, (model: OnnxModel) => void]>([
    ['another operator', ({ graph }) => Object.assign(graph.nodes[3] ?? {}, { opType: 'Sigmoid' })],
    ['another wiring', ({ graph }) => graph.nodes[2]?.inputs.reverse()],
    ['a further node', ({ graph }) => graph.nodes.push(...graph.nodes.slice(0, 1))],
    ['no weights', ({ graph }) => graph.initializers.shift()],
    [
      'an attribute',
      ({ graph }) =>
        graph.nodes[0]?.attributes.push({ name: 'alpha', value: { kind: 'float', value: 2 } }),
    ],
    [
      'a softmax over more classes than there are',
      ({ graph }) => {
        const end = graph.initializers.find(({ name }) => name === 'end')
        if (end) end.data = { type: 'int64', values: BigInt64Array.of(4n) }
      },
    ],
  ])('are not read from a graph with %s', (_, change) => {
    const model = decodeOnnx(textClassesToOnnx(MODEL))
    change(model)
    expect(() => textClassesFromOnnx(encodeOnnx(model))).toThrow(
      expect.objectContaining({ kind: 'unsupported', next: expect.stringMatching(/\.$/) }),
    )
  })

  test('are not read from other bytes', () => {
    expect(() => textClassesFromOnnx(new Uint8Array(40).fill(255))).toThrow(
      expect.objectContaining({ kind: 'malformed' }),
    )
  })
})
