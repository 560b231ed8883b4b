import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ensembles,
  randomEnsemble,
  randomRows,
  randomTree,
  uniform,
} from '#shared/trees/tree-ensemble.arbitrary.ts'
import { ensembleMargins, type Tree, type TreeEnsemble } from '#shared/trees/tree-ensemble.ts'
import { type Calibration, CalibrationError } from './calibration.ts'
import { decodeOnnx } from './decode.ts'
import { encodeOnnx } from './encode.ts'
import { gentleKnots } from './gentle-knots.ts'
import { type GraphNode, OnnxError } from './model.ts'
import { MARGIN_OUTPUT, PROBABILITY_OUTPUT, VALUE_OUTPUT } from './names.ts'
import { runOnnx, worstGap } from './onnx-session.fixture.ts'
import { treesFromOnnx, treesToOnnx } from './tree-ensemble.ts'
import { walkTrees } from './tree-walker.ts'

const PARITY_ROWS = 10_000
const PARITY_TOLERANCE = 1e-5
const SIZES = { columns: 20, leaves: 31, trees: 100, spread: 0.3, seed: 4 }

const CALIBRATIONS: Record<Calibration['kind'], Calibration> = {
  none: { kind: 'none' },
  platt: { kind: 'platt', a: Math.fround(0.7), b: Math.fround(-0.4) },
  // Steps and flat parts, as pool-adjacent-violators leaves them.
  isotonic: gentleKnots(
    [0.02, 0.1, 0.1, 0.3, 0.31, 0.6, 0.6, 0.95],
    [0, 0, 0.2, 0.2, 0.35, 0.35, 0.9, 0.97],
  ),
}

const leafOnly = (value: number): Tree => ({
  features: new Int32Array(),
  thresholds: new Float32Array(),
  missingLeft: new Uint8Array(),
  left: new Int32Array(),
  right: new Int32Array(),
  leafValues: Float32Array.of(value),
  nodeCover: new Float64Array(),
  leafCover: Float64Array.of(10),
})

const calibrations: fc.Arbitrary<Calibration> = fc.oneof(
  fc.constant<Calibration>({ kind: 'none' }),
  fc.record({
    kind: fc.constant('platt' as const),
    a: fc.float({ min: -4, max: 4, noNaN: true }),
    b: fc.float({ min: -4, max: 4, noNaN: true }),
  }),
  fc
    .array(
      fc.tuple(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
      ),
      {
        minLength: 1,
        maxLength: 12,
      },
    )
    .map((pairs) => {
      const ascending = (values: number[]) => values.sort((a, b) => a - b)
      return gentleKnots(ascending(pairs.map(([x]) => x)), ascending(pairs.map(([, y]) => y)))
    }),
)

const treeModels = fc
  .tuple(ensembles({ columns: 12, leaves: 12, trees: 8 }), calibrations)
  .map(([ensemble, calibration]) => ({
    ensemble,
    calibration: ensemble.link === 'logistic' ? calibration : CALIBRATIONS.none,
    metadata: { model_version: 'trees-1', feature_hash: 'abc' },
  }))

async function scored(file: Uint8Array, rows: Float32Array, columns: number) {
  const [output] = await runOnnx(file, rows, columns, [PROBABILITY_OUTPUT])
  return output ?? { dims: [], data: new Float32Array() }
}

describe('a tree ensemble as an ONNX file', () => {
  for (const [kind, calibration] of Object.entries(CALIBRATIONS)) {
    test(`the walker and ONNX Runtime agree on 10,000 rows, calibration ${kind}`, async () => {
      const ensemble = randomEnsemble(SIZES)
      const rows = randomRows(PARITY_ROWS, SIZES.columns, 9)
      const file = treesToOnnx(ensemble, { calibration, metadata: {} })
      const [probability, margin] = await runOnnx(file, rows, SIZES.columns, [
        PROBABILITY_OUTPUT,
        MARGIN_OUTPUT,
      ])
      expect(probability?.dims).toEqual([PARITY_ROWS, 1])
      const walked = walkTrees(treesFromOnnx(file), rows)
      expect(worstGap(probability?.data ?? [], walked)).toBeLessThanOrEqual(PARITY_TOLERANCE)
      // The margin is the trees' own, whatever the calibration: contributions add up to it.
      expect(worstGap(margin?.data ?? [], ensembleMargins(ensemble, rows))).toBeLessThan(1e-5)
      // A probability, and not a margin that nobody squeezed (microsoft/onnxruntime issue 26596).
      const sorted = Float64Array.from(probability?.data ?? []).sort()
      expect(sorted[0]).toBeGreaterThanOrEqual(0)
      expect(sorted[0]).toBeLessThan(0.2)
      expect(sorted[PARITY_ROWS - 1]).toBeLessThanOrEqual(1)
      expect(sorted[PARITY_ROWS - 1]).toBeGreaterThan(0.8)
    })
  }

  test('any ensemble and calibration scores the same in ONNX Runtime and the walker', async () => {
    await fc.assert(
      fc.asyncProperty(treeModels, fc.nat(), async (model, seed) => {
        const { ensemble } = model
        const rows = randomRows(50, ensemble.columns, seed)
        const output = ensemble.link === 'logistic' ? PROBABILITY_OUTPUT : VALUE_OUTPUT
        const file = treesToOnnx(ensemble, model)
        const [answered] = await runOnnx(file, rows, ensemble.columns, [output])
        expect(answered?.dims).toEqual([50, 1])
        expect(worstGap(answered?.data ?? [], walkTrees(model, rows))).toBeLessThanOrEqual(
          PARITY_TOLERANCE,
        )
      }),
      { numRuns: 60, verbose: 1 },
    )
  })

  test('reading a written ensemble gives the same arrays, calibration and metadata', () => {
    fc.assert(
      fc.property(treeModels, (model) => {
        expect(treesFromOnnx(treesToOnnx(model.ensemble, model))).toEqual(model)
      }),
      { verbose: 1 },
    )
  })

  test('trees that never split are folded into the base', async () => {
    const split = randomTree({ columns: 3, leaves: 4, spread: 1 }, uniform(1))
    const trees = [leafOnly(0.5), split, leafOnly(-0.125)]
    const ensemble: TreeEnsemble = { columns: 3, base: 0.25, link: 'logistic', trees }
    const file = treesToOnnx(ensemble, { metadata: {} })
    expect(treesFromOnnx(file).ensemble).toEqual({ ...ensemble, base: 0.625, trees: [split] })
    const rows = randomRows(200, 3, 2)
    const { data } = await scored(file, rows, 3)
    expect(
      worstGap(data, walkTrees({ ensemble, calibration: { kind: 'none' } }, rows)),
    ).toBeLessThan(1e-6)
  })

  test('an ensemble that never splits is a constant, for rows of anything', async () => {
    const ensemble: TreeEnsemble = {
      columns: 2,
      base: -1,
      link: 'logistic',
      trees: [leafOnly(0.5)],
    }
    const file = treesToOnnx(ensemble, { metadata: {} })
    const { dims, data } = await scored(file, randomRows(100, 2, 3), 2)
    expect(dims).toEqual([100, 1])
    expect(worstGap(data, new Float64Array(100).fill(1 / (1 + Math.exp(0.5))))).toBeLessThan(1e-6)
    expect(treesFromOnnx(file).ensemble).toEqual({ ...ensemble, base: -0.5, trees: [] })
  })

  test('the same ensemble always gives the same bytes', () => {
    const write = (metadata: Record<string, string>) =>
      treesToOnnx(randomEnsemble({ ...SIZES, trees: 3 }), { metadata })
    expect(write({ a: '1', b: '2' })).toEqual(write({ b: '2', a: '1' }))
  })

  test('a steep calibration is refused, and made gentle it is served', () => {
    const ensemble = randomEnsemble({ ...SIZES, trees: 2 })
    const x = Float32Array.of(0.2, 0.2001, 0.9)
    const y = Float32Array.of(0.1, 0.8, 0.9)
    const steep = { calibration: { kind: 'isotonic' as const, x, y }, metadata: {} }
    expect(() => treesToOnnx(ensemble, steep)).toThrow(/rises by 0\.7/)
    const gentle = { calibration: gentleKnots(x, y), metadata: {} }
    expect(treesFromOnnx(treesToOnnx(ensemble, gentle)).calibration).toEqual(gentle.calibration)
  })

  test('a calibration of a value, falling knots and endless parameters are refused', () => {
    const ensemble = randomEnsemble({ ...SIZES, trees: 1 })
    const write = (calibration: Calibration, link: TreeEnsemble['link'] = 'logistic') =>
      treesToOnnx({ ...ensemble, link }, { calibration, metadata: {} })
    const knots = (x: number[], y: number[]): Calibration => ({
      kind: 'isotonic',
      x: Float32Array.from(x),
      y: Float32Array.from(y),
    })
    const platt: Calibration = { kind: 'platt', a: 1, b: 0 }
    const cases = [
      () => write(platt, 'identity'),
      () => write({ ...platt, a: 1e39 }),
      () => write({ ...platt, b: Number.NaN }),
      () => write(knots([0.5], [0.5])),
      () => write(knots([0.1, 0.5], [0.5, 0.4])),
      () => write(knots([0.5, 0.5], [0.4, 0.5])),
      () => write(knots([0.1, 1.5], [0.4, 0.5])),
    ]
    for (const attempt of cases) expect(attempt).toThrow(CalibrationError)
  })

  test('arrays that are no trees are refused before anything would walk them', () => {
    const ensemble = randomEnsemble({ ...SIZES, trees: 2, leaves: 5 })
    const [first, second] = ensemble.trees
    if (first === undefined || second === undefined) throw new Error('There are two trees.')
    const broken: Partial<Tree>[] = [
      { left: Int32Array.from(first.left, () => 0) },
      { left: Int32Array.from(first.left, () => 99) },
      { right: first.left },
      { features: Int32Array.from(first.features, () => SIZES.columns) },
      { thresholds: Float32Array.from(first.thresholds, () => Number.NaN) },
      { leafValues: Float32Array.from(first.leafValues, () => Number.POSITIVE_INFINITY) },
      { leafValues: first.leafValues.slice(1) },
      { missingLeft: new Uint8Array(1) },
    ]
    for (const fault of broken) {
      const trees = [{ ...first, ...fault }, second]
      expect(() => treesToOnnx({ ...ensemble, trees }, { metadata: {} })).toThrow(OnnxError)
    }
  })

  test('a graph that differs in one node is refused as unsupported', () => {
    const parsed = decodeOnnx(treesToOnnx(randomEnsemble({ ...SIZES, trees: 2 }), { metadata: {} }))
    const attempt = (change: (node: GraphNode) => GraphNode) => () =>
      treesFromOnnx(
        encodeOnnx({
          ...parsed,
          graph: { ...parsed.graph, nodes: parsed.graph.nodes.map(change) },
        }),
      )
    const swap = (from: string, to: string) => (node: GraphNode) =>
      node.opType === from ? { ...node, opType: to } : node
    expect(attempt(swap('Sigmoid', 'Tanh'))).toThrow(/not the one that this project writes|absent/)
    expect(attempt(swap('Add', 'Sub'))).toThrow(/not the one that this project writes/)
    expect(attempt(swap('TreeEnsemble', 'Loop'))).toThrow(/does not begin with TreeEnsemble/)
    const strict = (node: GraphNode): GraphNode => ({
      ...node,
      attributes: node.attributes.map((attribute) =>
        attribute.value.kind === 'tensor' && attribute.value.value.data.type === 'uint8'
          ? {
              ...attribute,
              value: {
                kind: 'tensor',
                value: {
                  ...attribute.value.value,
                  data: { type: 'uint8', values: attribute.value.value.data.values.map(() => 1) },
                },
              },
            }
          : attribute,
      ),
    })
    expect(attempt(strict)).toThrow(/not the one that this project writes/)
  })

  test('cut, changed or foreign bytes fail as an OnnxError or are read as trees that end', () => {
    const ensemble = randomEnsemble({ ...SIZES, trees: 3, leaves: 6, columns: 4 })
    const files = Object.values(CALIBRATIONS).map((calibration) =>
      treesToOnnx(ensemble, { calibration, metadata: { model_version: 'x' } }),
    )
    const rows = randomRows(3, 4, 1)
    const damaged = fc.constantFrom(...files).chain((file) =>
      fc.oneof(
        fc.nat(file.length - 1).map((length) => file.slice(0, length)),
        fc.uint8Array({ maxLength: 200 }),
        fc.tuple(fc.nat(file.length - 1), fc.nat(255)).map(([at, byte]) => {
          const copy = file.slice()
          copy[at] = byte
          return copy
        }),
      ),
    )
    fc.assert(
      fc.property(damaged, (bytes) => {
        try {
          const model = treesFromOnnx(bytes)
          if (model.ensemble.columns === 4) expect(walkTrees(model, rows)).toHaveLength(3)
        } catch (error) {
          expect(error).toBeInstanceOf(OnnxError)
        }
      }),
      { numRuns: 1_500, verbose: 1 },
    )
  })
})
